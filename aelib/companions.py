"""Experiments that a lesson puts beside another: the same but for one thing."""

from .experiment import Experiment

BETAS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0)


def plain(experiment: Experiment) -> Experiment:
    """Without the variational part."""
    return experiment.with_values({"model.variational": False})


def with_output(experiment: Experiment, activation: str) -> Experiment:
    """With another output activation, and squared error, since cross-entropy has no meaning for outputs above 1. Raises
    ExperimentError where the activation cannot give the pixels."""
    return experiment.with_values({"model.output_activation": activation, "loss": "mse"})


def betas(experiment: Experiment) -> list[Experiment]:
    """Variational (so with a code that has no bounds), with each of BETAS."""
    shared = {"model.variational": True, "model.code_activation": "identity"}
    return [experiment.with_values({**shared, "beta": beta}) for beta in BETAS]


def wider(experiment: Experiment, latent_dim: int) -> Experiment:
    """With a code of so many numbers, and the decoder that mirrors it."""
    layers = [*experiment.model.layers[:-1], latent_dim]
    return experiment.with_values({"model.layers": layers, "model.decoder_layers": None})
