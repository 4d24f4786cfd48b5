"""Autoencoder Lab's library: train autoencoders, look into them and compare them.

    >>> from aelib import presets, training
    >>> run = training.fit(presets.get("font-best"))
    >>> run.metrics["learnt"], run.metrics["total"]
    (32, 32)

Data flows one way: `experiment` (what to do) -> `datasets` -> `models` -> `training` -> `store` (runs on disk)
-> `metrics`, `latent` -> `charts` -> `ui` and the command line. Imports follow the same order.
"""
