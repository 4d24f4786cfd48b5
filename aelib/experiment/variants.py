"""Experiments that a lesson compares with another: the same except for one thing.

Each function raises LabError if the change does not fit the rest of the experiment, or the data set.
"""

from collections.abc import Mapping
from typing import Any

from . import networks
from .experiment import Experiment
from .resolved import resolve

HEAVY, FREE_BITS = 10.0, 1.0  # a weight of the KL divergence with which codes collapse; nats that cost nothing
PLACES, ENTRIES = 8, 32  # positions and entries of a code with a codebook
BETAS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0)


def plain(experiment: Experiment) -> Experiment:
    """Without the variational part."""
    return _with(experiment, {"model.variational": False})


def with_output(experiment: Experiment, activation: str) -> Experiment:
    """With another output activation, and squared error, since cross-entropy has no meaning for outputs above 1."""
    return _with(experiment, {"model.output_activation": activation, "loss": "mse"})


def betas(experiment: Experiment) -> list[Experiment]:
    """Variational (so the code has no bounds), with each of BETAS."""
    shared = {"model.variational": True, "model.code_activation": "identity"}
    return [_with(experiment, {**shared, "beta": beta}) for beta in BETAS]


def collapsing(experiment: Experiment) -> dict[str, Experiment]:
    """Variational, with a KL weight of 1, with a weight so large that the code collapses, and the latter with
    FREE_BITS."""
    shared = {"model.variational": True, "model.code_activation": "identity", "free_bits": 0.0}
    heavy = {**shared, "beta": HEAVY}
    return {
        "β = 1": _with(experiment, {**shared, "beta": 1.0}),
        f"β = {HEAVY:g}": _with(experiment, heavy),
        f"β = {HEAVY:g}, free bits {FREE_BITS:g}": _with(experiment, {**heavy, "free_bits": FREE_BITS}),
    }


def wider(experiment: Experiment, latent_dim: int) -> Experiment:
    """With a code of this many numbers, and the decoder that mirrors it."""
    layers = [*experiment.model.layers[:-1], latent_dim]
    return _with(experiment, {"model.layers": layers, "model.decoder_layers": None})


def conditional(experiment: Experiment) -> Experiment:
    """The net receives the class."""
    return _with(experiment, {"model.conditional": True})


def unconditional(experiment: Experiment) -> Experiment:
    """The net does not receive the class."""
    return _with(experiment, {"model.conditional": False})


def quantised(experiment: Experiment) -> Experiment:
    """Dense, with a plain code of PLACES pairs of numbers; each pair is one of ENTRIES pairs."""
    book = {"model.codebook.entries": ENTRIES, "model.codebook.numbers": 2}
    plain_code = {"model.variational": False, "model.conditional": False, "model.penalty.kind": "none"}
    layers = [*experiment.model.layers[:-1], 2 * PLACES]
    return _with(experiment, {**plain_code, **book, "model.layers": layers, "model.decoder_layers": None})


def of_numbers(experiment: Experiment, numbers: int) -> Experiment:
    """Dense, without a codebook, with a plain code of this many numbers."""
    return wider(_with(experiment, {"model.codebook.entries": 0, "model.variational": False}), numbers)


def clean(experiment: Experiment) -> Experiment:
    """Without noise."""
    return _with(experiment, {"corruption.kind": "none"})


def noisy(experiment: Experiment) -> Experiment:
    """With noise during training and evaluation: its own, or Gaussian noise of 0.2 if it has none."""
    noise = experiment.corruption
    if noise.kind == "none" or noise.level == 0:
        experiment = _with(experiment, {"corruption.kind": "gaussian", "corruption.level": 0.2})
    return _with(experiment, {"corruption.where": "both"})


def codes(experiment: Experiment, best: bool) -> dict[str, Experiment]:
    """Convolutional, for each code size, everything else equal; best: our layers, else the document's."""
    found = networks.BEST_CODES if best else networks.CODES
    shared = {"model.kind": "convolutional", "model.convolution.code_size": None}
    shared["model.convolution.pooling"] = "none" if best else "max"
    return {name: _with(experiment, {**shared, **values}) for name, values in found.items()}


def depths(experiment: Experiment) -> dict[str, Experiment]:
    """Super-resolution with 2, 3 and 4 layers on each side, stride 1, which requires odd kernels."""
    convolution = experiment.model.convolution
    odd = {"model.convolution.kernel": convolution.kernel | 1, "model.convolution.pooling": "none"}
    return {
        f"{layers} layers": _with(experiment, {**odd, **networks.deep(layers, convolution.channels[0])})
        for layers in networks.DEPTHS
    }


def kernels(experiment: Experiment) -> dict[str, Experiment]:
    """Super-resolution through smaller maps, with other kernels and strides; without pooling, because a layer with
    pooling has stride 1, which does not allow even kernels."""
    channels = experiment.model.convolution.channels[0]
    found = {}
    for kernel, stride in networks.KERNELS:
        values = {"model.convolution.pooling": "none", **networks.strided(kernel, stride, channels)}
        found[f"kernel {kernel}, stride {stride}"] = _with(experiment, values)
    return found


def activations(experiment: Experiment) -> dict[str, Experiment]:
    """With other hidden activations."""
    return {name: _with(experiment, {"model.hidden_activation": name}) for name in networks.ACTIVATIONS}


def scaled(experiment: Experiment) -> dict[str, Experiment]:
    """With pixels unchanged, and normalised in two ways."""
    return {
        "pixels 0 to 1": _with(experiment, {"normalization": "none"}),
        "pixels −1 to 1": _with(experiment, {"normalization": "symmetric"}),
        "mean 0, deviation 1": _with(experiment, {"normalization": "standardized"}),
    }


def normalized(experiment: Experiment) -> dict[str, Experiment]:
    """Without and with batch norm."""
    return {
        "without batch norm": _with(experiment, {"model.batch_norm": False}),
        "with batch norm": _with(experiment, {"model.batch_norm": True}),
    }


def _with(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    return resolve(experiment.with_values(values)).experiment
