"""The contract of every engine: what it claims to train gets the same weights and history as with plain PyTorch, and
what it does not claim is left to another engine."""

import functools
from dataclasses import replace
from typing import Any, NoReturn

import pytest
import torch
from torch import Tensor

from aelib.experiment import Experiment
from aelib.training import Run, fit_many
from aelib.training.engines import numba_support, registry
from aelib.training.engines.base import EngineKind

from . import plain_torch
from .plain_torch import PlainRun

CPU = torch.device("cpu")
# Some steps of different size, with weight decay, on batches that do not divide the set evenly. The initial weights are
# not small: else gradients would cancel out, and only rounding errors would be left.
BASE = Experiment().with_values(
    {
        "model.layers": "35-9-6-2",
        "model.hidden_activation": "tanh",
        "model.initialization_scale": 0.5,
        "optimizer.learning_rate": 0.01,
        "optimizer.weight_decay": 0.02,
        "optimizer.schedule": "cosine",
        "batch_size": 12,
        "epochs": 4,
        "corruption.level": 0.3,
        "corruption.pixels": "0-7-14-21",
    }
)
# Tolerances for float32: for a loss in the history, relative to it; for a weight, relative to the largest change of any
# weight of the net, and relative to the weight itself.
LOSS, WAY, ROUNDING = 1e-5, 1e-3, 1e-6


def anywhere(kind: EngineKind) -> EngineKind:
    """The engine, allowed on every device: the arithmetic of one that is made for a GPU is tested on the CPU."""
    return replace(kind, devices=None)


def skip_where_numba_is_missing(kind: EngineKind) -> None:
    """Skip the test if the engine needs Numba and it is missing: the engine then claims nothing."""
    if kind is numba_support.KIND and not numba_support.available:
        pytest.skip("NOT TESTED HERE: Numba is not installed")


def companions(kind: EngineKind, first: Experiment) -> list[Experiment]:
    """The net, and one that the engine trains together with it. They differ in everything in which they may differ."""
    optimizer = first.optimizer
    other: dict[str, Any] = {
        "seed": first.seed + 1,
        "optimizer.learning_rate": optimizer.learning_rate / 3,
        "optimizer.weight_decay": 2 * optimizer.weight_decay,
        "optimizer.momentum": optimizer.momentum / 2,
        "corruption.level": first.corruption.level / 2,
        "beta": first.beta / 4,
    }
    found = [first, first.with_values(other)]
    if not kind.serves(found, CPU):  # a recorded step has one momentum
        other.pop("optimizer.momentum")
        found[1] = first.with_values(other)
    return found


def check(kind: EngineKind, experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Check that an engine keeps its contract for one experiment. Returns whether it claims the experiment."""
    kind = anywhere(kind)
    if kind.serves([experiment], CPU):
        trains(kind, experiment, monkeypatch)
        return True

    def fails(*_: object) -> NoReturn:
        raise AssertionError(f"the net was left to an engine that does not claim it: {kind.name}")

    others = [replace(kind, make=fails) if one.name == kind.name else one for one in registry.ENGINES]
    monkeypatch.setattr(registry, "ENGINES", tuple(others))
    (run,) = fit_many([experiment], "cpu")
    goes_the_way_of(run, _plain(experiment))
    return False


def trains(kind: EngineKind, experiment: Experiment, monkeypatch: pytest.MonkeyPatch, device: str = "cpu") -> None:
    """Check that the engine trains the net on the device, alone and together with another, as plain PyTorch does on the
    CPU."""
    monkeypatch.setattr(registry, "ENGINES", (kind,))
    groups = [[experiment], companions(anywhere(kind), experiment)] if kind.together else [[experiment]]
    for members in groups:
        for run, member in zip(fit_many(members, device), members, strict=True):
            goes_the_way_of(run, _plain(member))


def goes_the_way_of(run: object, plain: PlainRun) -> None:
    """Check that a run has the weights of the reference, after training and in its snapshots, and its history."""
    assert isinstance(run, Run), run
    assert run.weights.keys() == plain.weights.keys()
    ways = [(plain.weights[name] - start).abs().max() for name, start in plain.start.items() if "running" not in name]
    longest = float(max(ways))
    assert longest > 100 * ROUNDING, "nothing was trained"

    def agree(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
        close = {name: found[name].to(wanted.dtype) for name, wanted in expected.items()}
        torch.testing.assert_close(close, expected, rtol=ROUNDING, atol=WAY * longest)

    agree(run.weights, plain.weights)
    at = run.snapshots.weight_epochs
    assert (at is not None) == (run.resolved.weight_snapshots > 0)
    for i, epoch in enumerate([] if at is None else at.tolist()):
        agree({name: one[i] for name, one in run.snapshots.weights.items()}, plain.states[epoch])
    assert len(run.history) == len(plain.history)
    for found, wanted in zip(run.history, plain.history, strict=True):
        assert {name: value for name, value in found.items() if name != "seconds"} == pytest.approx(wanted, rel=LOSS)


@functools.cache
def _plain(experiment: Experiment) -> PlainRun:
    return plain_torch.train(experiment)
