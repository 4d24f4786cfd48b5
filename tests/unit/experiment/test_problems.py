"""What is wrong with an experiment, as data and as sentences."""

import copy
import pickle

import pytest
from pydantic import ValidationError

from aelib.experiment import Experiment, ExperimentError
from aelib.experiment.problems import (
    MAX_VALUE_TEXT,
    Problem,
    declared,
    problems_of,
    unknown_field,
    value_text,
)

WRONG = Problem("loss", "'bce'", "choose mse, or give {optimizer.kind} adam", ", which does not fit {model.kind}")


def test_a_sentence_names_fields_as_the_reader_knows_them() -> None:
    assert WRONG.text() == "loss is 'bce', which does not fit model.kind: choose mse, or give optimizer.kind adam."
    assert (
        WRONG.text(lambda path: f"“{path[0]}”") == "“l” is 'bce', which does not fit “m”: choose mse, or give “o” adam."
    )


def test_a_problem_of_no_field_is_about_its_value() -> None:
    assert Problem("", "The net", "make it smaller").text() == "The net: make it smaller."


def test_an_error_has_a_sentence_for_each_problem_and_survives_a_worker() -> None:
    error = ExperimentError([WRONG, Problem("epochs", "0", "give a whole number from 1")])
    assert str(error) == f"{WRONG.text()} epochs is 0: give a whole number from 1."
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(again), again.problems, str(again)) == (ExperimentError, error.problems, str(error))


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("model.layer", "write model.layers or model.decoder_layers"),
        ("epoch", "write epochs"),
        ("", "write "),
    ],
)
def test_an_unknown_field_names_the_nearest(path: str, near: str) -> None:
    known = ["model.layers", "model.decoder_layers", "epochs", "beta"]
    assert unknown_field(path, known).text().startswith(f"{path!r} is not a field of an experiment: {near}")


def test_of_a_name_without_end_only_the_beginning_is_told() -> None:
    text = unknown_field("x" * 10_000).text()
    assert "'" + "x" * MAX_VALUE_TEXT + "'" in text
    assert len(text) < 200


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "empty"),
        ("", "empty"),
        ([], "empty"),
        ((35, 2), "35-2"),
        (["a", 3], "a-3"),
        ([1.5], "[1.5]"),
        ("x", "'x'"),
        (0, "0"),
        (False, "False"),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_a_value_in_a_sentence(value: object, text: str) -> None:
    assert value_text(value) == text


def test_a_long_value_is_cut() -> None:
    text = value_text("y" * 1000)
    assert len(text) == MAX_VALUE_TEXT
    assert text.endswith("...")


def test_a_field_is_found_by_its_path() -> None:
    assert declared(Experiment, "optimizer.learning_rate").description
    for path in ("optimizer.speed", "nonsense.x", ""):
        with pytest.raises(KeyError):
            declared(Experiment, path)


def test_each_wrong_field_is_one_problem_in_their_order() -> None:
    given = {"epochs": "x", "model": {"layers": [0, -1, "a"]}, "optimizer": 5, "nonsense": 1}
    with pytest.raises(ValidationError) as caught:
        Experiment.model_validate(given)
    found = problems_of(caught.value, Experiment)
    assert sorted(problem.path for problem in found) == ["", "epochs", "model.layers", "optimizer"]
    sentences = {problem.path: problem.text() for problem in found}
    assert sentences[""].startswith("'nonsense' is not a field of an experiment: write ")
    assert sentences["optimizer"] == "optimizer is 5: give an object of fields."
    assert sentences["epochs"].startswith("epochs is 'x': give a whole number from 1")
