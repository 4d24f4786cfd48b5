"""The Lab: any net on any data set."""

import pytest
from streamlit.testing.v1 import AppTest

from aelib.experiment import Experiment, flatten, presets
from aelib.experiment.encoding import encode
from aelib.nn.penalties import PENALTIES
from aelib.training import fit
from aelib.ui.lessons import any_run
from aelib.ui.shell import server_state
from tests.support.apps import opened, sound, texts
from tests.support.sections import assert_shows, opened_tab, section

FEW = {"epochs": "2"}
CONVOLUTIONAL = {"model.kind": "convolutional", "model.convolution.channels": "4-2", "model.convolution.stride": "1"}


def _stored(experiment: Experiment) -> AppTest:
    """The page on a run of this experiment."""
    server_state.store().save(fit(experiment, "cpu"))
    return opened("pages/lab.py", encode(experiment, "font-best").query())


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
    assert_shows(app, {"How it learnt": "plotly_chart", "In and out": "html", "Onwards": "page_link"})
    formulas = [one.value for one in app.latex]
    told = texts(app)
    # training of a variational net makes another sum small
    assert any(r"\beta\sum" in formula for formula in formulas) == (preset == "emoji-best")
    assert len(formulas) == (4 if preset == "emoji-best" else 3)
    assert ("summed over pixels, mean over images:" in told) == (preset == "emoji-best")
    assert ("mean over pixels and images:" in told) == (preset != "emoji-best")
    assert section(app, "In and out").image_rows


def test_every_choice_is_there() -> None:
    """Each on a page where it has an effect."""
    common = {"preset": "font-best", "epochs": "2"}
    dense = {
        "model.variational": "true",
        "model.initialization": "normal",
        "optimizer.kind": "momentum",
        "optimizer.schedule": "step",
        "early_stop.kind": "learnt",
        "corruption.kind": "painted",
        "corruption.pixels": "3",
    }
    enlarging = {"preset": "photographs-3"}
    wider = common | {"model.layers": "35-20-40", "optimizer.schedule": "cosine", "model.code_activation": "sigmoid"}
    shown: set[str] = set()
    for query in (
        common | dense,
        common | CONVOLUTIONAL | {"early_stop.kind": "patience"},
        enlarging,
        {"preset": "digits-vq"},
        *(wider | {"model.penalty.kind": kind} for kind in PENALTIES),
    ):
        app = opened("pages/lab.py", query)
        every = [*app.selectbox, *app.text_input, *app.number_input, *app.toggle]
        shown |= {one.key.removeprefix("lab:") for one in every if one.key}
    assert set(flatten(Experiment().model_dump(mode="json"))) - shown == set()


def test_another_kind_of_net_keeps_the_rest() -> None:
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


@pytest.mark.parametrize(
    ("preset", "values", "shown"),
    [
        ("font-denoise-best", {}, {"Latent plane", "Path", "Replay", "Remove noise", "Paint noise"}),
        (
            "digits-vae",
            {"model.layers": "64-16-2", "snapshots": ""},
            {"Latent plane", "KL", "Samples", "Fewer bits", "JPEG", "Speed"},
        ),
        ("photographs-3", {"model.convolution.channels": "2-2", "epochs": "1"}, {"Layers", "Zoom", "Own picture"}),
    ],
)
def test_what_the_lessons_can_show_of_a_run_is_shown(preset: str, values: dict[str, str], shown: set[str]) -> None:
    app = _stored(presets.get(preset).with_values({**FEW, **values}))
    there = {tab.label for tab in app.tabs}
    assert shown <= there
    for title in sorted(shown - {"JPEG"}):
        opened_tab(app, title)
        assert not app.error, title
    every = {view.title for view in any_run.VIEWS}
    assert there - {"Onwards", "Draw one", "Hand in"} < every, "none of them has everything"


def test_a_tab_that_the_next_run_does_not_have_is_left() -> None:
    app = _stored(presets.get("font-best").with_values({**FEW, "model.layers": "35-12-2"}))
    opened_tab(app, "Replay")
    query = encode(presets.get("digits-denoise").with_values({**FEW, "model.layers": "64-16-2"}), "font-best").query()
    server_state.store().save(fit(presets.get("digits-denoise").with_values({**FEW, "model.layers": "64-16-2"}), "cpu"))
    app = opened("pages/lab.py", {**query, "tab": "Replay"})
    assert next(tab for tab in app.tabs if tab.label == "How it learnt")
    assert not app.error
