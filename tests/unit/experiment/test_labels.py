"""What fields and choices are called, and values as they are typed."""

import pytest

from aelib.core.language import speaking
from aelib.experiment import Experiment, choices, flatten, labels
from aelib.experiment.schema import REGISTRIES

FIELDS = list(flatten(Experiment().model_dump()))


def test_every_field_has_a_label_of_its_own_and_there_are_no_others() -> None:
    assert set(labels._FIELDS) == set(FIELDS)
    assert len({labels.field(path) for path in FIELDS}) == len(FIELDS)
    assert len({labels.short(path) for path in FIELDS}) == len(FIELDS), "axes and lists tell them apart too"


def test_every_choice_of_a_field_has_a_label_of_its_own() -> None:
    for path, name in labels._CHOICES_OF:
        assert name in choices(path), (path, name)
    for path in REGISTRIES:
        said = [labels.choice(path, name) for name in choices(path)]
        assert len(set(said)) == len(said), path


def test_a_layer_is_called_as_the_language_calls_it() -> None:
    assert [labels.layer("encoder 1"), labels.layer("decoder 12")] == ["encoder 1", "decoder 12"]
    with speaking("es"):
        assert [labels.layer("encoder 1"), labels.layer("decoder 12")] == ["codificador 1", "decodificador 12"]


def test_what_has_no_label_is_called_by_its_name() -> None:
    assert labels.field("nonsense") == labels.short("nonsense") == "nonsense"
    assert labels.choice("nonsense", "x") == "x"
    assert labels.choice("loss", "made_up") == "made_up"


def test_a_short_label_leaves_out_what_explains_it() -> None:
    assert labels.field("model.layers") == "Layers, from the image to the code"
    assert labels.short("model.layers") == "Layers"
    assert labels.short("batch_size") == "Batch size"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        ((35, 20, 2), "35-20-2"),
        ([7], "7"),
        ((), ""),
        (0.1, "0.1"),
        (1e-05, "1e-05"),
        (2.0, "2"),
        (0.1234567, "0.1234567"),  # %g would lose the last digit
        ("adam", "adam"),
    ],
)
def test_a_value_as_it_is_typed(value: object, text: str) -> None:
    assert labels.text(value) == text


@pytest.mark.parametrize("path", FIELDS)
def test_what_is_typed_is_read_back(path: str) -> None:
    for experiment in (Experiment(), Experiment().with_values({"optimizer.learning_rate": 0.1234567, "seed": 7})):
        typed = labels.text(flatten(experiment.model_dump())[path])
        assert experiment.with_values({path: typed}) == experiment
