"""The time that a training will take, as far as it can be known before: what makes it longer, and how it is said."""

import math
from typing import Any

import pytest

from aelib.experiment import presets
from aelib.training import time_estimate

FONT = presets.get("font-best")
LETTERS = presets.get("letters-7x7")


def _longer(preset: str, one: dict[str, Any], other: dict[str, Any]) -> float:
    """How many times as long the second takes as the first."""
    first, second = (time_estimate.seconds([presets.get(preset).with_values(values)]) for values in (one, other))
    return second / first


@pytest.mark.parametrize("preset", presets.PRESETS)
def test_every_preset_takes_a_time_above_nothing(preset: str) -> None:
    assert 0 < time_estimate.seconds([presets.get(preset)]) < math.inf


@pytest.mark.parametrize("preset", ["font-best", "digits-vae", "letters-7x7", "photographs-3"])
def test_ten_times_as_many_epochs_take_about_ten_times_as_long(preset: str) -> None:
    assert 5 < _longer(preset, {"epochs": 3000}, {"epochs": 30_000}) < 11


def test_more_to_compute_takes_longer() -> None:
    assert _longer("font-best", {}, {"model.layers": "35-2000-2000-2"}) > 10
    assert _longer("font-best", {}, {"batch_size": 4}) > 1, "more steps"
    assert _longer("font-best", {}, {"corruption.kind": "gaussian", "corruption.level": 0.1}) > 1
    assert _longer("letters-7x7", {}, {"model.convolution.channels": "64-64-1"}) > 2
    assert _longer("font-best", {}, {"model.kind": "convolutional"}) > 2


def test_seeds_that_train_together_take_less_than_one_after_the_other() -> None:
    alone = time_estimate.seconds([FONT.with_values({"batch_size": 8})])
    many = [FONT.with_values({"batch_size": 8, "seed": seed}) for seed in range(10)]
    assert alone < time_estimate.seconds(many) < 10 * alone
    convolutional = [LETTERS.with_values({"seed": seed}) for seed in range(3)]
    assert time_estimate.seconds(convolutional) == pytest.approx(3 * time_estimate.seconds([LETTERS]))


def test_different_nets_add_up() -> None:
    assert time_estimate.seconds([FONT, LETTERS]) == pytest.approx(
        time_estimate.seconds([FONT]) + time_estimate.seconds([LETTERS])
    )
    assert time_estimate.seconds([]) == 0
