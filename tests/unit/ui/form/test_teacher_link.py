"""The rules in a teacher's link, without a page."""

import pytest

from aelib.experiment import Experiment, flatten
from aelib.ui.form import teacher_link
from aelib.ui.form.teacher_link import MAX_NAMES, Rules, read, to_query
from aelib.ui.shell.lessons import LAB, LESSONS

EVERY = frozenset({"preset", *flatten(Experiment().model_dump(mode="json"))})


def test_no_rules_lock_nothing() -> None:
    rules, problems = read({"preset": "font-best", "epochs": "5"}, LAB)
    assert (rules, problems) == (Rules(), [])
    assert rules.query() == {}
    assert {rules.state(path) for path in EVERY} == {"free"}


def test_names_may_be_separated_as_people_do() -> None:
    rules, problems = read({"lock": " epochs, seed;;loss\nbeta epochs", "hide": ","}, LAB)
    assert rules.lock == ("epochs", "seed", "loss", "beta")
    assert (rules.hide, problems) == ((), [])


def test_what_is_locked_and_hidden_is_hidden() -> None:
    rules, _ = read({"lock": "epochs,seed", "hide": "seed"}, LAB)
    assert [rules.state(path) for path in ("epochs", "seed", "loss")] == ["fixed", "hidden", "free"]


def test_all_is_every_control() -> None:
    rules, _ = read({"lock": "all"}, LAB)
    assert rules.locked == EVERY
    assert rules.hidden == frozenset()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_more_is_what_the_lesson_does_not_have_in_front(lesson) -> None:  # type: ignore[no-untyped-def]
    rules, _ = read({"hide": "more"}, lesson)
    assert "preset" not in rules.hidden
    assert {"epochs", "seed", "optimizer.learning_rate"}.isdisjoint(rules.hidden), "in front everywhere"
    assert {"precision", "snapshots", "batch_size"} <= rules.hidden
    assert ("dataset" in rules.hidden) == (not {"dataset", "pictures_to_choose"} & set(lesson.front))
    assert ("corruption.kind" in rules.hidden) == (not {"noise", "noise_level"} & set(lesson.front))


def test_an_unknown_name_is_one_sentence_and_the_rest_holds() -> None:
    rules, problems = read({"lock": "epochs,a,b,c,d", "hide": "x" * 60}, LAB)
    assert rules.locked == {"epochs"}
    assert problems == [
        "lock in the address names 'a', 'b', 'c', …, but no control has this name: the rest of it applies.",
        f"hide in the address names '{'x' * 40}', but no control has this name: the rest of it applies.",
    ]


def test_names_without_end_are_not_read() -> None:
    rules, problems = read({"lock": "epochs," * MAX_NAMES}, LAB)
    assert rules == Rules()
    assert problems == ["lock in the address is too long: write “all” or “more” for many controls."]


def test_a_task_that_cannot_be_read_leaves_the_locks() -> None:
    rules, problems = read({"task": "learn everything", "lock": "seed"}, LAB)
    assert (rules.task, rules.locked) == (None, {"seed"})
    assert len(problems) == 1
    assert "is no condition" in problems[0]
    assert read({"task": "  "}, LAB) == (Rules(), [])


def test_rules_come_back_from_their_address() -> None:
    given = {"lock": "epochs,all", "hide": "more,loss", "task": "learnt>=30;parameters<=1500"}
    rules, problems = read(given, LAB)
    assert problems == []
    assert rules.query() == given
    assert read(rules.query(), LAB) == (rules, [])
    assert to_query((), ("loss",), "") == {"hide": "loss"}


def test_the_teacher_reads_names_in_words() -> None:
    assert [teacher_link.label(name) for name in ("all", "more", "preset", "model.layers")] == [
        "every choice",
        "all under More choices",
        "Start from",
        "Layers",
    ]
