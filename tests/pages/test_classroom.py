"""A class through AppTest: joining, tasks, what the teacher sees, the end of it."""

from collections.abc import Mapping

import pytest
from streamlit.testing.v1 import AppTest

from aelib.classroom.classes import Group
from aelib.classroom.records import MAX_WRONG
from aelib.classroom.tasks import DATA
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from aelib.ui.shell.server_state import classroom
from tests.support.apps import opened, said, sound, texts
from tests.support.hostile import HOSTILE

PAGE = "pages/classroom.py"
TINY = presets.get("font-best").with_values({"epochs": 30})
QUERY = {"preset": "font-best", "epochs": "30"}


@pytest.fixture
def group() -> Group:
    return classroom().classes.make("5b", "somebody else")[0]


def _teacher() -> tuple[AppTest, Group]:
    """The page of somebody who has just made a class."""
    app = opened(PAGE)
    app.text_input(key="class:title").set_value("Class 5b")
    sound(_submit(app, "Make a class").run())
    (group,) = classroom().classes.taught_by(app.session_state["person"])
    return app, group


def _submit(app: AppTest, label: str) -> AppTest:
    next(one for one in app.button if one.label == label).click()
    return app


def _student(group: Group, name: str = "Ana", app: AppTest | None = None) -> AppTest:
    app = app or opened(PAGE, {"class": group.code})
    app.text_input(key="class:code").set_value(group.code)
    app.text_input(key="class:name").set_value(name)
    return sound(_submit(app, "Join").run())


def _go(app: AppTest, page: str, query: Mapping[str, str] | None = None) -> AppTest:
    app.query_params.clear()
    app.switch_page(page)
    for key, value in (query or {}).items():
        app.query_params[key] = value
    return sound(app.run())


def _sees(app: AppTest, query: Mapping[str, str] | None = None) -> AppTest:
    """A student who presses Train for a run that is in the store."""
    return sound(_go(app, "pages/dense.py", query or QUERY).button(key="dense-run:train").click().run())


# --- joining --------------------------------------------------------------------------------------------------


def test_the_address_of_a_class_fills_in_its_code(group: Group) -> None:
    app = opened(PAGE, {"class": group.code})
    assert app.text_input(key="class:code").value == group.code
    app = _student(group)
    assert any("You are **Ana** in **5b**" in one.value for one in app.success)
    assert [one.name for one in classroom().classes.members(group)] == ["Ana"]


@pytest.mark.parametrize("name", [HOSTILE[:40], "🧑‍🎓 Zoë", "<img src=x onerror=alert(1)>"])
def test_a_name_is_shown_as_it_was_typed(group: Group, name: str) -> None:
    app = _student(group, name)
    shown = " ".join(one.value for one in app.success).replace("\\", "")
    assert name.strip() in shown
    assert not app.error


@pytest.mark.parametrize("name", ["", "x" * 500])
def test_what_is_no_name_is_a_sentence_and_the_form_keeps_the_code(group: Group, name: str) -> None:
    app = _student(group, name)
    assert "name or a nickname" in said(app) or "give at most 40" in said(app)
    assert app.text_input(key="class:code").value == group.code
    assert classroom().classes.members(group) == []


def test_wrong_codes_are_slowed_down_and_the_right_one_waits_too(group: Group) -> None:
    app = opened(PAGE)
    app.text_input(key="class:name").set_value("Ana")
    for place in range(MAX_WRONG + 2):
        app.text_input(key="class:code").set_value(f"AAAAA{place}")
        sound(_submit(app, "Join").run())
        assert ("There is no class" if place < MAX_WRONG else "Too many wrong codes") in said(app)
    app.text_input(key="class:code").set_value(group.code)
    sound(_submit(app, "Join").run())
    assert "Too many wrong codes: try again in" in said(app)
    assert classroom().classes.members(group) == []
    assert not said(_student(group, "Ben")), "another browser does not wait"


def test_a_student_leaves_with_everything(group: Group) -> None:
    app = _student(group)
    sound(app.button(key="class:leave").click().run())
    assert classroom().classes.members(group) == []
    assert [one.label for one in app.button if one.label == "Join"]


