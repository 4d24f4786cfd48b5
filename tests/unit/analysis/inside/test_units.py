"""Dead and saturated units, made by hand."""

import pytest
import torch

from aelib.analysis.inside.layers import Layer
from aelib.analysis.inside.units import idle, steepest
from aelib.nn.activations import ACTIVATIONS


def _layer(activation: str, z: list[list[float]]) -> Layer:
    """A layer of these pre-activations, images × units."""
    before = torch.tensor(z, requires_grad=True)
    y = ACTIVATIONS[activation].module()(before)
    (slopes,) = torch.autograd.grad(y.sum(), before)
    none = torch.zeros(before.shape[1], 1)
    return Layer("encoder", 1, activation, True, none, y.detach(), slopes, torch.zeros_like(y), none)


def test_a_relu_that_is_always_off_is_dead() -> None:
    found = idle(_layer("relu", [[-1.0, -1.0, 2.0], [-3.0, 0.5, 1.0]]))
    assert found.dead.tolist() == [True, False, False]
    assert found.saturated.tolist() == [False, False, False]


@pytest.mark.parametrize(("activation", "far"), [("sigmoid", 6.0), ("tanh", 4.0), ("arctan", 9.0)])
def test_what_lies_near_its_bound_at_nine_of_ten_images_is_saturated(activation: str, far: float) -> None:
    signs = [far, -far] * 5
    found = idle(_layer(activation, [[0.0 if i == 0 else z, 0.0 if i < 2 else z] for i, z in enumerate(signs)]))
    assert found.saturated.tolist() == [True, False]
    assert not found.dead.any()


def test_what_has_no_bound_is_neither() -> None:
    for activation in ("identity", "leaky_relu", "prelu"):
        found = idle(_layer(activation, [[-50.0, 50.0]]))
        assert not found.dead.any()
        assert not found.saturated.any()


def test_the_steepest_slope_of_every_activation() -> None:
    assert steepest("sigmoid") == pytest.approx(0.25)
    assert steepest("tanh") == pytest.approx(1.0)
    assert steepest("silu") == pytest.approx(1.0998, abs=1e-3)
    assert all(steepest(name) > 0 for name in ACTIVATIONS)
