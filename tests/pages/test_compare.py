"""The page Compare: runs side by side, and what is noise."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from streamlit.testing.v1 import AppTest

from aelib.analysis.comparison import with_seeds
from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.metrics.statistics import SIGNIFICANCE
from aelib.training import Run, fit, fit_many
from aelib.ui.shell import server_state
from aelib.ui.shell.links import short
from tests.support.apps import opened, sound

FAST = presets.get("font-best").with_values({"epochs": 40})
OTHER = FAST.with_values({"model.layers": "35-12-2"})


@pytest.fixture(scope="module")
def pair() -> dict[str, Run]:
    return {"wide": fit(FAST, "cpu"), "narrow": fit(OTHER, "cpu")}


@pytest.fixture
def stored(pair: dict[str, Run]) -> dict[str, Run]:
    _stored([*pair.values()])
    return pair


def _text(app: AppTest) -> str:
    return " ".join(str(one.value).replace("\\", "") for one in [*app.markdown, *app.caption, *app.info])


def _tables(app: AppTest) -> list[pd.DataFrame]:
    """Without the one to type into."""
    return [one.value for one in app.dataframe if "start from" not in one.value.columns]


def _errors(app: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in app.error]


def test_runs_side_by_side(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(OTHER)})
    assert not app.error
    table = _tables(app)[0]
    assert list(table.loc["Layers"]) == ["35-64-32-2", "35-12-2"]
    assert "Epochs" not in table.index, "what is the same is not told"
    assert list(table.loc["parameters"]) == [f"{run.parameters:,}" for run in stored.values()]
    assert "A single run may be luck" in _text(app)
    assert len(app.get("plotly_chart")) == 2  # curves, planes
    sound(app.segmented_control(key="compare:learning:by:1").set_value("seconds").run())
    pictures = [one.proto.body for one in app.get("html") if "ae-row" in one.proto.body]
    sound(app.multiselect(key="compare:images:font5x7:picked:1").set_value(["a", "z"]).run())
    after = [one.proto.body for one in app.get("html") if "ae-row" in one.proto.body]
    assert after != pictures
    assert any("a, original" in one and "z, original" in one for one in after)


def _stored(*groups: list[Run]) -> None:
    for run in [run for group in groups for run in group]:
        server_state.store().save(run)


def _trained(*experiments: Experiment) -> list[list[Run]]:
    """Of each, three seeds."""
    asked = [with_seeds(one, 3) for one in experiments]
    runs = [run for run in fit_many([each for group in asked for each in group], "cpu") if isinstance(run, Run)]
    return [runs[i : i + 3] for i in range(0, len(runs), 3)]


def test_with_seeds_the_page_says_what_is_noise() -> None:
    first, same, worse = FAST, FAST.with_values({"optimizer.weight_decay": 1e-7}), FAST.with_values({"epochs": 2})
    groups = _trained(first, same, worse)
    _stored(*groups)
    app = opened("pages/compare.py", {"1": short(first), "2": short(same), "3": short(worse), "seeds": "3"})
    sound(app.selectbox(key="compare:noise:figure:1").set_value("mse").run())
    table = _tables(app)[1]
    errors = [[run.metrics["mse"] for run in group] for group in groups]
    for place, values in enumerate(errors):
        assert table["mean ± std"][place] == f"{np.mean(values):.4g} ± {np.std(values, ddof=1):.2g}"
    expected = [stats.ttest_ind(values, errors[0], equal_var=False).pvalue for values in errors[1:]]
    assert list(table["p"][1:]) == pytest.approx(expected, rel=1e-3)
    least, most = sorted(expected)
    holm = {least: 2 * least, most: max(most, 2 * least)}
    assert list(table["p, corrected"][1:]) == pytest.approx([min(1, holm[p]) for p in expected], rel=1e-3)
    assert "p is corrected for 2 tests by Holm's method" in _text(app)
    assert len(app.get("plotly_chart")) == 3, "curves, seeds, planes"
    assert expected[0] > SIGNIFICANCE, "all but the same nets"
    assert expected[1] < SIGNIFICANCE, "two epochs are too few to be as good"
    said = _said_of_noise(app)
    assert ["more than noise" in one for one in said] == [holm[p] < SIGNIFICANCE for p in expected]
    apart = [f"35-64-32-2, weight decay {decay}, epochs {epochs}" for decay, epochs in (("0", 2), ("0", FAST.epochs))]
    assert said[1].startswith(f"3: {apart[0]}, compared with 1: {apart[1]}: **more than noise** (p = ")
    reference = app.selectbox(key="compare:noise:reference:1")
    sound(reference.set_value(reference.options[2]).run())
    assert app.query_params["reference"] in ("3", ["3"])
    assert all(f"compared with 3: {apart[0]}" in one for one in _said_of_noise(app)), "any row can be the reference"


def _said_of_noise(app: AppTest) -> list[str]:
    """A sentence for each group beside the first."""
    listed = next(str(one.value) for one in app.markdown if str(one.value).startswith("- ") and "35" in one.value)
    return [one.removeprefix("- ") for one in listed.replace("\\", "").split("\n")]


def test_seconds_are_shown_but_not_tested(pair: dict[str, Run]) -> None:
    _stored(*_trained(FAST, OTHER))
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(OTHER), "seeds": "3", "figure": "seconds"})
    assert list(_tables(app)[1].columns) == ["run", "mean", "runs"]
    assert "Not tested: nets that train together" in _text(app)
    assert "more than noise" not in _text(app)


def test_without_any_spread_nothing_is_proved() -> None:
    stuck = [one.with_values({"epochs": 1, "optimizer.learning_rate": 1e-9}) for one in (FAST, OTHER)]
    groups = _trained(*stuck)
    assert {run.metrics["learnt"] for group in groups for run in group} == {0}
    _stored(*groups)
    app = opened("pages/compare.py", {"1": short(stuck[0]), "2": short(stuck[1]), "seeds": "3", "figure": "learnt"})
    assert "p" not in _tables(app)[1].columns
    assert "not tested, because neither group has any spread (3 runs against 3)" in _said_of_noise(app)[0]


def test_one_group_with_a_single_run_leaves_the_others_tested() -> None:
    groups = _trained(FAST, OTHER, FAST.with_values({"epochs": 2}))
    lost = groups[1][1:]
    _stored(groups[0], groups[1][:1], groups[2])
    server_state.store().note_diverged({run.digest: 1 for run in lost})
    for run in lost:
        server_state.store().delete(run.digest)
    query = {str(i): short(group[0].experiment) for i, group in enumerate(groups, 1)}
    app = opened("pages/compare.py", {**query, "seeds": "3", "figure": "mse"})
    assert ["2 of 3 trainings diverged" in one for one in _errors(app)] == [True]
    said = _said_of_noise(app)
    assert "one run gives no estimate of noise" in said[0]
    assert "p = " in said[1]


def test_what_goes_wrong_in_a_section_is_a_sentence(stored: dict[str, Run], monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (
        "aelib.analysis.comparison.differing",
        "aelib.charts.curves.errors",
        "aelib.analysis.comparison.wrong_pixels",
    ):
        with monkeypatch.context() as patched:

            def gone(*_: object) -> None:
                raise LabError("The data set has just been removed.")

            patched.setattr(function, gone)
            app = opened("pages/compare.py", {"1": short(FAST), "2": short(OTHER)})
            assert ["just been removed" in one for one in _errors(app)] == [True]


def test_a_net_without_a_plane_is_named_and_the_others_are_drawn(pair: dict[str, Run]) -> None:
    line = fit(FAST.with_values({"model.layers": "35-12-1"}), "cpu")
    _stored([line, pair["wide"]])
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(line.experiment)})
    assert len(app.get("plotly_chart")) == 2  # curves, one plane
    assert "Without a latent plane: 2: 35-12-1, seed 0" in _text(app)


def test_what_is_not_here_can_be_trained() -> None:
    other = FAST.with_values({"seed": 77})
    app = opened("pages/compare.py", {"1": short(other), "2": short(OTHER.with_values({"seed": 77}))})
    assert [one.label for one in app.button if "Train" in one.label] == ["Train what is missing"]
    assert app.query_params["1"] == short(other)


def test_a_link_adds_to_what_is_compared_already(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(OTHER)})
    third = OTHER.with_values({"seed": 1})
    app.query_params.clear()
    app.query_params["add"] = short(third)
    sound(app.run())
    assert [app.query_params[str(i)] for i in (1, 2, 3)] == [short(FAST), short(OTHER), short(third)]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"1": "no-such-preset", "2": "font-best"}, "There is no preset"),
        ({"1": "font-best;epochs=0", "2": "font-best"}, "“Epochs” is"),
        ({"1": "font-best;<script>=1"}, "script"),
    ],
)
def test_rows_of_an_address_that_make_no_sense_are_left_out(query: dict[str, str], says: str) -> None:
    app = opened("pages/compare.py", query)
    assert any(says in one for one in _errors(app))


def test_a_digest_opens_a_run_that_is_here_and_one_that_is_not_is_said(stored: dict[str, Run]) -> None:
    digests = [run.digest for run in stored.values()]
    app = opened("pages/compare.py", {"1": digests[0], "2": digests[1], "3": "0123456789abcdef"})
    assert list(_tables(app)[0].loc["Layers"]) == ["35-64-32-2", "35-12-2"]
    assert ["run 0123456789abcdef is not on this server" in one for one in _errors(app)] == [True]


def test_on_different_images_nothing_is_shown_image_by_image(stored: dict[str, Run]) -> None:
    emoji = fit(presets.get("emoji-best").with_values({"epochs": 2}), "cpu")
    server_state.store().save(emoji)
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(emoji.experiment)})
    assert "different images" in _text(app)


def test_a_field_that_does_not_exist_costs_a_sentence_and_not_the_experiment() -> None:
    app = opened("pages/compare.py", {"1": "font-best;epochs=30;optimiser=adam", "2": "font-best;epochs=40"})
    assert any("'optimiser'" in one for one in _errors(app))
    rows = next(one.value for one in app.dataframe if "start from" in one.value.columns)
    assert list(rows["epochs"]) == ["30", "40"]
