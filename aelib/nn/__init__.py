"""The parts of a network and of its training, one registry for each kind (activations, losses, initialisations,
optimisers), and the variational terms. A registry entry holds everything that belongs to one component.
"""
