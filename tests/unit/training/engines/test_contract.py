"""Every engine, with every registry entry: as plain PyTorch does it, or left to another engine.

Engines and entries are read from the registries, so that a new one is tested here without an edit. The reference is
`tests/support/plain_torch.py`.
"""

from dataclasses import replace
from typing import Any

import pytest
import torch

from aelib.experiment import Experiment, ExperimentError, choices, resolve
from aelib.experiment.schema import REGISTRIES
from aelib.training.engines import autograd, registry
from aelib.training.engines.autograd import AutogradEngine
from aelib.training.engines.base import Batch, EngineKind
from tests.support import contract

VARIATIONAL = {"model.variational": True, "beta": 2.0, "beta_warm_up": 3, "free_bits": 0.02}


def _cases() -> list[dict[str, Any]]:
    """What is other than in `contract.BASE`."""
    cases: list[dict[str, Any]] = [{path: name} for path, names in REGISTRIES.items() for name in names]
    cases += [{"optimizer.kind": kind, "optimizer.weight_decay": 0.0} for kind in choices("optimizer.kind")]
    for loss in choices("loss"):
        cases += [{"loss": loss, "model.output_activation": output} for output in choices("model.output_activation")]
        cases += [{"loss": loss, **VARIATIONAL}, {"loss": loss, **VARIATIONAL, "model.kind": "convolutional"}]
    for noise in choices("corruption.kind"):
        cases += [
            {"corruption.kind": noise, "corruption.fresh": False},
            {"corruption.kind": noise, "batch_size": "all"},
        ]
    cases += [{"normalization": kind} for kind in choices("normalization")]
    cases += [{"optimizer.schedule": kind, "optimizer.step_every": 2} for kind in choices("optimizer.schedule")]
    cases += [{"corruption.kind": "masking", "corruption.where": part} for part in choices("corruption.where")]
    cases += [
        {"batch_size": 1},
        {"model.layers": "35-2"},
        {"model.layers": "35-33-31-3", "model.decoder_layers": "3-7-35"},
    ]
    for penalty in choices("model.penalty.kind"):
        asked = {"model.penalty.kind": penalty, "model.penalty.weight": 0.3, "model.penalty.active": 1}
        cases += [{**asked, "model.code_activation": code} for code in ("sigmoid", "tanh")]
        cases += [{**asked, "model.kind": "convolutional", "model.code_activation": "sigmoid"}]
    cases += [{"model.tied": True}, {"model.tied": True, "model.batch_norm": True}, {"model.dropout": 0.3}]
    cases += [{"model.dropout": 0.3, "model.variational": True}]
    book = {"model.codebook.entries": 8, "model.codebook.decay": 0.8}
    cases += [book, {**book, "model.codebook.numbers": 1}, {**book, "model.kind": "convolutional"}]
    cases += [{**book, "model.codebook.revive": False}, {**book, "model.tied": True}]
    drawn = {"model.variational": True, "beta": 2.0, "beta_warm_up": 3, "importance_samples": 5}
    cases += [drawn, {**drawn, "batch_size": "all"}, {**drawn, "model.kind": "convolutional", "loss": "mae"}]
    cases += [{"model.variational": True, "model.variance": name} for name in choices("model.variance")]
    # so large that the optimiser is torch's fused one, and so large that products are those of oneDNN
    cases += [{"model.layers": "35-400-120-2"}, {"model.layers": "35-400-120-2", **VARIATIONAL}]
    cases += [{"model.layers": "35-420-400-2", "batch_size": "all", "optimizer.kind": "momentum"}]
    cases += [{"model.batch_norm": True}, {"model.batch_norm": True, **VARIATIONAL}]
    return cases


def _allowed() -> list[tuple[str, Experiment]]:
    """Name and experiment, without what an experiment may not be."""
    found = {}
    for values in _cases():
        try:
            experiment = contract.BASE.with_values(values)
            resolve(experiment)
        except ExperimentError:
            continue
        found.setdefault(experiment, ", ".join(f"{path.rpartition('.')[2]}={value}" for path, value in values.items()))
    return [(name, experiment) for experiment, name in found.items()]


ALLOWED = _allowed()


@pytest.mark.parametrize("kind", registry.ENGINES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("experiment", [one for _, one in ALLOWED], ids=[name for name, _ in ALLOWED])
def test_an_engine_goes_the_way_of_plain_pytorch_or_leaves_the_net_to_another(
    kind: EngineKind, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract.skip_where_numba_is_missing(kind)
    claimed = contract.check(kind, experiment, monkeypatch)
    if experiment == contract.BASE:
        assert claimed, "an engine that does not train a plain dense net trains nothing"


def test_the_plain_dense_net_is_among_them() -> None:
    assert contract.BASE in [experiment for _, experiment in ALLOWED]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU HERE")
@pytest.mark.parametrize("kind", registry.ENGINES, ids=lambda kind: kind.name)
def test_it_does_so_on_a_gpu(kind: EngineKind, monkeypatch: pytest.MonkeyPatch) -> None:
    served = [experiment for _, experiment in ALLOWED if kind.serves([experiment], torch.device("cuda"))]
    if not served:
        pytest.skip(f"{kind.name} is not for GPUs")
    for experiment in served:
        contract.trains(kind, experiment, monkeypatch, "cuda")


class _TooFar(AutogradEngine):
    """Every step is 1% too long."""

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        super().step(batch, 1.01 * rate_factor, beta_factor)


def test_an_engine_that_errs_by_one_percent_breaks_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    errs = replace(
        autograd.KIND, name="errs", make=lambda models, members, device: _TooFar(models[0], members[0], device)
    )
    with pytest.raises(AssertionError, match="not close"):
        contract.check(errs, contract.BASE, monkeypatch)


def test_an_engine_that_is_asked_for_what_it_does_not_claim_breaks_the_contract(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "serving", lambda members, device: registry.ENGINES)
    modest = replace(registry.ENGINES[0], trains=lambda members: False)
    with pytest.raises(AssertionError, match="does not claim"):
        contract.check(modest, contract.BASE, monkeypatch)