def test_a_forged_key_opens_nothing_and_is_a_sentence(group: Group) -> None:
    for key in ("", "x", group.id, HOSTILE):
        app = opened(PAGE, {"class": group.code, "key": key})
        assert "not the teacher's link" in said(app)
        assert not app.dataframe
    assert classroom().classes.taught_by("thief") == []


def test_the_teachers_link_opens_the_class_in_another_browser() -> None:
    app, group = _teacher()
    link = next(one.value for one in app.code if "key=" in one.value)
    other = opened(PAGE, {"class": group.code, "key": link.partition("key=")[2]})
    assert not said(other)
    assert group.code in " ".join(one.value for one in other.markdown)


# --- without a class ------------------------------------------------------------------------------------------


def test_without_a_class_a_page_says_nothing_of_one() -> None:
    app = opened("pages/dense.py", QUERY)
    assert "Your class" not in texts(app)
    assert not any("Open the task" in one.label for one in app.button)


# --- tasks ----------------------------------------------------------------------------------------------------


def test_a_task_is_a_button_for_students_and_is_judged_by_the_server() -> None:
    teacher, group = _teacher()
    student = _student(group)
    student = _go(student, "pages/emoji.py")
    teacher.selectbox(key="class:lesson").set_value("dense")
    teacher.text_input(key="class:conditions").set_value("parameters<=99999")
    sound(_submit(teacher, "Send").run())
    task = classroom().classes.task(group)
    assert task is not None
    assert (task.lesson, task.conditions, task.each) == ("dense", "parameters<=99999", "")
    sound(student.run())
    assert "Your teacher has given a task in **Dense autoencoder**" in texts(student)
    sound(student.button(key="class:open-task").click().run())
    assert student.title[0].value == "Dense autoencoder"
    assert not any("Open the task" in one.label for one in student.button)
    Store().save(fit(TINY, "cpu"))
    _sees(student)
    (result,) = classroom().results.of(group)
    assert (result.task, result.met) == (task.number, True)
    sound(teacher.run())
    (table,) = [one.value for one in teacher.dataframe]
    assert table.loc[0, "name"] == "Ana"
    assert table.loc[0, "task"]
    assert table.loc[0, "runs"] == 1
    assert table.loc[0, "here"] == "now"
    assert table.loc[0, "page"] == "Dense autoencoder"


def test_a_task_in_a_forged_address_is_not_the_class_task() -> None:
    teacher, group = _teacher()
    classroom().classes.set_task(group, "dense", QUERY, "learnt>=32", {})
    Store().save(fit(TINY, "cpu"))
    student = _student(group)
    _sees(student, {**QUERY, "task": "learnt>=0"})
    (result,) = classroom().results.of(group)
    assert not result.met
    del teacher


def test_a_bad_task_is_a_sentence_and_gives_nothing() -> None:
    teacher, group = _teacher()
    teacher.text_input(key="class:conditions").set_value("beauty>=3")
    sound(_submit(teacher, "Send").run())
    assert "no figure of a run" in said(teacher)
    assert classroom().classes.task(group) is None


def test_a_lesson_gives_its_own_link_to_the_class() -> None:
    teacher, group = _teacher()
    teacher = _go(teacher, "pages/dense.py", {**QUERY, "lock": "epochs"})
    teacher.selectbox(key="dense:class:each").set_value("seed")
    sound(teacher.button(key=f"dense:class:give:{group.code}").click().run())
    task = classroom().classes.task(group)
    assert task is not None
    assert (task.lesson, task.each, task.pinned) == ("dense", "seed", {"epochs": 30})
    assert task.query.items() >= {"preset": "font-best", "epochs": "30", "lock": "epochs"}.items()
    student = _student(group)
    sound(student.button(key="class:open-task").click().run())
    assert student.number_input(key="dense:seed").value == task.seed(group, student.session_state["person"])
    assert student.number_input(key="dense:epochs").disabled


