"""The batched engine's parts by themselves, and what `test_contract.py` does not say of it."""

import itertools

import pytest
import torch
from torch import nn

from aelib import datasets
from aelib.experiment import Experiment, presets
from aelib.models import build
from aelib.training.batches import BatchLoader
from aelib.training.engines.autograd import AutogradEngine
from aelib.training.engines.base import Batch
from aelib.training.engines.batched import BatchedDense

CPU = torch.device("cpu")


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
