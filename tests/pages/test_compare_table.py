"""The table of the page Compare: what is typed stays, the address holds all of it, what is not here can be trained."""

import json
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from aelib.analysis.comparison import with_seeds
from aelib.experiment import Experiment, digest_of, presets
from aelib.training import Run, fit_many
from aelib.ui.shell import server_state
from aelib.ui.shell.links import short
from tests.support.apps import image_rows, opened, said, sound, texts, until

FAST = presets.get("font-best").with_values({"epochs": 30})
OTHER = FAST.with_values({"model.layers": "35-12-2"})
PAIR = {"1": short(FAST), "2": short(OTHER)}


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """FAST and OTHER with three seeds, by digest."""
    trained = fit_many([*with_seeds(FAST, 3), *with_seeds(OTHER, 3)], "cpu")
    return {run.digest: run for run in trained if isinstance(run, Run)}


@pytest.fixture
def stored(runs: dict[str, Run]) -> dict[str, Run]:
    for run in runs.values():
        server_state.store().save(run)
    return runs


def _type(app: AppTest, *, late: dict[str, str] | None = None, **typed: Any) -> AppTest:
    """Into the table: edited_rows, added_rows or deleted_rows. late: the address that the browser sends along."""
    editor = next(one for one in app.dataframe if "start from" in one.value.columns)
    states = app._tree.get_widget_states()  # type: ignore[union-attr] - AppTest cannot type into a table
    changes = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **typed}
    states.widgets.append(WidgetState(id=editor.proto.id, string_value=json.dumps(changes)))
    if late is not None:
        _go(app, late)
    return sound(app._run(states))


def _brush(app: AppTest, *images: int) -> AppTest:
    """Select points in the latent planes."""
    states = app._tree.get_widget_states()  # type: ignore[union-attr] - nor draw in a chart
    points = [{"curve_number": 0, "point_number": one, "point_index": one} for one in images]
    selection = {"points": points, "point_indices": list(images), "box": [], "lasso": []}
    chart = app.get("plotly_chart")[-1].proto.id
    states.widgets.append(WidgetState(id=chart, string_value=json.dumps({"selection": selection})))
    return sound(app._run(states))


def _go(app: AppTest, query: dict[str, str]) -> AppTest:
    app.query_params.clear()
    for key, value in query.items():
        app.query_params[key] = value
    return app


def _address(app: AppTest) -> dict[str, str]:
    return {key: value if isinstance(value, str) else value[-1] for key, value in app.query_params.items()}


def _away_and_back(app: AppTest, query: dict[str, str] | None = None) -> AppTest:
    sound(_go(app.switch_page("pages/runs.py"), {}).run())
    return sound(_go(app.switch_page("pages/compare.py"), query or {}).run())


def _trains(app: AppTest) -> list[str]:
    return [one.label for one in app.button if "Train" in one.label]


# --- what is typed stays -------------------------------------------------------------------------------------------


def test_what_was_typed_is_there_again_when_one_comes_back() -> None:
    app = opened("pages/compare.py", PAIR)
    _type(app, edited_rows={0: {"epochs": "77"}}, added_rows=[{"start from": "font-20-10", "seed": "4"}])
    typed = _address(app)
    assert typed["1"] == short(FAST.with_values({"epochs": 77}))
    assert typed["3"] == "font-20-10;seed=4"
    _away_and_back(app)
    assert _address(app) == typed
    _type(app, edited_rows={1: {"epochs": "55"}})
    _away_and_back(app)
    assert _address(app) == typed | {"2": short(OTHER.with_values({"epochs": 55}))}


def test_a_row_that_makes_no_sense_yet_is_there_again_too() -> None:
    app = _type(opened("pages/compare.py", PAIR), edited_rows={0: {"epochs": "many"}})
    assert "Row 1" in said(app)
    assert "Row 1" in said(_away_and_back(app))


def test_an_empty_table_stays_empty() -> None:
    app = _type(opened("pages/compare.py", PAIR), deleted_rows=[0, 1])
    _away_and_back(app)
    assert not app.dataframe[0].value.shape[0]
    _type(app, added_rows=[{"start from": "font-20-10"}])
    assert _address(app) == {"1": "font-20-10;seed=0"}


