"""Units that learn little: no gradient passes through dead ones, and hardly any through saturated ones."""

import functools
import math
from typing import NamedTuple

import torch
from torch import Tensor

from aelib.nn.activations import ACTIVATIONS

from .layers import Layer

NO_SLOPE = 1e-6  # share of the steepest slope of an activation below which a gradient does not pass
LITTLE_SLOPE = 0.05  # share below which little of it passes
MOST = 0.9  # share of the images at which a saturated unit has little slope
_REACH = 10.0  # every activation is steepest somewhere between −10 and 10


class Units(NamedTuple):
    """Which units of a layer are `dead` and which are `saturated` but not dead: bool, units each."""

    dead: Tensor
    saturated: Tensor


@functools.cache
def steepest(activation: str) -> float:
    """The largest slope of an activation (key of `ACTIVATIONS`), such as 0.25 of the sigmoid."""
    z = torch.linspace(-_REACH, _REACH, 2001, requires_grad=True)
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(ACTIVATIONS[activation].module()(z).sum(), z)
    return float(slope.max())


def idle(layer: Layer) -> Units:
    """The units of a layer that do not learn from the images that went through it.

    Dead: the slope f′(z) is 0 (below NO_SLOPE of the steepest) at every image, as of a ReLU that is always off.
    Saturated: it is below LITTLE_SLOPE of the steepest at MOST of the images, as of a sigmoid that is always near 0 or
    1. A unit whose activation has no bound on either side is neither.
    """
    entry = ACTIVATIONS[layer.activation]
    if math.isinf(entry.low) and math.isinf(entry.high):
        none = torch.zeros(layer.units, dtype=torch.bool)
        return Units(none, none)
    shares = layer.slopes.abs() / steepest(layer.activation)
    dead = (shares < NO_SLOPE).all(dim=0)
    flat = (shares < LITTLE_SLOPE).double().mean(dim=0) >= MOST
    return Units(dead, flat & ~dead)
