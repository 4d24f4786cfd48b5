"""The experiment in the address: the same both ways, and nothing hostile gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.experiment import Experiment, flatten, presets
from aelib.experiment.encoding import encode
from aelib.ui.shell.address import from_query

BEST = presets.get("font-best")
FIELDS = sorted(flatten(Experiment().model_dump()))


@pytest.mark.parametrize("preset", presets.PRESETS)
def test_every_experiment_comes_back_from_every_presets_address(preset: str) -> None:
    for other in presets.PRESETS:
        experiment = presets.get(other)
        assert from_query(encode(experiment, preset).query(), "font-20-10") == (preset, experiment, {}, []), other


@pytest.mark.parametrize(
    "values",
    [
        {"seed": 7},
        {"model.decoder_layers": "2-50-35", "snapshots": "0,1,15", "batch_size": 4},
        {"optimizer.learning_rate": 0.1 + 0.2},
        {"optimizer.learning_rate": 1e-7, "model.batch_norm": True},
        {"early_stop.kind": "patience", "early_stop.min_delta": 0.0},
    ],
)
def test_what_differs_from_the_preset_is_in_the_address_and_nothing_else(values: dict[str, object]) -> None:
    experiment = BEST.with_values(values)
    query = encode(experiment, "font-best").query()
    assert set(query) == {"preset", "seed", *values}
    assert from_query(query, "font-20-10")[1] == experiment


@pytest.mark.parametrize(
    ("given", "left", "says"),
    [
        ({"preset": "../../etc/passwd"}, {}, "There is no preset '../../etc/passwd'"),
        ({"<script>alert(1)</script>": "x"}, {}, "names '<script>alert(1)</script>'"),
        ({"model": "3"}, {}, "names 'model'"),
        ({"newsletter": "7", "a": "", "b": "", "c": ""}, {}, "'newsletter', 'a', 'b', …"),
        ({"model.layers": "35-" + "9" * 10_000}, {}, "“Layers”: give at most 500"),
        ({"dataset": "glyphs-000000000000"}, {}, "upload it again"),
        ({"epochs": "many"}, {}, "“Epochs” is 'many': give a whole number from 1"),
        ({"loss": "beauty"}, {}, "“Loss” is 'beauty': choose mse"),
        ({"model.batch_norm": "perhaps"}, {}, "“Batch norm” is 'perhaps': choose true or false"),
        ({"optimizer.learning_rate": "nan"}, {"optimizer.learning_rate": "nan"}, ""),
        ({"model.layers": "<b>"}, {"model.layers": "<b>"}, ""),
        ({"seed": "-1"}, {"seed": -1}, ""),
    ],
)
def test_what_makes_no_sense_costs_a_sentence_and_nothing_else(
    given: dict[str, str], left: dict[str, object], says: str
) -> None:
    query = {"preset": "font-best", "beta": "0,5", "snapshots": "0 1 15", **given}
    opened = from_query(query, "font-20-10")
    assert opened.preset == ("font-best" if query["preset"] == "font-best" else "font-20-10")
    if left:  # it stands in the field, which says what is wrong with it
        assert opened.typed == {"beta": "0,5", "snapshots": "0 1 15", **left}
        assert opened.experiment == presets.get(opened.preset)
        assert not opened.notes
    else:
        assert opened.typed == {}
        assert (opened.experiment.beta, opened.experiment.snapshots) == (0.5, (0, 1, 15))
        (note,) = opened.notes
        assert says in note
        assert len(note) < 700


def test_what_cannot_be_mended_on_the_page_is_left_out() -> None:
    query = {"preset": "font-best", "model.layers": "36-2", "epochs": "5", "seed": "x"}
    opened = from_query(query, "font-20-10", lambda path: path == "beta")
    assert (opened.preset, opened.experiment, opened.typed) == ("font-best", BEST, {})
    assert "“Seed” is 'x'" in opened.notes[0]
    assert "start with 35" in opened.notes[1]
    opened = from_query(query | {"model.layers": "35-2"}, "font-20-10", lambda path: path != "epochs")
    assert opened.experiment == BEST.with_values({"model.layers": "35-2", "epochs": 5})
    (note,) = opened.notes
    assert "“Seed” is 'x'" in note


def test_what_a_mail_program_adds_to_a_link_is_no_problem() -> None:
    query = {**encode(BEST, "font-best").query(), "utm_source": "newsletter", "fbclid": "abc"}
    assert from_query(query, "font-20-10") == ("font-best", BEST, {}, [])


@given(st.dictionaries(st.sampled_from([*FIELDS, "preset"]) | st.text(max_size=30), st.text(max_size=80), max_size=5))
def test_any_address_gives_an_experiment(query: dict[str, str]) -> None:
    opened = from_query(query, "font-20-10")
    assert from_query(encode(opened.experiment, opened.preset).query(), "font-20-10").experiment == opened.experiment
