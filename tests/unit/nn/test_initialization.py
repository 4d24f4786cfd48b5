"""How weights start: the spread of each initialisation, and where its numbers come from."""

import math

import pytest
import torch
from torch import nn

from aelib.nn.initialization import INITIALIZATIONS, initialize

# of 400 inputs and 300 outputs, before a ReLU, with the scale 0.2
SPREADS = {
    "pytorch": 1 / math.sqrt(3 * 400),
    "xavier_uniform": math.sqrt(2 / 700),
    "xavier_normal": math.sqrt(2 / 700),
    "kaiming_uniform": math.sqrt(2 / 400),
    "kaiming_normal": math.sqrt(2 / 400),
    "uniform": 0.2 / math.sqrt(3),
    "normal": 0.2,
}


def _generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_initialisation_is_tested() -> None:
    assert set(SPREADS) == set(INITIALIZATIONS)


@pytest.mark.parametrize("kind", SPREADS)
def test_initialisation_has_the_spread_it_promises(kind: str) -> None:
    layer = nn.Linear(400, 300)
    initialize(layer, kind, "relu", 0.2, _generator())
    weight = layer.weight.detach()
    assert float(weight.std()) == pytest.approx(SPREADS[kind], rel=0.02)
    assert float(weight.mean()) == pytest.approx(0, abs=0.01 * SPREADS[kind])
    assert bool(layer.bias.any()) == (kind == "pytorch"), "only PyTorch draws biases"
    assert float(layer.bias.detach().abs().max()) <= 1 / math.sqrt(400)


@pytest.mark.parametrize("kind", SPREADS)
def test_the_generator_decides_and_nothing_else(kind: str) -> None:
    layers = [nn.Linear(40, 30) for _ in range(3)]
    for layer, seed in zip(layers, (1, 1, 2), strict=True):
        initialize(layer, kind, "relu", 0.2, _generator(seed))
    same, again, other = layers
    assert torch.equal(same.weight, again.weight)
    assert torch.equal(same.bias, again.bias)
    assert not torch.equal(same.weight, other.weight)


@pytest.mark.parametrize("kind", SPREADS)
def test_only_some_use_the_scale(kind: str) -> None:
    small, large = nn.Linear(40, 30), nn.Linear(40, 30)
    for layer, scale in ((small, 0.1), (large, 0.4)):
        initialize(layer, kind, "relu", scale, _generator())
    ratio = float(large.weight.detach().std() / small.weight.detach().std())
    assert ratio == pytest.approx(4 if INITIALIZATIONS[kind].scaled else 1)


@pytest.mark.parametrize("kind", ["kaiming_uniform", "kaiming_normal"])
def test_kaiming_has_the_gain_of_the_activation_that_follows(kind: str) -> None:
    relu, linear = nn.Linear(40, 30), nn.Linear(40, 30)
    for layer, activation in ((relu, "relu"), (linear, "identity")):
        initialize(layer, kind, activation, 0.2, _generator())
    torch.testing.assert_close(relu.weight, math.sqrt(2) * linear.weight)


@pytest.mark.parametrize("kind", SPREADS)
def test_a_transposed_convolution_counts_its_inputs_as_inputs(kind: str) -> None:
    """PyTorch stores them inputs first."""
    down, up = nn.Conv2d(64, 16, 3), nn.ConvTranspose2d(64, 16, 3)
    for layer in (down, up):
        initialize(layer, kind, "relu", 0.2, _generator())
    assert float(up.weight.detach().std()) == pytest.approx(float(down.weight.detach().std()), rel=0.03)


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        initialize(nn.Linear(2, 2), "nonsense", "relu", 0.1, _generator())
