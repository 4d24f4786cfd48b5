"""The tab "Look inside" of the lessons on single images."""

import pytest
from streamlit.testing.v1 import AppTest

from aelib.analysis.inside.layers import look, untrained
from aelib.analysis.inside.over_training import moments
from aelib.analysis.inside.units import idle
from aelib.experiment import Experiment, presets
from aelib.training import Run, fit
from aelib.ui.views.inside import TITLE
from tests.support.apps import column, image_rows, metric, opened, save, sound, texts
from tests.support.sections import opened_tab, section

SMALL = {"epochs": 20, "model.layers": "35-12-2", "model.hidden_activation": "relu"}


def _query(preset: str, values: dict[str, object]) -> dict[str, str]:
    return {"preset": preset, "tab": TITLE, **{path: str(value) for path, value in values.items()}}


def _trained(experiment: Experiment) -> Run:
    run = fit(experiment, "cpu")
    save(run)
    return run


def _pictures(app: AppTest) -> tuple[str, str]:
    """The HTML of what passes through the net, and of the weights."""
    (passes,) = (one for one in image_rows(app) if ", gradient: " in one)
    (weights,) = (one for one in image_rows(app) if "weights" in one)
    return passes, weights


def test_numbers_of_the_view_are_those_of_the_analysis() -> None:
    run = _trained(presets.get("font-best").with_values(SMALL))
    app = opened("pages/dense.py", _query("font-best", SMALL))
    before, after = look(run, untrained(run)), look(run, run.model)
    names = [layer.name for layer in after.layers]
    for head, found in (("gradient before", before), ("gradient after", after)):
        assert column(app, head) == pytest.approx(
            dict(zip(names, [layer.gradient for layer in found.layers], strict=True))
        )
    dead = [sum(int(idle(layer).dead.sum()) for layer in one.layers if layer.hidden) for one in (before, after)]
    assert metric(app, "Dead units") == f"{dead[0]} → {dead[1]} of 24"
    assert {"plotly_chart", "bidi_component", "html"} <= section(app, TITLE).kinds
    passes, weights = _pictures(app)
    assert passes.count("<img") == 2 * len(names) + 1, "activation and gradient of every layer, and the output"
    assert weights.count("<img") == 12


def test_image_moment_and_layer_change_the_pictures() -> None:
    _trained(presets.get("font-best").with_values(SMALL))
    app = opened("pages/dense.py", _query("font-best", SMALL))
    seen = [_pictures(app)]
    key = "dense-run:inside"
    sound(app.selectbox(key=f"{key}:font5x7:image").set_value("b").run())
    seen.append(_pictures(app))
    for epoch in (0, 3):
        slider = next(one for one in app.select_slider if one.key.endswith(":epoch"))
        sound(slider.set_value(epoch).run())
        seen.append(_pictures(app))
    for layer in ("encoder 2", "decoder 2"):
        sound(app.segmented_control(key=f"{key}:layer").set_value(layer).run())
        seen.append(_pictures(app))
    assert all(one != other for i, one in enumerate(seen) for other in seen[:i])
    assert not app.error


def test_gradients_and_idle_units_are_shown_over_training() -> None:
    run = _trained(presets.get("font-best").with_values(SMALL))
    app = opened("pages/dense.py", _query("font-best", SMALL))
    found = moments(run)
    (table,) = (one.value for one in app.dataframe if "epoch" in one.value)
    assert table["epoch"].tolist() == [one.epoch for one in found]
    assert len(found) > 5
    assert table["encoder 1"].tolist() == pytest.approx([one.gradients[0] for one in found])
    assert table["dead"].tolist() == [one.dead for one in found]


def test_what_is_painted_goes_through_the_net() -> None:
    run = _trained(presets.get("font-best").with_values(SMALL))
    app = opened("pages/dense.py", _query("font-best", SMALL))
    at = run.images.names.index("a")
    before = _pictures(app)
    app.session_state[f"dense-run:inside:{run.digest}:{at}"] = {"flipped": [0, 17, 99]}  # 99 is no pixel of 5x7
    sound(app.run())
    assert _pictures(app)[0] != before[0]
    clean = run.images.images()[at : at + 1]
    painted = clean.clone()
    for pixel in (0, 17):
        painted.view(-1)[pixel] = 1 - clean.view(-1)[pixel]
    assert f"{look(run, run.model, painted, clean).loss:.3g}." in texts(app)


def test_what_is_drawn_on_an_empty_sheet_goes_through_the_net() -> None:
    run = _trained(presets.get("font-best").with_values(SMALL))
    app = opened("pages/dense.py", _query("font-best", SMALL))
    sound(app.selectbox(key="dense-run:inside:font5x7:image").set_value("empty sheet").run())
    before = _pictures(app)
    app.session_state[f"dense-run:inside:{run.digest}:empty"] = {"flipped": [2, 7, 12]}
    sound(app.run())
    assert _pictures(app)[0] != before[0]
    drawn = run.images.images()[:1] * 0
    for pixel in (2, 7, 12):
        drawn.view(-1)[pixel] = 1
    assert f"{look(run, run.model, drawn, drawn).loss:.3g}." in texts(app)


@pytest.mark.parametrize(
    ("page", "preset", "values"),
    [
        ("denoising", "font-denoise-best", {"epochs": 5, "model.layers": "35-9-2"}),
        ("emoji", "emoji-best", {"epochs": 5, "model.layers": "400-50-2"}),
        ("lab", "digits-vae", {"epochs": 1, "model.layers": "64-16-2", "snapshots": ""}),
        ("lab", "digits-vae", {"epochs": 1, "model.layers": "64-2", "snapshots": "", "model.conditional": "true"}),
    ],
)
def test_other_lessons_have_it_too(page: str, preset: str, values: dict[str, object]) -> None:
    _trained(presets.get(preset).with_values(values))
    app = opened(f"pages/{page}.py", _query(preset, values))
    opened_tab(app, TITLE)
    assert not app.error
    assert any("gradient before" in one.value for one in app.dataframe)
    assert metric(app, "Saturated units")
