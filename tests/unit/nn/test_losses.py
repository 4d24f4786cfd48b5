"""Values and gradients of losses."""

import math

import pytest
import torch

from aelib.nn import losses
from aelib.nn.activations import ACTIVATIONS


def test_cross_entropy_of_grey_pixels_has_a_floor() -> None:
    images = torch.tensor([[[[0.0, 1.0], [0.5, 0.5]]]])
    assert losses.lowest("bce", images) == pytest.approx(2 * math.log(2))
    assert losses.lowest("bce", images.round()) is None
    assert losses.lowest("mse", images) is None


LOSSES_BY_HAND = {
    "mse": lambda y, t: (y - t) ** 2,
    "mae": lambda y, t: abs(y - t),
    "bce": lambda y, t: -(t * y.log() + (1 - t) * (1 - y).log()),
}


@pytest.mark.parametrize("name", LOSSES_BY_HAND)
@pytest.mark.parametrize("output", ["sigmoid", "saturating_linear"])
def test_loss_and_its_gradient_are_the_definition(name: str, output: str) -> None:
    loss = losses.select(name, output)
    target = torch.tensor([0.0, 1.0, 0.3, 0.0, 1.0])
    z = torch.tensor([0.2, 0.7, 0.4, 0.9, 0.1], requires_grad=True)
    y = ACTIVATIONS[output].module()(z)
    expected = LOSSES_BY_HAND[name](y, target)
    torch.testing.assert_close(loss.value(z, y, target), expected)
    (wanted,) = torch.autograd.grad(expected.sum(), z if loss.of_logits else y)
    got = torch.empty(5)
    loss.gradient(y.detach(), target, got)
    torch.testing.assert_close(got, wanted)


def test_bce_of_logits_stays_finite_where_the_sigmoid_is_exactly_1() -> None:
    z, target = torch.tensor([200.0]), torch.tensor([0.0])
    assert losses.select("bce", "sigmoid").value(z, torch.sigmoid(z), target).item() == pytest.approx(200)
