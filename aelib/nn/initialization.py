"""How weights are initialised: one registry entry holds everything about one initialisation.

Every draw comes from the generator that is passed in, on the CPU, so that the same seed gives the same initial weights
on every device. To add an initialisation, add one entry to `INITIALIZATIONS`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aelib.core.language import translated
from aelib.core.lazy import lazy

from .activations import ACTIVATIONS

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

    Layer = nn.Linear | nn.Conv2d | nn.ConvTranspose2d
else:
    nn = lazy("torch.nn")


@translated("label")
@dataclass(frozen=True, kw_only=True)
class Initialization:
    """One way to draw the first weights. Biases start at 0.

    Attributes:
        label: its usual name.
        draw: (weight, gain, scale, generator) fills `weight` (outputs × inputs, ...) in place; gain: Kaiming's gain for
            the activation that follows; scale: the experiment's `model.initialization_scale`.
        script: the same in a script of plain PyTorch, with `weight`, `gain`, `inputs` and `first` (a generator), and
            with {scale} filled in; None: cannot be exported as a script.
        scaled: whether it uses the scale.
        draws_biases: whether biases are drawn too, uniform in ±1/√inputs, as PyTorch does.
        browser: whether the engine in the browser (`aelib.browser`) has it too, under the same name.
    """

    label: str
    draw: "Callable[[Tensor, float, float, Generator], object]"
    script: str | None = None
    scaled: bool = False
    draws_biases: bool = False
    browser: bool = False


INITIALIZATIONS: dict[str, Initialization] = {
    "pytorch": Initialization(
        label="PyTorch's default: uniform in ±1/√inputs",
        draw=lambda w, gain, scale, g: nn.init.kaiming_uniform_(w, a=math.sqrt(5), generator=g),
        script="nn.init.kaiming_uniform_(weight, a=5**0.5, generator=first)",
        draws_biases=True,
        browser=True,
    ),
    # Glorot & Bengio 2010: keeps the variance of signals and gradients alike from layer to layer.
    "xavier_uniform": Initialization(
        label="Xavier, uniform",
        draw=lambda w, gain, scale, g: nn.init.xavier_uniform_(w, generator=g),
        script="nn.init.xavier_uniform_(weight, generator=first)",
        browser=True,
    ),
    "xavier_normal": Initialization(
        label="Xavier, normal",
        draw=lambda w, gain, scale, g: nn.init.xavier_normal_(w, generator=g),
        script="nn.init.xavier_normal_(weight, generator=first)",
        browser=True,
    ),
    # He et al. 2015: the same for ReLU-like units; std = gain/√inputs.
    "kaiming_uniform": Initialization(
        label="Kaiming, uniform",
        draw=lambda w, gain, scale, g: w.uniform_(-(bound := gain * math.sqrt(3.0 / _inputs(w))), bound, generator=g),
        script="weight.uniform_(-gain * (3 / inputs) ** 0.5, gain * (3 / inputs) ** 0.5, generator=first)",
        browser=True,
    ),
    "kaiming_normal": Initialization(
        label="Kaiming, normal",
        draw=lambda w, gain, scale, g: w.normal_(0.0, gain / math.sqrt(_inputs(w)), generator=g),
        script="weight.normal_(0, gain / inputs**0.5, generator=first)",
        browser=True,
    ),
    "uniform": Initialization(
        label="uniform in ±scale",
        draw=lambda w, gain, scale, g: w.uniform_(-scale, scale, generator=g),
        script="weight.uniform_(-{scale}, {scale}, generator=first)",
        scaled=True,
        browser=True,
    ),
    "normal": Initialization(
        label="normal, std = scale",
        draw=lambda w, gain, scale, g: w.normal_(0.0, scale, generator=g),
        script="weight.normal_(0, {scale}, generator=first)",
        scaled=True,
        browser=True,
    ),
}


def _inputs(weight: "Tensor") -> int:
    """Number of inputs that one unit sums."""
    return weight[0].numel()


def initialize(layer: "Layer", kind: str, activation: str, scale: float, generator: "Generator") -> None:
    """Fill one layer's weight and bias in place. `activation` (what follows the layer) gives Kaiming's gain."""
    weight = layer.weight.data
    if isinstance(layer, nn.ConvTranspose2d):
        weight = weight.transpose(0, 1)  # there the shape is inputs × outputs: units first, as everywhere else
    gain = float(nn.init.calculate_gain(ACTIVATIONS[activation].gain))  # type: ignore[arg-type]
    entry = INITIALIZATIONS[kind]
    entry.draw(weight, gain, scale, generator)
    assert layer.bias is not None  # noqa: S101 - all our layers have one
    if entry.draws_biases:
        bound = 1 / math.sqrt(_inputs(weight))
        layer.bias.data.uniform_(-bound, bound, generator=generator)
    else:
        nn.init.zeros_(layer.bias)
