"""The Lab: any net on any data set."""

import pytest
from streamlit.testing.v1 import AppTest

from aelib import presets
from aelib.experiment import Experiment
from aelib.training import fit
from aelib.ui import resources
from aelib.ui.address import to_query
from tests.apps import opened, sound

FEW = {"epochs": "2"}
CONVOLUTIONAL = {"model.kind": "convolutional", "model.convolution.channels": "4-2", "model.convolution.stride": "1"}


def _stored(experiment: Experiment) -> AppTest:
    """The page on a run of this experiment."""
    resources.store().save(fit(experiment, "cpu"))
    return opened("pages/lab.py", to_query(experiment, "font-best"))


@pytest.mark.parametrize(
    ("preset", "values"),
    [
        ("font-best", {}),
        ("font-best", CONVOLUTIONAL),  # no lesson is about convolutions on characters
        ("emoji-best", {}),
        ("digits-denoise", {"model.layers": "64-16-2"}),
        ("house-numbers-autoencoder", {"model.convolution.channels": "4-2-1"}),
        ("photographs-3", {"model.convolution.channels": "2-2", "epochs": "1"}),
    ],
)
def test_every_kind_of_run_is_shown(preset: str, values: dict[str, str]) -> None:
    app = _stored(presets.get(preset).with_values({**FEW, **values}))
    assert not app.error
    assert [header.value[:1] for header in app.header] == list("1234567")
    assert len(app.latex) == 3
    assert any(("ae-row" in one.proto.body) for one in app.get("html"))


def test_every_choice_is_there_and_another_kind_of_net_keeps_the_rest() -> None:
    app = opened("pages/lab.py", {"preset": "font-best", "epochs": "77"})
    sound(app.selectbox(key="lab:model.kind").set_value("convolutional").run())
    assert app.query_params["model.kind"] in ("convolutional", ["convolutional"])
    assert app.number_input(key="lab:epochs").value == 77
    formula = app.latex[0].value
    sound(app.selectbox(key="lab:model.hidden_activation").set_value("tanh").run())
    assert app.latex[0].value != formula
    assert "tanh" in app.latex[0].value


def test_a_cost_is_told_before_training() -> None:
    app = opened("pages/lab.py", {"preset": "font-best", **FEW, "seed": "123"})
    told = " ".join(one.value for one in app.caption)
    assert "parameters" in told
    assert "about" in told
    assert any(one.label == "Train" for one in app.button)
