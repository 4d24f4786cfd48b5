"""The digest over the fields that have an effect. `test_experiment.py` changes every field once."""

import subprocess
import sys

import pytest

from aelib.experiment import Experiment, digest_of, flatten, resolve
from aelib.experiment.digest import defaults, digest_over

BASE = Experiment()


def test_nested_fields_become_paths() -> None:
    nested = {"a": 1, "b": {"c": 2, "d": {"e": (3, 4)}}, "f": {}}
    assert flatten(nested) == {"a": 1, "b.c": 2, "b.d.e": (3, 4)}
    assert flatten({}) == {}


def test_what_is_at_its_default_does_not_count() -> None:
    """So that a new field does not rename the runs that are stored."""
    few = digest_over({"epochs": 5}, "font5x7")
    assert digest_over({**defaults(), "epochs": 5}, "font5x7") == few
    assert digest_over({"epochs": defaults()["epochs"]}, "font5x7") == digest_over({}, "font5x7") != few


def test_the_order_of_fields_does_not_count_and_the_images_do() -> None:
    one, other = {"epochs": 5, "seed": 3}, {"seed": 3, "epochs": 5}
    assert digest_over(one, "font5x7") == digest_over(other, "font5x7") != digest_over(one, "digits8x8")


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        digest_over({"beta": float("nan")}, "font5x7")


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({"corruption.kind": "gaussian", "corruption.level": 0.0}, {}),
        ({"corruption.pixels": "3-4"}, {}),
        ({"optimizer.kind": "sgd", "optimizer.momentum": 0.5}, {"optimizer.kind": "sgd"}),
        ({"optimizer.step_every": 7}, {}),
        ({"optimizer.schedule_epochs": 7}, {}),
        ({"optimizer.schedule": "cosine", "optimizer.schedule_epochs": 1000}, {"optimizer.schedule": "cosine"}),
        ({"beta": 3.0, "free_bits": 0.2, "importance_samples": 5, "model.variance": "clamped"}, {}),
        ({"early_stop.kind": "patience", "early_stop.wrong_pixels": 3}, {"early_stop.kind": "patience"}),
        ({"model.layers": "35-2", "model.hidden_activation": "tanh"}, {"model.layers": "35-2"}),
        ({"precision": "mixed"}, {}),
        ({"model.convolution.channels": "9-9"}, {}),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, dict) else str(one),
)
def test_a_field_without_effect_does_not_count(values: dict[str, object], same: dict[str, object]) -> None:
    assert digest_of(BASE.with_values(values)) == digest_of(BASE.with_values(same))
    assert BASE.with_values(values) != BASE.with_values(same), "although they are other descriptions"


def test_pixels_count_as_a_set_where_they_are_painted() -> None:
    painted = {"corruption.kind": "painted"}
    first, twice, other = (
        digest_of(BASE.with_values({**painted, "corruption.pixels": pixels})) for pixels in ("1-7", "7-1-7", "1-8")
    )
    assert first == twice != other


def test_only_what_has_an_effect_is_effective() -> None:
    assert resolve(BASE).effective == {}
    changed = BASE.with_values({"epochs": 7, "optimizer.step_every": 3, "optimizer.learning_rate": 0.001})
    assert resolve(changed).effective == {"epochs": 7}


def test_another_process_finds_the_same() -> None:
    """Python's own hashes differ from process to process."""
    experiment = BASE.with_values({"seed": 9, "model.layers": "35-7-2"})
    code = (
        "import sys; from aelib.experiment import digest_of, from_json; print(digest_of(from_json(sys.stdin.read())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=experiment.to_json(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest_of(experiment)
