"""The parts of a network and of its training, one registry each: activations, losses, initialisations, optimisers; and
the variational terms. An entry holds all that belongs to it.
"""
