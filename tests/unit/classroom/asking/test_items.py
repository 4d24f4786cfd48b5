"""Items: what they take as an answer, and how they judge it."""

import pytest

from aelib.classroom.asking import predictions
from aelib.classroom.asking.items import ChoiceItem, ImageItem, NumberItem, Outcome, asked_of
from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets, resolve
from aelib.training import Run, fit

FONT = presets.get("font-best").with_values({"epochs": 20})
NOISY = presets.get("font-denoise-best").with_values({"epochs": 20})
DIGITS = presets.get("digits-vae").with_values({"epochs": 1, "snapshots": "0-1", "model.layers": "64-16-2"})
ITEMS = [one for one in vars(predictions).values() if isinstance(one, NumberItem | ChoiceItem | ImageItem)]


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {name: fit(one, "cpu") for name, one in {"font": FONT, "noisy": NOISY, "digits": DIGITS}.items()}


def test_names_are_different() -> None:
    assert len({one.name for one in ITEMS}) == len(ITEMS) > 10


@pytest.mark.parametrize("name", [*presets.PRESETS])
def test_every_experiment_is_asked_something(name: str) -> None:
    try:
        experiment = presets.get(name)
        resolve(experiment)
    except LabError:
        pytest.skip("its images are not on this machine")
    item = asked_of(predictions.GENERAL, experiment)
    assert item is not None
    assert "{" not in item.asked(experiment)


@pytest.mark.parametrize("item", ITEMS, ids=lambda one: one.name)
def test_a_runs_own_answer_is_right(item: NumberItem | ChoiceItem | ImageItem, runs: dict[str, Run]) -> None:
    for run in runs.values():
        if not item.fits(run.resolved):
            continue
        outcome = item.outcome(run)
        answer = outcome.answers[0] if outcome.answers else repr(round(outcome.number or 0, item.digits))  # type: ignore[union-attr]
        stored = item.read(answer, run.experiment)
        verdict = item.judge(stored, outcome)
        assert verdict.right, verdict
        assert item.came(outcome) in verdict.text


def test_a_number_takes_a_decimal_comma_and_says_its_limits() -> None:
    item = predictions.ERROR_LEFT
    assert item.read("12,5", FONT) == item.read(" 12.5 ", FONT) == "12.5"
    for given in ("", "x", "nan", "inf", "-1", "1001", None, "1,000,000"):
        with pytest.raises(LabError, match="a number from 0 to 1,000"):
            item.read(given, FONT)
    with pytest.raises(LabError, match="from 0 to 32"):
        predictions.LEARNT.read("33", FONT)


def test_a_number_says_how_far_away_it_was() -> None:
    item = predictions.LEARNT
    came = Outcome(number=27.0)
    assert item.judge("20.0", came) == (False, "Your prediction: 20. What came: 27, 7 more.")
    assert item.judge("28.0", came) == (True, "Your prediction: 28. What came: 27, 1 less.")
    assert item.judge("27.0", came) == (True, "Your prediction: 27. It came true.")


def test_an_image_or_a_choice_must_be_one_of_those_there() -> None:
    assert predictions.WORST_IMAGE.read("a", FONT) == "a"
    assert predictions.WORST_CLASS.options(DIGITS) == [str(one) for one in range(10)]
    assert predictions.AGAINST_INPUT.read("fewer", NOISY) == "fewer"
    for item, given, experiment in (
        (predictions.WORST_IMAGE, "aa", FONT),
        (predictions.WORST_CLASS, "10", DIGITS),
        (predictions.AGAINST_INPUT, "less", NOISY),
    ):
        with pytest.raises(LabError, match="Choose one of"):
            item.read(given, experiment)


def test_the_first_item_that_fits_is_asked() -> None:
    def asked(experiment: Experiment) -> str:
        item = asked_of(predictions.GENERAL, experiment)
        return "" if item is None else item.name

    assert [asked(one) for one in (FONT, NOISY, DIGITS)] == ["learnt", "against-input", "error-left"]