def test_what_is_put_beside_others_stands_beside_what_was_typed() -> None:
    app = _type(opened("pages/compare.py", PAIR), edited_rows={0: {"epochs": "77"}})
    _away_and_back(app, {"add": short(OTHER.with_values({"seed": 1}))})
    assert [_address(app)[str(i)] for i in (1, 2, 3)] == [
        short(FAST.with_values({"epochs": 77})),
        short(OTHER),
        short(OTHER.with_values({"seed": 1})),
    ]


def test_an_address_that_comes_late_takes_nothing_back() -> None:
    app = opened("pages/compare.py", PAIR)
    _type(app, edited_rows={0: {"epochs": "77"}})
    _type(app, late=PAIR, edited_rows={0: {"epochs": "77"}, 1: {"epochs": "55"}})
    now = {"1": short(FAST.with_values({"epochs": 77})), "2": short(OTHER.with_values({"epochs": 55}))}
    assert _address(app) == now
    _go(app, PAIR)  # later than two changes
    sound(app.number_input(key="compare:seeds").set_value(4).run())
    assert _address(app) == {**now, "seeds": "4"}


def test_what_was_wrong_with_the_address_is_said_until_the_table_changes() -> None:
    app = opened("pages/compare.py", {**PAIR, "3": "no-such-preset"})
    assert "no-such-preset" in said(sound(app.run()))
    _type(app, added_rows=[{"start from": "font-20-10"}])
    assert not app.error


# --- rows ----------------------------------------------------------------------------------------------------------