def test_frozen_controls_cannot_be_changed_until_they_are_free() -> None:
    teacher, group = _teacher()
    student = _go(_student(group), "pages/dense.py", QUERY)
    assert not student.number_input(key="dense:seed").disabled
    sound(teacher.toggle(key=f"class:{group.id}:frozen").set_value(True).run())
    sound(student.run())
    assert all(student.number_input(key=f"dense:{name}").disabled for name in ("seed", "epochs"))
    assert student.selectbox(key="dense:preset").disabled
    assert "Your teacher has fixed every choice for now." in texts(student)
    assert not student.button(key="dense-run:train").disabled
    other = opened("pages/dense.py", QUERY)
    assert not other.number_input(key="dense:seed").disabled, "who is in no class is free"
    sound(teacher.toggle(key=f"class:{group.id}:frozen").set_value(False).run())
    assert not sound(student.run()).number_input(key="dense:seed").disabled


# --- what the teacher sees ------------------------------------------------------------------------------------


def test_two_students_runs_are_opened_side_by_side() -> None:
    from aelib.ui.lessons.class_page import board

    _page, group = _teacher()
    for seed, name in ((1, "Ana"), (2, "Ben")):
        Store().save(fit(TINY.with_values({"seed": seed}), "cpu"))
        _sees(_student(group, name), {**QUERY, "seed": str(seed)})
    found = board.read(group)
    assert [one.name for one in found.members] == ["Ana", "Ben"]
    assert len(found.results) == 2


def test_predictions_of_the_class_are_shown_after_ones_own() -> None:
    teacher, group = _teacher()
    students = [_go(_student(group, name), "pages/dense.py", QUERY) for name in ("Ana", "Ben")]
    for student, guess in zip(students, ("20", "25"), strict=True):
        (key,) = [one.key for one in student.text_input if one.key and ":predict:" in one.key]
        sound(student.text_input(key=key).set_value(guess).run())
        assert "Answers of the class" not in texts(student)
    third = _go(_student(group, "Cleo"), "pages/dense.py", QUERY)
    Store().save(fit(TINY, "cpu"))
    assert "how many gave them: 20 (1), 25 (1)" in texts(_sees(students[0]))
    assert "Answers of the class" not in texts(_sees(third)), "who has predicted nothing sees nothing"
    assert "how many gave them: 20 (1), 25 (1)" in texts(sound(teacher.run()))


def test_the_gradebook_is_checked_by_training_again() -> None:
    from tests.support.apps import until

    teacher, group = _teacher()
    classroom().classes.set_task(group, "dense", QUERY, "parameters<=99999", {"epochs": 30})
    Store().save(fit(TINY, "cpu"))
    _sees(_student(group))
    sound(teacher.run())
    assert "Gradebook as CSV" in [one.proto.label for one in teacher.get("download_button")]
    sound(_submit(teacher, "Check by training again").run())
    until(teacher, lambda: len(teacher.dataframe) == 2 and list(teacher.dataframe[1].value["met again"]) == ["yes"])
    checked = teacher.dataframe[1].value
    assert list(checked["met again"]) == ["yes"]
    assert list(checked["same figure"]) == ["yes"]


def test_a_switch_shows_what_the_teacher_has_set_in_another_browser() -> None:
    teacher, group = _teacher()
    key = f"class:{group.id}:frozen"
    assert not teacher.toggle(key=key).value
    classroom().classes.freeze(group, True)
    assert sound(teacher.run()).toggle(key=key).value
    sound(teacher.toggle(key=key).set_value(False).run())
    assert not classroom().classes.is_frozen(group)


def test_each_student_opens_another_part_of_the_data() -> None:
    _page, group = _teacher()
    task = classroom().classes.set_task(group, "dense", QUERY, "", {}, DATA)
    seen = []
    for name in ("Ana", "Ben"):
        student = _student(group, name)
        sound(student.button(key="class:open-task").click().run())
        own = task.own(group, student.session_state["person"])
        there = student.query_params["classes"]
        assert there == "-".join(map(str, own["classes"]))
        seen.append(there)
    assert seen[0] != seen[1]


def test_a_class_is_deleted_after_a_second_press() -> None:
    teacher, group = _teacher()
    _student(group)
    sound(teacher.button(key="class:delete").click().run())
    assert classroom().classes.with_code(group.code) is None
    assert classroom().classes.members(group) == []
    assert [one.label for one in teacher.button if one.label == "Make a class"]


