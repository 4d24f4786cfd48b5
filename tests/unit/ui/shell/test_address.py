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
        assert from_query(encode(experiment, preset).query(), "font-20-10") == (preset, experiment, None), other


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
    "query",
    [
        {"preset": "../../etc/passwd"},
        {"preset": "font-best", "optimizer.learning_rate": "nan"},
        {"preset": "font-best", "model.layers": "35-" + "9" * 10_000},
        {"preset": "font-best", "<script>alert(1)</script>": "x"},
        {"preset": "font-best", "dataset": "glyphs-000000000000"},
        {"model": "3"},
        {"newsletter": "7"},
    ],
)
def test_a_hostile_or_stale_address_gives_the_default_and_one_sentence(query: dict[str, str]) -> None:
    preset, experiment, problem = from_query(query, "font-20-10")
    assert preset == "font-20-10"
    assert experiment == presets.get("font-20-10")
    assert problem
    assert len(problem) < 700


def test_what_a_mail_program_adds_to_a_link_is_no_problem() -> None:
    query = {**encode(BEST, "font-best").query(), "utm_source": "newsletter", "fbclid": "abc"}
    assert from_query(query, "font-20-10") == ("font-best", BEST, None)


@given(st.dictionaries(st.sampled_from([*FIELDS, "preset"]) | st.text(max_size=30), st.text(max_size=80), max_size=5))
def test_any_address_gives_an_experiment(query: dict[str, str]) -> None:
    preset, experiment, _ = from_query(query, "font-20-10")
    assert from_query(encode(experiment, preset).query(), "font-20-10")[1] == experiment