def test_rows_are_called_by_their_place_in_the_table(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", PAIR)
    _type(app, added_rows=[{"start from": "no"}, {"start from": "font-best", "epochs": "30", "seed": "1"}])
    assert "Row 3" in said(app)
    table = next(one.value for one in app.dataframe if "parameters" in one.value.index)
    assert [name[:2] for name in table.columns] == ["1:", "2:", "4:"]


def test_what_differs_is_told_before_training() -> None:
    app = opened("pages/compare.py", {"1": "font-best;seed=3", "2": "font-best;seed=4;model.layers=35-9-2"})
    assert "They differ in: **Layers**, **Seed**." in texts(app)
    table = next(one.value for one in app.dataframe if "Layers" in one.value.index)
    assert list(table.loc["Seed"]) == ["3", "4"]
    assert _trains(app)


def test_rows_that_differ_only_in_the_seed_share_no_runs_with_several_seeds(stored: dict[str, Run]) -> None:
    query = {**PAIR, "3": short(FAST.with_values({"seed": FAST.seed + 1}))}
    app = opened("pages/compare.py", query)
    assert "differ only in the seed" not in texts(app)
    sound(app.number_input(key="compare:seeds").set_value(3).run())
    assert "Rows 1 and 3 differ only in the seed" in texts(app)
    assert not _trains(app), "no fourth seed is asked for"
    tested = next(one.value for one in app.dataframe if "mean ± std" in one.value)
    assert [name[:2] for name in tested["run"]] == ["1:", "2:"]
    assert _address(app)["3"] == query["3"], "the row itself stays"


# --- the address ---------------------------------------------------------------------------------------------------


def test_the_address_holds_what_is_chosen_below_the_table_too(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", {**PAIR, "seeds": "3"})
    assert _address(app) == {**PAIR, "seeds": "3"}
    sound(app.selectbox(key="compare:noise:figure:1").set_value("mse").run())
    sound(app.segmented_control(key="compare:learning:by:1").set_value("seconds").run())
    sound(app.multiselect(key="compare:images:font5x7:picked:1").set_value(["z", "a"]).run())
    query = _address(app)
    assert query == {**PAIR, "seeds": "3", "figure": "mse", "by": "seconds", "images": "26-1"}
    for there in (opened("pages/compare.py", query), _away_and_back(app)):
        assert there.selectbox[0].value == "mse"
        assert there.segmented_control[0].value == "seconds"
        assert there.multiselect[0].value == ["z", "a"]
        assert "z, original" in image_rows(there)[0]
        assert _address(there) == query


def test_what_is_selected_in_a_plane_is_followed_until_something_else_is(stored: dict[str, Run]) -> None:
    app = _brush(opened("pages/compare.py", PAIR), 3, 5)
    assert app.multiselect[0].value == ["c", "e"]
    assert _address(app)["images"] == "3-5"
    sound(app.segmented_control[0].set_value("seconds").run())
    assert _address(app)["images"] == "3-5"
    _brush(app, *range(20))
    assert _chosen(app) == list(range(20)), "all of them are seen in all planes"
    assert _address(app)["images"] == "-".join(map(str, range(12)))
    sound(app.multiselect[0].set_value(["a"]).run())
    assert _chosen(app) == [1]


def _chosen(app: AppTest) -> list[int]:
    """The points that stand out in each plane."""
    first, *others = [trace["selectedpoints"] for trace in json.loads(app.get("plotly_chart")[-1].proto.spec)["data"]]
    assert others == [first] * len(others)
    return list(first)


def test_what_makes_no_sense_beside_the_table_is_left_out(stored: dict[str, Run]) -> None:
    wrong = {"figure": "beauty", "by": "<b>", "images": "99-x-1-1-" + "9" * 300, "nonsense": "1"}
    app = opened("pages/compare.py", {**PAIR, "seeds": "3", **wrong})
    assert [one.value.replace("\\", "") for one in app.error] == [
        "'nonsense' in the address says nothing to this page: experiments are called 1 to 6, or add."
    ]
    assert _address(app) == {**PAIR, "seeds": "3", "images": "1"}


def test_a_link_without_seeds_means_one_seed_but_one_that_adds_keeps_them(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", {**PAIR, "seeds": "3"})
    sound(_go(app, {"add": "font-20-10"}).run())
    assert app.number_input(key="compare:seeds").value == 3
    sound(_go(app, {"1": short(OTHER), "2": short(FAST)}).run())
    assert app.number_input(key="compare:seeds").value == 1


# --- what is not here ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["font-20-10", "font-best"])
def test_a_digest_of_a_preset_can_be_trained(name: str, stored: dict[str, Run]) -> None:
    wanted = presets.get(name).with_values({"seed": 7})
    app = opened("pages/compare.py", {"1": digest_of(wanted), "2": short(FAST)})
    assert not app.error
    assert _address(app)["1"] == short(wanted)
    assert _trains(app) == ["Train what is missing"]


def test_a_digest_that_nobody_knows_leaves_the_other_rows_usable(stored: dict[str, Run]) -> None:
    app = opened("pages/compare.py", {"1": "0123456789abcdef", "2": short(FAST), "3": short(OTHER)})
    assert "Copy this page's address" in said(app)
    assert any("parameters" in one.value.index for one in app.dataframe)


def _damage(experiment: Experiment) -> None:
    weights = server_state.store().runs / digest_of(experiment) / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")


def test_a_damaged_run_can_be_trained_again(fresh_server: None, stored: dict[str, Run]) -> None:
    third = OTHER.with_values({"seed": OTHER.seed + 1})
    _damage(third)
    app = opened("pages/compare.py", {**PAIR, "3": short(third)})
    assert "damaged (row 3)" in said(app)
    table = next(one.value for one in app.dataframe if "parameters" in one.value.index)
    assert len(table.columns) == 2, "the other two are shown"
    sound(app.button(key="compare:again:train").click().run())
    until(app, lambda: "damaged" not in said(app) and not _trains(app) and len(_result(app)) == 3)
    assert server_state.store().get(digest_of(third)) is not None


def _result(app: AppTest) -> list[str]:
    return next((list(one.value.columns) for one in app.dataframe if "parameters" in one.value.index), [])


@pytest.mark.parametrize("seeds", ["0", "-5", "abc", "99999", "000112", "٣", "1e1"])
def test_seeds_that_cannot_be_are_one(stored: dict[str, Run], seeds: str) -> None:
    app = opened("pages/compare.py", {**PAIR, "seeds": seeds})
    assert app.number_input(key="compare:seeds").value == 1
    assert f"seeds in the address is {seeds[:20]!r}: give a whole number from 1 to" in said(app)
