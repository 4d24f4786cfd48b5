"""The engine for CUDA graphs: its graphs where there is a GPU, and members that leave. `test_contract.py` has its
arithmetic, on the CPU."""

import pytest
import torch

from aelib import datasets
from aelib.experiment import Experiment, presets, resolve
from aelib.models import build
from aelib.nn.optimizers import OPTIMIZERS
from aelib.training.engines.base import Batch
from aelib.training.engines.batched import BatchedDense
from aelib.training.engines.cuda_graphs import KIND, WARM_UP, GraphedDense

BASE = presets.get("font-20-10")
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU HERE")
CASES = [("adam", 0.01, "cpu")]
CASES += [pytest.param(kind, decay, "cuda", marks=GPU) for kind in OPTIMIZERS for decay in (0.0, 0.01)]  # type: ignore[misc]


def _members(values: dict[str, object], count: int = 4) -> list[Experiment]:
    rates = [0.01, 0.01, 0.003, 0.001]
    return [BASE.with_values({**values, "seed": seed, "optimizer.learning_rate": rates[seed]}) for seed in range(count)]


@pytest.mark.parametrize(("kind", "decay", "device"), CASES)
def test_it_goes_the_way_of_the_batched_engine(kind: str, decay: float, device: str) -> None:
    members = _members({"optimizer.kind": kind, "optimizer.weight_decay": decay})
    where = torch.device(device)
    images = datasets.load("font5x7").images().to(where)
    batches = [Batch(images[None, :size], images[None, :size]) for size in (32, 20)]
    engines = [kind_of([build(one) for one in members], members, where) for kind_of in (BatchedDense, GraphedDense)]
    for turn in range(4 * WARM_UP):
        for engine in engines:
            engine.step(batches[turn % 2], 1.0 - turn / 50)
    torch.testing.assert_close(engines[1].flat, engines[0].flat, rtol=1e-3, atol=1e-5)
    for engine in engines:
        engine.retain([3, 1])
        engine.step(batches[0], 0.5)
    torch.testing.assert_close(engines[1].flat, engines[0].flat, rtol=1e-3, atol=1e-5)
    assert len(engines[0].flat) == 2 * resolve(BASE).architecture.parameters


def test_it_serves_cuda_and_one_momentum() -> None:
    same = _members({})
    other = [*same, BASE.with_values({"optimizer.momentum": 0.5})]
    assert KIND.serves(same, torch.device("cuda"))
    assert not KIND.serves(other, torch.device("cuda"))
    assert not KIND.serves(same, torch.device("cpu"))
