"""What the engine in the browser is told, and what it refuses."""

import base64
from dataclasses import replace

import numpy as np
import pytest
import torch

from aelib.browser import description
from aelib.browser.description import NotServed, describe, describe_run, refusal, weights_of
from aelib.browser.modules import FOLDER, modules
from aelib.experiment import Experiment, presets, resolve
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from tests.support import made_up
from tests.unit.test_registries import ENTRIES

EVERYTHING = {"model.batch_norm": "true", "model.hidden_activation": "prelu", "model.variational": "true"}


@pytest.mark.parametrize("values", [{}, EVERYTHING, {"model.hidden_activation": "prelu"}])
def test_all_weights_are_handed_over(values) -> None:
    experiment = Experiment().with_values(values)
    model = build(experiment)
    weights = weights_of(model)
    parameters = np.frombuffer(base64.b64decode(weights["parameters"]), "<f4")
    assert len(parameters) == resolve(experiment).architecture.parameters
    assert parameters.sum() == pytest.approx(sum(float(one.detach().sum()) for one in model.parameters()), abs=1e-4)
    first = model.encoder[0]
    assert torch.equal(torch.from_numpy(parameters[:35].copy()), first.weight[0].detach())
    assert parameters[35] == first.bias[0]
    widths = sum(step.outputs for step in experiment.resolved_model.steps() if step.hidden)
    running = np.frombuffer(base64.b64decode(weights["running"]), "<f4")
    assert len(running) == (2 * widths if experiment.model.batch_norm else 0)


def test_a_run_has_its_own_weights_and_an_experiment_those_of_its_seed(font_run) -> None:
    told = describe_run(font_run)
    assert told["weights"] == weights_of(font_run.model)
    assert told["set"]["shape"] == [1, 7, 5]
    assert len(base64.b64decode(told["set"]["pixels"])) == 32 * 35
    assert len(told["set"]["names"]) == 32
    assert describe(font_run.experiment) == {**told, "weights": None}


@pytest.mark.parametrize("preset", ["font-best", "emoji-best", "font-denoise-best"])
def test_what_is_served(preset) -> None:
    assert refusal(presets.get(preset)) is None


@pytest.mark.parametrize(
    ("preset", "reason"),
    [("letters-7x7", "fully connected layers only"), ("digits-vae", "larger set"), ("photographs-3-best", "only")],
)
def test_what_is_refused_with_a_sentence(preset, reason) -> None:
    found = refusal(presets.get(preset))
    assert found is not None
    assert reason in str(found)
    assert str(found).endswith(".")
    with pytest.raises(NotServed, match=reason):
        describe(presets.get(preset))


@pytest.mark.parametrize("kind", [name for name in ENTRIES if name != "model"])
def test_an_entry_that_is_only_in_python_is_refused(kind, monkeypatch) -> None:
    registry, entry, field, values = ENTRIES[kind]
    monkeypatch.setitem(registry, "made_up", entry)
    experiment = Experiment().with_values({field: "made_up", **values})
    what = kind.replace("iz", "is")
    assert str(refusal(experiment)) == f"The network in the browser does not know the {what} {entry.label}."
    monkeypatch.setitem(registry, "made_up", replace(entry, browser=True))
    assert refusal(experiment) is None


def test_an_activation_of_the_code_alone_is_looked_at_too(monkeypatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "made_up", made_up.ACTIVATION)
    assert "softsign" in str(refusal(Experiment().with_values({"model.code_activation": "made_up"})))


@pytest.mark.parametrize("values", [{"model.tied": True}, {"model.dropout": 0.1}, {"model.penalty.kind": "l1"}])
def test_tied_weights_dropout_and_penalties_are_refused(values) -> None:
    assert "no penalty on the code" in str(refusal(Experiment().with_values(values)))


def test_a_net_that_is_too_large_is_refused() -> None:
    found = refusal(Experiment().with_values({"model.layers": "35-4096-200-2"}))
    assert found is not None
    assert f"at most {description.MAX_PARAMETERS:,} parameters" in str(found)


def test_every_module_stands_behind_those_that_it_imports() -> None:
    names = [name for name, _ in modules()]
    assert sorted(names) == sorted(path.name for path in FOLDER.glob("*.js"))
    assert names.index("matrix.js") < names.index("network.js") < names.index("training.js")
