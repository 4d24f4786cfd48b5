"""The lessons on variational nets, emoji and digits: morphs, new images, classes asked for, collapse, codebooks."""
