"""The inside of a dense net: activations, weights and gradients of every layer, and units that do not learn."""
