"""A preset and its changes: the same experiment both ways, from every form in which it is written."""

import pytest

from aelib.core.errors import LabError
from aelib.experiment import Experiment, digest_of, presets, resolve
from aelib.experiment.encoding import decode, encode, nearest, shortest, unpack

PRESETS = ["font-20-10", "emoji-best", "letters-7x7-best", "sr-3", "mnist-denoise"]
CHANGES = {"seed": 7, "epochs": 12, "optimizer.learning_rate": 0.1 + 0.2}


@pytest.mark.parametrize("preset", PRESETS)
def test_one_value_of_an_address_holds_an_experiment(preset: str) -> None:
    experiment = presets.get(preset).with_values(CHANGES)
    assert decode(*unpack(encode(experiment, "font-best").packed())) == experiment
    assert nearest(experiment) == preset
    assert encode(experiment).packed().startswith(f"{preset};seed=7;")
    assert decode(*encode(experiment)) == experiment


@pytest.mark.parametrize("preset", PRESETS)
def test_the_shortest_form_has_no_more_than_what_matters(preset: str) -> None:
    experiment = presets.get(preset).with_values({**CHANGES, "early_stop.patience": 99})
    short = shortest(experiment)
    assert short.preset == preset
    assert short.changes.keys() == CHANGES.keys(), "a patience that is not used has no effect"
    assert digest_of(decode(*short)) == digest_of(experiment)


def test_no_snapshots_but_the_last_stay_so() -> None:
    experiment = Experiment().with_values({"snapshots": []})
    assert experiment.snapshots == ()
    assert digest_of(decode(*encode(experiment))) == digest_of(experiment)


@pytest.mark.parametrize(
    "given",
    ["", "no-such-preset", "font-best;epochs=x", "font-best;nonsense", "x" * 5000, "font-best;loss=" + "b" * 600],
)
def test_what_makes_no_sense_is_refused(given: str) -> None:
    with pytest.raises(LabError):
        decode(*unpack(given))


def test_layers_follow_another_data_set_unless_they_are_given() -> None:
    emoji = decode("font-best", {"dataset": "emoji20x20"})
    assert emoji.model.layers == (400, 64, 32, 2)
    assert resolve(emoji).latent_dim == 2
    with pytest.raises(LabError, match=r"model\.layers is 35-2: start with 400"):
        decode("font-best", {"dataset": "emoji20x20", "model.layers": "35-2"})
