"""Experiment: one frozen, validated description of a run, seed included; and what follows from it.

`presets` are the named ones, `variants` change one thing, `networks` are the layers that lessons compare,
`architecture` is a network step by step, `labels` says what fields are called.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
