"""One entry in a registry is enough: it appears everywhere, and every engine that claims it trains with it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from aelib.core.errors import LabError
from aelib.datasets.noise import NOISES
from aelib.experiment import MODEL_KINDS, Experiment, ExperimentError, choices, labels, presets
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.reports.script import script
from aelib.training import fit
from aelib.training.engines import batched, numba_support, registry
from aelib.training.engines.base import EngineKind
from tests.support import contract, made_up
from tests.support.trainings import trained_together

CPU = torch.device("cpu")
BASE = presets.get("font-20-10").with_values(
    {"optimizer.learning_rate": 0.01, "epochs": 60, "model.initialization": "xavier_uniform"}
)
NAME = "made_up"
# registry, entry, the field that chooses it, what else an experiment with it needs
ENTRIES: dict[str, tuple[dict[str, Any], Any, str, dict[str, Any]]] = {
    "activation": (ACTIVATIONS, made_up.ACTIVATION, "model.hidden_activation", {}),
    "loss": (LOSSES, made_up.LOSS, "loss", {}),
    "optimizer": (OPTIMIZERS, made_up.OPTIMIZER, "optimizer.kind", {"optimizer.learning_rate": 0.002}),
    "initialization": (INITIALIZATIONS, made_up.INITIALIZATION, "model.initialization", {}),
    "noise": (NOISES, made_up.NOISE, "corruption.kind", {"corruption.level": 0.3}),
    "model": (MODEL_KINDS, made_up.MODEL_KIND, "model.kind", {}),
}


@pytest.fixture(params=ENTRIES)
def added(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Experiment]:
    """The kind of entry, and an experiment with one that was added to its registry."""
    registry, entry, field, values = ENTRIES[request.param]
    monkeypatch.setitem(registry, NAME, entry)
    return request.param, BASE.with_values({field: NAME, **values})


@pytest.mark.parametrize("kind", registry.ENGINES, ids=lambda kind: kind.name)
def test_every_engine_claims_it_and_keeps_its_contract(
    kind: EngineKind, added: tuple[str, Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract.skip_where_numba_is_missing(kind)
    field, values = ENTRIES[added[0]][2:]
    assert contract.check(kind, contract.BASE.with_values({field: NAME, **values}), monkeypatch)


def test_fit_trains_it_alone_and_in_company(added: tuple[str, Experiment]) -> None:
    _, experiment = added
    alone = fit(experiment, "cpu")
    assert alone.loss < 0.9 * alone.history[0]["train_loss"]
    for run in trained_together(experiment, experiment.with_values({"seed": 1})):
        assert run.loss < 0.9 * run.history[0]["train_loss"]


def test_it_appears_in_choices_labels_and_errors(added: tuple[str, Experiment]) -> None:
    kind, experiment = added
    _, entry, field, _ = ENTRIES[kind]
    assert NAME in choices(field)
    assert labels.choice(field, NAME) == entry.label
    with pytest.raises(ExperimentError, match=re.escape(NAME)):
        experiment.with_values({field: "nonsense"})


def test_a_script_has_it_or_refuses_it(added: tuple[str, Experiment], tmp_path: Path) -> None:
    kind, experiment = added
    entry = ENTRIES[kind][1]
    if kind == "model":
        with pytest.raises(LabError, match="cannot be written as a script"):
            script(experiment)
    elif entry.script is None:
        with pytest.raises(Exception, match=f"'{NAME}' has no words in a script"):
            script(experiment)
    else:
        written = script(experiment)
        assert entry.script in written
        compile(written, "script.py", "exec")


@pytest.mark.parametrize(
    ("kind", "without", "engine"),
    [
        ("activation", {"compiled": None}, "BatchedDense"),
        ("activation", {"compiled": None, "batched": None}, "AutogradEngine"),
        ("loss", {"compiled": None}, "BatchedDense"),
        ("loss", {"compiled": None, "gradient": None}, "AutogradEngine"),
        ("optimizer", {"compiled": None}, "BatchedDense"),
        ("optimizer", {"compiled": None, "flat": None}, "AutogradEngine"),
        ("model", {"plain": False}, "AutogradEngine"),
    ],
)
def test_what_an_engine_does_not_know_another_trains(
    kind: str, without: dict[str, Any], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, entry, field, values = ENTRIES[kind]
    monkeypatch.setitem(registry, NAME, replace(entry, **without))
    run = fit(BASE.with_values({field: NAME, **values}), "cpu")
    assert run.versions["engine"] == engine
    assert run.loss < 0.9 * run.history[0]["train_loss"]
    other = fit(BASE, "cpu")  # one more entry takes no engine from other nets
    assert other.versions["engine"] == ("CompiledDense" if numba_support.available else "BatchedDense")


@pytest.mark.skipif(not numba_support.available, reason="NOT TESTED HERE: Numba is not installed")
def test_a_loop_that_does_not_compile_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from aelib.training.engines.compiled import EntryError

    def broken(y: Any, t: Any, grad: Any) -> None:
        grad.append(y)

    monkeypatch.setitem(LOSSES, NAME, replace(made_up.LOSS, compiled=lambda: broken))
    with pytest.raises(EntryError, match=r"broken .* does not compile"):
        fit(BASE.with_values({"loss": NAME}), "cpu")


def test_the_batched_engine_refuses_what_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, NAME, replace(made_up.OPTIMIZER, flat=None))
    experiment = BASE.with_values({"optimizer.kind": NAME})
    with pytest.raises(ValueError, match="does not serve"):
        batched.BatchedDense([build(experiment)], [experiment], CPU)
