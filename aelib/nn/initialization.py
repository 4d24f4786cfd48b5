"""How weights start. Every draw comes from the generator that is handed in, on the CPU, so that the same seed
starts from the same weights on every device."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Generator, Tensor, nn

from .activations import ACTIVATIONS

Draw = Callable[[Tensor, float, float, Generator], object]


@dataclass(frozen=True)
class Initialization:
    """draw(weight, gain, scale, generator) fills `weight` (out × in, ...) in place.

    Biases start at 0, except with PyTorch's default, which draws them from the weights' own interval.
    `scaled` says whether the experiment's `model.initialization_scale` is used.
    """

    label: str
    draw: Draw
    scaled: bool = False


INITIALIZATIONS: dict[str, Initialization] = {
    "pytorch": Initialization(
        "PyTorch's default: uniform in ±1/√inputs",
        lambda w, gain, scale, g: nn.init.kaiming_uniform_(w, a=math.sqrt(5), generator=g),
    ),
    # Glorot & Bengio 2010: keeps the variance of signals and gradients alike from layer to layer.
    "xavier_uniform": Initialization(
        "Xavier, uniform", lambda w, gain, scale, g: nn.init.xavier_uniform_(w, generator=g)
    ),
    "xavier_normal": Initialization("Xavier, normal", lambda w, gain, scale, g: nn.init.xavier_normal_(w, generator=g)),
    # He et al. 2015: the same for ReLU-like units; std = gain/√inputs.
    "kaiming_uniform": Initialization(
        "Kaiming, uniform",
        lambda w, gain, scale, g: w.uniform_(-(bound := gain * math.sqrt(3.0 / _inputs(w))), bound, generator=g),
    ),
    "kaiming_normal": Initialization(
        "Kaiming, normal", lambda w, gain, scale, g: w.normal_(0.0, gain / math.sqrt(_inputs(w)), generator=g)
    ),
    "uniform": Initialization(
        "uniform in ±scale", lambda w, gain, scale, g: w.uniform_(-scale, scale, generator=g), scaled=True
    ),
    "normal": Initialization(
        "normal, std = scale", lambda w, gain, scale, g: w.normal_(0.0, scale, generator=g), scaled=True
    ),
}


def _inputs(weight: Tensor) -> int:
    """Number of inputs that one unit sums over."""
    return weight[0].numel()


def initialize(
    layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d, kind: str, activation: str, scale: float, generator: Generator
) -> None:
    """Fill one layer's weight and bias in place. `activation` (what follows the layer) gives Kaiming's gain."""
    weight = layer.weight.data
    if isinstance(layer, nn.ConvTranspose2d):
        weight = weight.transpose(0, 1)  # inputs × outputs there: units first, as everywhere else
    gain = float(nn.init.calculate_gain(ACTIVATIONS[activation].gain))  # type: ignore[arg-type]
    INITIALIZATIONS[kind].draw(weight, gain, scale, generator)
    if kind == "pytorch":
        bound = 1 / math.sqrt(_inputs(weight))
        assert layer.bias is not None  # noqa: S101 - ours all have one
        layer.bias.data.uniform_(-bound, bound, generator=generator)
    else:
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
