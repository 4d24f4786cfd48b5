"""Units that learn little: no gradient passes through dead ones, and hardly any through saturated ones."""

import functools
import math
from typing import NamedTuple

import torch
from torch import Tensor

from aelib.nn.activations import ACTIVATIONS

from .layers import Layer

NO_SLOPE = 1e-6  # no gradient passes below this share of the activation's steepest slope
LITTLE_SLOPE = 0.05  # little gradient passes below this share
MOST = 0.9  # a saturated unit has little slope for at least this share of the images
_REACH = 10.0  # every activation is steepest somewhere between −10 and 10


class Units(NamedTuple):
    """Which units of a layer are `dead` and which are `saturated` but not dead: bool, units each."""

    dead: Tensor
    saturated: Tensor


@functools.cache
def steepest(activation: str) -> float:
    """The largest slope of an activation (key of `ACTIVATIONS`), such as 0.25 for the sigmoid."""
    z = torch.linspace(-_REACH, _REACH, 2001, requires_grad=True)
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(ACTIVATIONS[activation].module()(z).sum(), z)
    return float(slope.max())


def idle(layer: Layer) -> Units:
    """The units of a layer that do not learn from the images that were sent through it.

    Dead: for every image, the slope f′(z) is 0 (below NO_SLOPE of the steepest), as in a ReLU that is always off.
    Saturated: for MOST of the images, it is below LITTLE_SLOPE of the steepest, as in a sigmoid that is always near 0
    or 1. A unit whose activation is unbounded on both sides is neither.
    """
    entry = ACTIVATIONS[layer.activation]
    if math.isinf(entry.low) and math.isinf(entry.high):
        none = torch.zeros(layer.units, dtype=torch.bool)
        return Units(none, none)
    shares = layer.slopes.abs() / steepest(layer.activation)
    dead = (shares < NO_SLOPE).all(dim=0)
    flat = (shares < LITTLE_SLOPE).double().mean(dim=0) >= MOST
    return Units(dead, flat & ~dead)