# --- bad input, in the person's language ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "wrong", "long", "empty", "key", "often"),
    [
        ("es", "No hay ninguna clase", "máximo es", "apodo", "enlace docente", "Demasiados códigos"),
        ("pt-BR", "Não há nenhuma turma com", "máximo é", "apelido", "link docente", "Códigos errados demais"),
    ],
)
def test_what_is_refused_is_said_in_the_persons_language(
    group: Group, lang: str, wrong: str, long: str, empty: str, key: str, often: str
) -> None:
    english = ("There is no class", "characters", "nickname", "teacher's link", "Too many")

    def refused(app: AppTest, sentence: str) -> None:
        assert sentence in said(app)
        assert not any(word in said(app) for word in english)

    app = opened(PAGE, {"lang": lang})
    app.text_input(key="class:name").set_value("Ana")
    for place in range(MAX_WRONG + 1):
        app.text_input(key="class:code").set_value(f"AAAAA{place}")
        sound(_join(app).run())
        refused(app, wrong if place < MAX_WRONG else often)
    for name, sentence in (("x" * 500, long), (" \u202e ", empty)):
        other = opened(PAGE, {"lang": lang, "class": group.code})
        other.text_input(key="class:name").set_value(name)
        refused(sound(_join(other).run()), sentence)
    refused(opened(PAGE, {"lang": lang, "class": group.code, "key": "forged"}), key)
    assert classroom().classes.members(group) == []


def _join(app: AppTest) -> AppTest:
    """Press the button of the form, whatever it is called."""
    next(one for one in app.button if one.form_id == "class:join").click()
    return app


def test_two_equal_names_are_told_apart_on_the_page(group: Group) -> None:
    for name in ("Ana", "ANA", "\uff21na"):
        _student(group, name)
    assert {one.name for one in classroom().classes.members(group)} == {"Ana", "ANA (2)", "\uff21na (3)"}


def test_a_clock_that_is_wrong_changes_no_order_and_no_right(monkeypatch: pytest.MonkeyPatch) -> None:
    from aelib.classroom import classes, results

    teacher, group = _teacher()
    times = iter([f"{year}-01-01T00:00:00+00:00" for year in (2099, 1970, 2050, 1971, 2000, 1999, 2098, 1990)])
    for module in (classes, results):
        monkeypatch.setattr(module, "now", lambda: next(times))
    student = _student(group)
    classroom().classes.set_task(group, "emoji", {"preset": "emoji-best"})
    last = classroom().classes.set_task(group, "dense", QUERY, "parameters<=99999")
    assert classroom().classes.task(group) == last, "the one that was given last, whatever the clock says"
    Store().save(fit(TINY, "cpu"))
    _sees(student)
    (result,) = classroom().results.of(group)
    assert result.met
    assert group.code in " ".join(one.value for one in sound(teacher.run()).markdown)


# --- predictions ----------------------------------------------------------------------------------------------


def _predicts(app: AppTest, answer: str) -> AppTest:
    (key,) = [one.key for one in app.text_input if one.key and ":predict:" in one.key]
    return sound(app.text_input(key=key).set_value(answer).run())


def test_a_student_predicts_although_another_was_faster(group: Group) -> None:
    run = fit(TINY, "cpu")
    Store().save(run)
    ben = _go(_student(group, "Ben"), "pages/dense.py", QUERY)
    assert not ben.metric, "nothing of what came is on the page"
    assert "Trained by others: press Train to see what came." in [one.value for one in ben.caption]
    _predicts(ben, "20")
    sound(ben.button(key="dense-run:train").click().run())
    assert f"Your prediction: 20. What came: {run.metrics['learnt']}" in texts(ben)
    assert any("Found in the store" in one.value for one in ben.success), "nobody trained it anew"
    sound(ben.run())
    assert "Your prediction: 20." in texts(ben)


def test_who_has_seen_a_run_predicts_nothing_of_it(group: Group) -> None:
    Store().save(fit(TINY, "cpu"))
    ben = _go(_student(group, "Ben"), "pages/dense.py", QUERY)
    sound(ben.button(key="dense-run:train").click().run())
    assert ben.metric
    assert not [one.key for one in ben.text_input if one.key and ":predict:" in one.key]
    ben = _go(ben, "pages/runs.py")
    assert _go(ben, "pages/dense.py", QUERY).metric, "once seen, it is opened as any run"
