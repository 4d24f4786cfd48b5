"""Every activation: its definition, its range, and the pair that the batched engine computes in place."""

import math

import pytest
import torch
from torch import Tensor

from aelib.nn.activations import ACTIVATIONS

# The definitions, written out by hand, independent of torch's own modules.
BY_HAND = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + (-z).exp()),
    "tanh": lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()),
    "arctan": torch.arctan,
    "relu": lambda z: z * (z > 0),
    "leaky_relu": lambda z: torch.where(z > 0, z, 0.01 * z),
    "prelu": lambda z: torch.where(z > 0, z, 0.25 * z),
    "elu": lambda z: torch.where(z > 0, z, z.exp() - 1),
    "silu": lambda z: z / (1 + (-z).exp()),
    "softplus": lambda z: (1 + z.exp()).log(),
    "saturating_linear": lambda z: torch.where(z < 0, 0.0 * z, torch.where(z > 1, 0.0 * z + 1, z)),
}


def _points() -> Tensor:
    # away from the kinks at 0 and 1, where a derivative is a convention
    return torch.tensor([-6.0, -2.5, -1.0, -0.3, -0.01, 0.02, 0.4, 0.9, 1.3, 3.0, 7.0]).view(1, 11, 1)


@pytest.mark.parametrize("name", BY_HAND)
def test_activation_is_its_definition(name: str) -> None:
    z = _points()
    torch.testing.assert_close(ACTIVATIONS[name].module()(z), BY_HAND[name](z), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.batched is not None])
def test_in_place_pair_is_the_module_and_its_derivative(name: str) -> None:
    entry = ACTIVATIONS[name]
    z = _points().requires_grad_()
    y = entry.module()(z)
    weights = torch.linspace(-1, 2, 11).view(1, 11, 1)
    (expected,) = torch.autograd.grad((y * weights).sum(), z)
    slope = torch.full((1, 1, 1), 0.25) if entry.learnt_slope else None
    with torch.no_grad():
        out, grad = torch.empty_like(z), weights.clone()
        assert entry.batched is not None
        entry.batched.forward(z, slope, out)
        entry.batched.backward(grad, z, out, slope)
    torch.testing.assert_close(out, y)
    torch.testing.assert_close(grad, expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_stays_in_the_range_it_states(name: str) -> None:
    entry = ACTIVATIONS[name]
    y = entry.module()(torch.linspace(-50, 50, 2001)).detach()
    assert entry.low - 1e-3 <= float(y.min())
    assert float(y.max()) <= entry.high + 1e-6
    if math.isfinite(entry.low):
        assert float(y.min()) == pytest.approx(entry.low, abs=0.03)
    if math.isfinite(entry.high):
        assert float(y.max()) == pytest.approx(entry.high, abs=0.03)
