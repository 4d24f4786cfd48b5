"""The pages of theory without a browser: what their parts are given, what stands at their end."""

import json

import pytest

from aelib.browser.description import weights_of
from aelib.browser.modules import FOLDER
from aelib.experiment import presets
from aelib.nn.activations import ACTIVATIONS
from aelib.store import Store
from aelib.training import fit, fit_many
from aelib.ui.shell import lessons as registry
from aelib.ui.theory import activations, convolution, parts, training, variational
from aelib.ui.theory.page import END
from tests.support.apps import opened, texts


def _given(app) -> dict[str, dict]:
    """What each part is given, by its module."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return {data["entry"]: data["given"] for data in found if "entry" in data}


def test_no_module_of_a_part_hides_one_of_the_engine() -> None:
    ours = {path.name for path in parts._HERE.glob("*.js")}
    assert not ours & {path.name for path in FOLDER.glob("*.js")}
    assert "common.js" not in ours


@pytest.mark.parametrize("page", registry.THEORY, ids=lambda one: one.name)
def test_a_page_begins_with_a_question_and_ends_with_documents_runs_and_lessons(page) -> None:
    app = opened(page.file)
    assert "?" in app.markdown[0].value
    assert END in app.header[-1].value
    assert app.subheader[-1].value == "Where it matters"
    assert _given(app)
    assert not app.error


def test_activations_shows_every_function_and_trains_only_what_learns() -> None:
    app = opened(registry.ACTIVATIONS.file)
    given = _given(app)
    names = [one["name"] for one in given["curves.js"]["functions"]]
    assert sorted(names) == sorted([*ACTIVATIONS, "binary_step"])
    table = next(one.value for one in app.markdown if "f′(z)" in one.value and "|---" in one.value)
    for label in (*(one.label for one in ACTIVATIONS.values()), "binary step", "softmax"):
        assert f"| {label} |" in table
    assert "binary_step" not in ACTIVATIONS
    assert {one.model.hidden_activation for one in activations.experiments()} == set(ACTIVATIONS)


def test_the_runs_of_activations_are_those_of_the_store(monkeypatch) -> None:
    few = [one.with_values({"epochs": 20}) for one in activations.experiments()[:4]]
    monkeypatch.setattr(activations, "experiments", lambda: few)
    for run in fit_many(few, "cpu"):
        Store().save(run)
    app = opened(registry.ACTIVATIONS.file)
    assert "mean of 2 seeds" in texts(app)
    assert not app.button


def test_kernels_of_stored_nets_stand_beside_those_made_by_hand(monkeypatch) -> None:
    few = {"epochs": 1, "model.convolution.channels": [4, 2, 1]}
    run = fit(presets.get("letters-7x7").with_values(few), "cpu")
    first = next(key for key, value in run.weights.items() if value.dim() == 4)
    run.weights[first][0] = float("nan")  # as a training that went wrong would leave it
    monkeypatch.setattr(convolution, "open_run", lambda one: run if one.dataset == "letters" else None)
    given = _given(opened(registry.CONVOLUTION.file))
    assert len(given["gallery.js"]["nets"][0]["kernels"]) == 3
    assert [one["label"] for one in given["kernels.js"]["learnt"]] == [
        f"learnt, Letters, code 7x7, {i}" for i in (1, 2, 3)
    ]


def test_the_loss_surface_is_that_of_the_stored_run(monkeypatch) -> None:
    monkeypatch.setattr(training, "_RECIPE", {**training._RECIPE, "epochs": "20"})
    assert _given(opened(registry.TRAINING.file))["descent.js"]["description"]["weights"] is None
    run = fit(training.experiment(), "cpu")
    Store().save(run)
    given = _given(opened(registry.TRAINING.file))["descent.js"]
    assert given["stored"]
    assert given["description"]["weights"] == weights_of(run.model)


def test_the_table_of_betas_is_of_stored_runs(monkeypatch) -> None:
    monkeypatch.setattr(variational, "_RECIPE", {**variational._RECIPE, "epochs": "20"})
    runs = fit_many(variational.experiments(), "cpu")
    for run in runs:
        Store().save(run)
    table = opened(registry.WHY_VARIATIONAL.file).dataframe[0].value
    assert list(table["mean σ"]) == [pytest.approx(run.deviations().mean()) for run in runs]
