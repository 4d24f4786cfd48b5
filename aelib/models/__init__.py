"""Autoencoders as torch modules, by kind. `build` makes one; all speak `encode`, `decode`, `embed`, `reconstruct`."""

from ..basics import generator
from ..experiment import Experiment
from .base import Autoencoder
from .dense import DenseAutoencoder

KINDS: dict[str, type[Autoencoder]] = {"dense": DenseAutoencoder}

__all__ = ["KINDS", "Autoencoder", "DenseAutoencoder", "build"]


def build(experiment: Experiment) -> Autoencoder:
    """The untrained model of an experiment, on the CPU; its weights follow from the experiment's seed alone."""
    kind = KINDS[experiment.model.kind]
    return kind(experiment.resolved_model, experiment.dataset_spec.shape, generator(experiment.seed, "weights"))
