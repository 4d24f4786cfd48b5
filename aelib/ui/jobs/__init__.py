"""Training in the user interface: start, progress, stop, and other background work."""
