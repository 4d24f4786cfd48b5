"""Estimates of time learn from what was trained here."""

from pathlib import Path

import pytest

from aelib.experiment import presets
from aelib.jobs import pace
from aelib.jobs.pace import Pace
from aelib.training import time_estimate

FONT = [presets.get("font-best").with_values({"epochs": 20_000})]
SHORT = [presets.get("font-best").with_values({"epochs": 100})]
CONVOLUTIONAL = [presets.get("letters-7x7").with_values({"epochs": 20})]
IDLE = time_estimate.seconds(FONT)


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "slowdown", lambda: 1.0)


def test_it_begins_with_the_estimate_of_an_idle_machine() -> None:
    assert Pace("cpu").seconds(FONT) == pytest.approx(IDLE)
    assert Pace("cpu").seconds([]) == 0


def test_it_learns_the_speed_of_a_family_and_forgets_an_outlier() -> None:
    learnt = Pace("cpu")
    for seconds in (3 * IDLE, 900 * IDLE, 3 * IDLE, 3 * IDLE):
        learnt.note(FONT, seconds, 1.0)
    learnt.note(CONVOLUTIONAL, 7 * time_estimate.seconds(CONVOLUTIONAL), 1.0)
    assert learnt.seconds(FONT) == pytest.approx(3 * IDLE)
    assert learnt.seconds(CONVOLUTIONAL) == pytest.approx(7 * time_estimate.seconds(CONVOLUTIONAL))


def test_a_family_that_was_never_trained_takes_the_speed_of_the_others() -> None:
    learnt = Pace("cpu")
    learnt.note(FONT, 3 * IDLE, 1.0)
    assert learnt.seconds(CONVOLUTIONAL) == pytest.approx(3 * time_estimate.seconds(CONVOLUTIONAL))


def test_it_learns_nothing_where_the_clock_was_set_back() -> None:
    learnt = Pace("cpu")
    learnt.note(FONT, -86_400.0, 1.0)
    learnt.note(SHORT, -86_400.0, 1.0)
    assert learnt.seconds(FONT) == pytest.approx(IDLE)


def test_how_busy_the_machine_was_and_is_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt = Pace("cpu")
    learnt.note(FONT, 12 * IDLE, 4.0)  # three times the idle estimate, were it alone
    assert learnt.seconds(FONT) == pytest.approx(3 * IDLE)
    monkeypatch.setattr(pace, "slowdown", lambda: 2.0)
    assert learnt.seconds(FONT) == pytest.approx(6 * IDLE)


def test_the_next_server_knows_what_this_one_has_learnt(tmp_path: Path) -> None:
    file = tmp_path / "pace.json"
    Pace("cpu", file).note(FONT, 3 * IDLE, 1.0)
    assert Pace("cpu", file).seconds(FONT) == pytest.approx(3 * IDLE)
    for damaged in (
        "{",
        "[1]",
        '{"compiled dense": 3}',
        '{"compiled dense": ["x"]}',
        '{"compiled dense": [1e9]}',
        '{"cost": [-1]}',
    ):
        file.write_text(damaged)
        assert Pace("cpu", file).seconds(FONT) == pytest.approx(IDLE)


def test_a_short_training_says_what_every_job_costs_and_nothing_about_long_ones() -> None:
    learnt = Pace("cpu")
    for _ in range(3):
        learnt.note(SHORT, 2 + time_estimate.seconds(SHORT), 1.0)
    assert learnt.seconds(SHORT) == pytest.approx(2 + time_estimate.seconds(SHORT))
    assert learnt.seconds(FONT) == pytest.approx(2 + IDLE)
