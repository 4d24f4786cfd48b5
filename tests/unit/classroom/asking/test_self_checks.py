"""The questions at the end of a lesson: five each, two of them on the person's own run."""

import pytest

from aelib.classroom.asking import self_checks
from aelib.classroom.asking.items import ChoiceItem
from aelib.experiment import presets, resolve
from aelib.ui.shell import lessons as registry


@pytest.mark.parametrize("lesson", registry.LESSONS, ids=lambda one: one.name)
def test_five_questions_fit_the_first_experiment_and_two_are_of_the_run(lesson: registry.Lesson) -> None:
    experiment = presets.get(lesson.preset)
    asked = [one for one in lesson.checks if one.fits(resolve(experiment))]
    assert len(asked) == 5
    assert len({one.name for one in asked}) == 5
    of_the_run = [one for one in asked if not isinstance(one, ChoiceItem)]
    assert len(of_the_run) >= 2
    predicted = next(one for one in lesson.predicts if one.fits(resolve(experiment)))
    if lesson.name != "odd_one_out":
        assert predicted not in asked, "the page has said its answer already"
    for one in asked:
        assert "{" not in one.asked(experiment)


def test_a_fact_has_one_right_choice_and_the_right_one_is_not_always_first() -> None:
    facts = [one for one in vars(self_checks).values() if isinstance(one, ChoiceItem)]
    right = [one.right(None)[0] for one in facts]  # type: ignore[arg-type] - it looks at no run
    assert all(answer in one.choices for one, answer in zip(facts, right, strict=True))
    assert len(set(right)) == 3
    assert all(one.why and len(one.choices) == 3 for one in facts)
