"""Autoencoder Lab's library: train autoencoders, look into them and compare them.

    >>> import aelib
    >>> run = aelib.fit(aelib.presets.get("font-best"))
    >>> run.metrics["learnt"], run.metrics["total"]
    (32, 32)

The rooms, in the order in which data flows and imports point: `core`, `nn`, `datasets`, `metrics`, `experiment`,
`models`, `training`, `store`, `analysis`, `browser`, `jobs`, `classroom`, `charts`, `reproduction`, `reports`, `cli`
and `ui`.
"""

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
