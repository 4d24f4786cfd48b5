"""The lessons on pictures: compression, restoring, colour, super-resolution."""
