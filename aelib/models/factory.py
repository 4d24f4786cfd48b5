"""The model of an experiment, by kind."""

from aelib.core.random import generator
from aelib.experiment import Experiment

from .base import Autoencoder
from .convolutional import ConvolutionalAutoencoder, SuperResolution
from .dense import DenseAutoencoder

KINDS: dict[str, type[Autoencoder]] = {
    "dense": DenseAutoencoder,
    "convolutional": ConvolutionalAutoencoder,
    "super_resolution": SuperResolution,
}


def build(experiment: Experiment) -> Autoencoder:
    """The untrained model of an experiment, on the CPU; its weights follow from the experiment's seed alone."""
    kind = KINDS[experiment.model.kind]
    architecture, shape = experiment.architecture, experiment.dataset_spec.shape
    return kind(experiment.resolved_model, architecture, shape, generator(experiment.seed, "weights"))
