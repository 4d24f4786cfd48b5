"""Experiment: one frozen, validated description of a run, including its seed; and what follows from it.

`presets` are named experiments, `variants` change one thing, `networks` are the layers that lessons compare,
`architecture` describes a network step by step, `labels` has the names of fields for people.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
