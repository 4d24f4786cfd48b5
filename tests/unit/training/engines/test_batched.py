"""The batched engine's parts by themselves, and what `test_contract.py` does not say of it."""

import itertools
import math

import pytest
import torch
from torch import Tensor, nn

from aelib import datasets
from aelib.experiment import Experiment, presets
from aelib.models import build
from aelib.nn import losses
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import initialize
from aelib.training.batches import BatchLoader
from aelib.training.engines.autograd import AutogradEngine
from aelib.training.engines.base import Batch
from aelib.training.engines.batched import BatchedDense

CPU = torch.device("cpu")

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


def _experiment(**values: object) -> Experiment:
    small = {"model.layers": "35-9-6-2", "model.initialization": "xavier_uniform", "optimizer.learning_rate": 0.01}
    return Experiment().with_values({**small, **values})


def _batch(experiment: Experiment) -> Batch:
    images = datasets.load(experiment.dataset).images()
    scaled = (
        datasets.normalization(experiment.normalization, datasets.load("font5x7").pixels).apply(images)[None].double()
    )
    return Batch(scaled, scaled)


def test_members_that_stay_go_on_as_if_nothing_had_happened() -> None:
    experiments = [
        _experiment(seed=seed, **{"optimizer.learning_rate": 0.01 * (1 + seed), "model.hidden_activation": "prelu"})
        for seed in range(4)
    ]
    batch = _batch(experiments[0])
    full = BatchedDense([build(e).double() for e in experiments], experiments, CPU)
    cut = BatchedDense([build(e).double() for e in experiments], experiments, CPU)
    for step in range(20):
        if step == 10:
            cut.retain([3, 1])
        full.step(batch, 1.0)
        cut.step(batch, 1.0)
    torch.testing.assert_close(cut.state(0), full.state(3))
    torch.testing.assert_close(cut.state(1), full.state(1))


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


@pytest.mark.parametrize("kind", SPREADS)
def test_initialisation_has_the_spread_it_promises(kind: str) -> None:
    layer = nn.Linear(400, 300)
    initialize(layer, kind, "relu", 0.2, torch.Generator().manual_seed(1))
    assert float(layer.weight.detach().std()) == pytest.approx(SPREADS[kind], rel=0.02)
    if kind != "pytorch":
        assert not layer.bias.any()
    again = nn.Linear(400, 300)
    initialize(again, kind, "relu", 0.2, torch.Generator().manual_seed(1))
    assert torch.equal(layer.weight, again.weight)
    assert torch.equal(layer.bias, again.bias)


@pytest.mark.parametrize("name", ["letters-7x7", "photographs-3-best", "house-numbers-denoise"])
def test_a_convolutional_net_steps_as_a_plain_loop_does(name: str) -> None:
    """Channels that lie last, maps that are not made flat and a fused optimiser change no more than rounding."""
    experiment = presets.get(name)
    images = datasets.training_set(experiment.dataset)
    loader = BatchLoader([experiment], images, datasets.normalization(experiment.normalization, images.pixels), CPU)
    engine, net = AutogradEngine(build(experiment), experiment, CPU), build(experiment)
    optimizer = torch.optim.Adam(net.parameters(), lr=experiment.optimizer.learning_rate)
    loss_of = nn.BCEWithLogitsLoss() if experiment.loss == "bce" else nn.MSELoss()
    for batch in itertools.islice(loader.epoch(1), 3):
        engine.step(batch, 1.0)
        optimizer.zero_grad()
        logits = net.through(batch.inputs[0])[1]
        loss_of(logits if experiment.loss == "bce" else net.output(logits), batch.targets[0]).backward()
        optimizer.step()
    for found, expected in zip(engine.state(0).values(), net.state_dict().values(), strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=0.02 * experiment.optimizer.learning_rate)
