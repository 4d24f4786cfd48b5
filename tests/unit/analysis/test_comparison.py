"""Runs side by side: figures by hand, the table of experiments, the page."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from streamlit.testing.v1 import AppTest

from aelib.analysis import comparison
from aelib.analysis.comparison import difference, differing, with_seeds, wrong_pixels
from aelib.charts.latent_planes import planes
from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.training import Run, fit, fit_many
from aelib.ui.shell import server_state
from aelib.ui.shell.address import packed, unpacked
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


# --- figures -------------------------------------------------------------------------------------------------------


def test_only_fields_that_differ_are_told() -> None:
    assert differing([FAST, OTHER]) == ["model.layers"]
    assert differing([FAST, FAST]) == []
    assert differing([FAST, FAST.with_values({"seed": 3}), FAST.with_values({"epochs": 9})]) == ["epochs", "seed"]


def test_a_field_without_effect_does_not_differ() -> None:
    channels = FAST.with_values({"model.convolution.channels": "4-1", "optimizer.momentum": "0.1"})
    assert differing([FAST, channels]) == []
    convolutional = presets.get("letters-7x7")
    found = differing([presets.get("mnist-denoise"), convolutional])
    assert {"model.kind", "model.layers", "model.convolution.channels"} <= set(found)
    assert "optimizer.momentum" not in found


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"epochs": "9"}, set()),
        ({"loss": "mse"}, {"loss", "elbo"}),
        ({"beta": "4"}, {"loss"}),
        ({"free_bits": "0.2"}, {"loss"}),
        ({"model.variational": "false"}, {"loss"}),
    ],
)
def test_a_loss_is_compared_only_where_it_is_reckoned_alike(changes: dict[str, str], left_out: set[str]) -> None:
    base = presets.get("emoji-best").with_values({"loss": "bce", "free_bits": "0.1"})
    pair = [base, base.with_values(changes)]
    assert {name for name in comparison.METRICS if not comparison.comparable(pair, name)} == left_out


def test_on_different_images_only_seconds_are_compared() -> None:
    pair = [FAST, presets.get("emoji-best")]
    assert [name for name in comparison.METRICS if comparison.comparable(pair, name)] == ["seconds"]


def test_welchs_test_and_cohens_d_by_hand() -> None:
    first, second = [20.0, 22.0, 24.0], [27.0, 28.0, 29.0, 32.0]
    told = difference(first, second)
    variances = np.var(first, ddof=1), np.var(second, ddof=1)
    error = math.sqrt(variances[0] / 3 + variances[1] / 4)
    assert told.t == pytest.approx((29 - 22) / error)
    # Welch-Satterthwaite
    parts = variances[0] / 3, variances[1] / 4
    degrees = sum(parts) ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 3)
    assert told.degrees == pytest.approx(degrees)
    assert told.p == pytest.approx(2 * stats.t.sf(told.t, degrees))
    assert told.effect == pytest.approx(7 / math.sqrt(sum(variances) / 2))
    assert told.size == "large"
    assert told.is_significant


def test_noise_is_called_noise() -> None:
    told = difference([1.0, 2.0, 3.0, 4.0], [1.1, 2.1, 2.9, 4.0])
    assert not told.is_significant
    assert told.size == "negligible"


@pytest.mark.parametrize("second", [[3.0, 3.0], [4.0, 4.0]])
def test_groups_without_any_spread_prove_nothing(second: list[float]) -> None:
    told = difference([3.0, 3.0], second)
    assert math.isnan(told.p)
    assert not told.is_tested
    assert not told.is_significant
    assert told.size == "without any spread"


def test_spread_in_one_group_is_enough_to_test() -> None:
    assert difference([3.0, 3.0], [4.0, 4.1]).is_tested


@pytest.mark.parametrize(("first", "second"), [([1.0], [1.0, 2.0]), ([1.0, math.nan], [1.0, 2.0]), ([], [])])
def test_what_says_nothing_about_noise_is_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(LabError):
        difference(first, second)


def test_seeds_are_counted_on() -> None:
    assert [one.seed for one in with_seeds(FAST.with_values({"seed": 5}), 3)] == [5, 6, 7]
    for count in (0, comparison.MAX_SEEDS + 1):
        with pytest.raises(LabError, match="seeds"):
            with_seeds(FAST, count)


def test_wrong_pixels_are_joined_by_image_the_most_disputed_first(pair: dict[str, Run]) -> None:
    found = wrong_pixels(pair)
    gaps = [max(row.values()) - min(row.values()) for row in found.values()]
    assert gaps == sorted(gaps, reverse=True)
    for image, row in found.items():
        assert row == {label: run.metrics["wrong_pixels"][image] for label, run in pair.items()}
    right = {image for image in pair["wide"].metrics["wrong_pixels"] if image not in found}
    assert all(run.metrics["wrong_pixels"][image] == 0 for run in pair.values() for image in right)


def test_figures_are_those_that_all_have(pair: dict[str, Run]) -> None:
    emoji = fit(presets.get("emoji-best").with_values({"epochs": 2}), "cpu")
    assert "elbo" in comparison.shared_metrics([emoji])
    assert "elbo" not in comparison.shared_metrics([emoji, *pair.values()])
    assert comparison.shared_metrics([emoji, *pair.values()]) == ["seconds"]
    assert {"learnt", "mse", "loss", "seconds"} <= set(comparison.shared_metrics([*pair.values()]))
    assert comparison.metric_value(pair["wide"], "learnt") == pair["wide"].metrics["learnt"]


# --- addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["font-20-10", "emoji-best", "letters-7x7-best", "sr-3", "mnist-denoise"])
def test_an_experiment_is_one_value_of_an_address(preset: str) -> None:
    experiment = presets.get(preset).with_values({"seed": 7, "epochs": 12, "optimizer.learning_rate": 0.1 + 0.2})
    assert unpacked(packed(experiment, "font-best")) == experiment
    assert unpacked(short(experiment)) == experiment
    assert short(experiment).startswith(f"{preset};")


@pytest.mark.parametrize("given", ["", "no-such-preset", "font-best;epochs=x", "font-best;nonsense", "x" * 5000])
def test_an_address_that_makes_no_sense_is_refused(given: str) -> None:
    with pytest.raises(LabError):
        unpacked(given)


# --- the page ------------------------------------------------------------------------------------------------------


def test_runs_side_by_side(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(OTHER)})
    assert not app.error
    table = _tables(app)[0]
    assert list(table.loc["Layers"]) == ["35-64-32-2", "35-12-2"]
    assert "Epochs" not in table.index, "what is the same is not told"
    assert list(table.loc["parameters"]) == [f"{run.parameters:,}" for run in stored.values()]
    assert "One run of each may be luck" in _text(app)
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
    assert expected[0] > comparison.SIGNIFICANCE, "all but the same nets"
    assert expected[1] < comparison.SIGNIFICANCE, "two epochs are too few to be as good"
    said = _said_of_noise(app)
    assert ["more than noise" in one for one in said] == [p < comparison.SIGNIFICANCE for p in expected]
    apart = [f"35-64-32-2, weight decay {decay}, epochs {epochs}" for decay, epochs in (("0", 2), ("0", FAST.epochs))]
    assert said[1].startswith(f"3: {apart[0]}, beside 1: {apart[1]}: **more than noise** (p = ")


def _said_of_noise(app: AppTest) -> list[str]:
    """A sentence for each group beside the first."""
    listed = next(str(one.value) for one in app.markdown if str(one.value).startswith("- ") and "35" in one.value)
    return [one.removeprefix("- ") for one in listed.replace("\\", "").split("\n")]


def test_seconds_are_shown_but_not_tested(pair: dict[str, Run]) -> None:
    _stored(*_trained(FAST, OTHER))
    app = opened("pages/compare.py", {"1": short(FAST), "2": short(OTHER), "seeds": "3", "figure": "seconds"})
    assert list(_tables(app)[1].columns) == ["run", "mean", "runs"]
    assert "Not tested: nets that are trained together" in _text(app)
    assert "more than noise" not in _text(app)


def test_without_any_spread_nothing_is_proved() -> None:
    stuck = [one.with_values({"epochs": 1, "optimizer.learning_rate": 1e-9}) for one in (FAST, OTHER)]
    groups = _trained(*stuck)
    assert {run.metrics["learnt"] for group in groups for run in group} == {0}
    _stored(*groups)
    app = opened("pages/compare.py", {"1": short(stuck[0]), "2": short(stuck[1]), "seeds": "3", "figure": "learnt"})
    assert "p" not in _tables(app)[1].columns
    assert "no spread in either group, so there is nothing to test (3 runs against 3)" in _said_of_noise(app)[0]


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
    assert "one run alone says nothing" in said[0]
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


def test_titles_of_planes_fit_side_by_side_on_a_telephone() -> None:
    names = ["1: 784-512-256-128-64-2, seed 10", "2: conv 32-64-1 / 2-2-1, code 2, seed 3", "3: 35-2, seed 0"]
    points = {name: np.zeros((2, 2), np.float32) for name in names}
    titles = [one.text for one in planes(points, ["a", "b"], None, []).layout.annotations]
    assert [title.replace("<br>", "").replace(" ", "") for title in titles] == [one.replace(" ", "") for one in names]
    assert max(len(line) for title in titles for line in title.split("<br>")) <= 15  # 7 pixels each, of 115


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
        ({"1": "font-best;epochs=0", "2": "font-best"}, "epochs"),
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
