"""Experiments that a lesson compares with another: the same, except for one thing."""

from . import networks
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


def clean(experiment: Experiment) -> Experiment:
    """Without noise."""
    return experiment.with_values({"corruption.kind": "none"})


def noisy(experiment: Experiment) -> Experiment:
    """With noise in training and testing: its own, or Gaussian noise of 0.2 where it has none."""
    noise = experiment.corruption
    if noise.kind == "none" or noise.level == 0:
        experiment = experiment.with_values({"corruption.kind": "gaussian", "corruption.level": 0.2})
    return experiment.with_values({"corruption.where": "both"})


def codes(experiment: Experiment, best: bool) -> dict[str, Experiment]:
    """Convolutional, everything else the same, for each size of the code; best: our layers, else the document's."""
    found = networks.BEST_CODES if best else networks.CODES
    shared = {"model.kind": "convolutional", "model.convolution.code_size": None}
    shared["model.convolution.pooling"] = "none" if best else "max"
    return {name: experiment.with_values({**shared, **values}) for name, values in found.items()}


def depths(experiment: Experiment) -> dict[str, Experiment]:
    """Super-resolution with 2, 3 and 4 layers a side, in steps of 1, which take odd kernels."""
    convolution = experiment.model.convolution
    odd = {"model.convolution.kernel": convolution.kernel | 1, "model.convolution.pooling": "none"}
    return {
        f"{layers} layers": experiment.with_values({**odd, **networks.deep(layers, convolution.channels[0])})
        for layers in networks.DEPTHS
    }


def kernels(experiment: Experiment) -> dict[str, Experiment]:
    """Super-resolution through smaller maps, with other kernels and strides; without pooling, before which even kernels
    do not fit."""
    channels = experiment.model.convolution.channels[0]
    found = {}
    for kernel, stride in networks.KERNELS:
        values = {"model.convolution.pooling": "none", **networks.strided(kernel, stride, channels)}
        found[f"kernel {kernel}, stride {stride}"] = experiment.with_values(values)
    return found


def activations(experiment: Experiment) -> dict[str, Experiment]:
    """With other hidden activations."""
    return {name: experiment.with_values({"model.hidden_activation": name}) for name in networks.ACTIVATIONS}


def scaled(experiment: Experiment) -> dict[str, Experiment]:
    """With pixels as they are, and normalised in two ways. Raises ExperimentError where the output activation cannot
    give such pixels."""
    return {
        "pixels 0 to 1": experiment.with_values({"normalization": "none"}),
        "pixels −1 to 1": experiment.with_values({"normalization": "symmetric"}),
        "mean 0, deviation 1": experiment.with_values({"normalization": "standardized"}),
    }


def normalized(experiment: Experiment) -> dict[str, Experiment]:
    """Without and with batch norm."""
    return {
        "without batch norm": experiment.with_values({"model.batch_norm": False}),
        "with batch norm": experiment.with_values({"model.batch_norm": True}),
    }
