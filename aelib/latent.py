"""The name by which notebooks that were handed in import `aelib.metrics.latent_space`."""

from aelib.metrics.latent_space import *  # noqa: F403 - the same names
