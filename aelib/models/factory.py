"""Creates the model of an experiment."""

from aelib.core.random import generator
from aelib.experiment import MODEL_KINDS, Experiment, import_object, resolve

from .base import Autoencoder


def build(experiment: Experiment) -> Autoencoder:
    """The untrained model of an experiment, on the CPU; its weights depend only on the experiment's seed."""
    network: type[Autoencoder] = import_object(MODEL_KINDS[experiment.model.kind].network)
    architecture, shape = resolve(experiment).architecture, resolve(experiment).spec.shape
    return network(experiment.resolved_model, architecture, shape, generator(experiment.seed, "weights"))
