"""Results: what meets a task, the gradebook, and the check by training again."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from aelib.classroom import gradebook
from aelib.classroom.classes import Group, Member
from aelib.classroom.recomputing import compared
from aelib.classroom.records import Classroom
from aelib.classroom.results import Result, Standing, judged, standings
from aelib.classroom.tasks import DATA, SAME, SEED, TARGET, Task
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import Run, fit

TINY = presets.get("font-best").with_values({"epochs": 30})


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(TINY, "cpu")


def test_a_run_counts_only_with_what_the_task_pins(run: Run, group: Group) -> None:
    task = Task(1, "dense", {}, f"learnt>={run.metrics['learnt']}", {"epochs": 30}, SAME)
    assert judged(task, group, "a", run) == (True, run.metrics["learnt"])
    assert judged(task._replace(pinned={"epochs": 31}), group, "a", run) == (False, None)
    assert judged(task._replace(conditions="learnt>=33"), group, "a", run) == (False, run.metrics["learnt"])
    assert judged(task._replace(conditions=""), group, "a", run) == (True, None)
    assert judged(task._replace(conditions="no task"), group, "a", run)[0] is False


def test_another_students_run_does_not_count_where_each_has_a_seed(run: Run, group: Group) -> None:
    task = Task(1, "dense", {}, "parameters<=99999", {}, SEED)
    assert judged(task, group, "a", run) == (False, None), "the seed is 0"
    own = fit(TINY.with_values({"seed": task.seed(group, "a")}), "cpu")
    assert judged(task, group, "a", own)[0]
    assert not judged(task, group, "b", own)[0]


def test_another_students_data_do_not_count_where_each_has_a_part(group: Group) -> None:
    task = Task(1, "dense", {"preset": "font-best", "epochs": "30"}, "parameters<=99999", {}, DATA)
    own = fit(TINY.with_values(task.own(group, "a")), "cpu")
    assert judged(task, group, "a", own)[0]
    assert not judged(task, group, "b", own)[0]
    every = fit(TINY.with_values({"seed": task.seed(group, "a")}), "cpu")
    assert not judged(task, group, "a", every)[0], "the own seed alone is not enough"


def test_a_run_is_judged_by_the_students_own_target(run: Run, group: Group) -> None:
    limit = round(0.95 * run.parameters)  # met only by whom the target was made easier for
    task = Task(1, "dense", {}, f"parameters<={limit}", {}, TARGET)
    people = [f"person{number}" for number in range(30)]
    own = {person: run.experiment.with_values({"seed": task.seed(group, person)}) for person in people}
    met = {person: judged(task, group, person, replace(run, experiment=own[person]))[0] for person in people}
    easy = {person: int(task.asked(group, person).rpartition("=")[2]) >= run.parameters for person in people}
    assert met == easy
    assert set(met.values()) == {True, False}


def test_what_was_trained_again_is_compared_kept_and_removed(
    run: Run, room: Classroom, group: Group, tmp_path: Path
) -> None:
    task = room.classes.set_task(group, "dense", {"preset": "font-best"}, f"mse<={run.metrics['mse'] * 1.5}")
    ana, ben = (room.classes.join(group, person, name) for person, name in (("a", "Ana"), ("b", "Ben")))
    stored, again = Store(tmp_path / "real"), Store(tmp_path / "again")
    forged = replace(run, metrics=run.metrics | {"mse": run.metrics["mse"] / 2})
    for one in (ana, ben):
        room.results.add(group, one.person, "dense", run, task)
    stored.save(forged)
    standing = standings([ana, ben], room.results.of(group), task)
    room.checks.collect(group, task, standing, stored, again)
    assert room.checks.of(group, task) == {}
    again.save(run)
    room.checks.collect(group, task, standing, stored, again)
    found = room.checks.of(group, task)
    assert set(found) == {("a", run.digest), ("b", run.digest)}
    assert all(one.met and not one.agrees for one in found.values())
    assert run.digest not in again
    assert run.digest in stored
    room.classes.leave(group, "a")
    assert set(room.checks.of(group, task)) == {("b", run.digest)}


def test_how_everybody_stands(run: Run, room: Classroom, group: Group) -> None:
    task = room.classes.set_task(group, "dense", {}, f"learnt>={run.metrics['learnt']}")
    ana, ben = (room.classes.join(group, person, name) for person, name in (("a", "Ana"), ("b", "Ben")))
    room.results.add(group, "a", "dense", run, None)
    room.results.add(group, "a", "dense", run, task)
    room.results.add(group, "a", "dense", run, task)
    results = room.results.of(group)
    assert [one.task for one in results] == [0, task.number], "once for each task"
    assert results[1].figures["learnt"] == run.metrics["learnt"]
    first, second = standings([ana, ben], results, task)
    assert first.met is not None
    assert (first.best, first.digest) == (run.metrics["learnt"], run.digest)
    assert second == Standing(ben, None, None, "")
    assert room.results.of(group, ["b"]) == []


def test_the_best_figure_is_the_smallest_where_the_task_asks_for_little() -> None:
    member = Member("a", "Ana", "", "")
    results = [
        Result("a", d, "dense", 1, m, b, {}, "2026")
        for d, m, b in (("x", False, 0.5), ("y", True, 0.1), ("z", False, 0.3))
    ]
    (standing,) = standings([member], results, Task(1, "dense", {}, "mse<=0.2", {}, SAME))
    assert (standing.best, standing.digest) == (0.1, "y")


def test_canvas_gets_the_columns_that_its_importer_looks_for() -> None:
    task = Task(3, "dense", {}, "learnt>=30", {}, SAME)
    met = Result("p", "abc", "dense", 3, True, 31.0, {}, "2026")
    ana, ben = (Member("p", name, mail, "") for name, mail in (("Ana", "ana@school.example"), ("=Ben", "")))
    found = [Standing(ana, met, 31.0, "abc"), Standing(ben, None, None, "")]
    rows = list(csv.reader(io.StringIO(gradebook.to_canvas(found, task).decode("utf-8-sig"))))
    assert rows[0] == ["Student", "ID", "SIS Login ID", "Section", "Autoencoder Lab: task 3, dense"]
    assert rows[1][0].strip() == "Points Possible"
    assert rows[1][-1] == "1"
    assert rows[2:] == [["Ana", "", "ana@school.example", "", "1"], ["'=Ben", "", "", "", "0"]]


def test_the_gradebook_has_a_line_each_and_no_formula() -> None:
    task = Task(3, "dense", {}, "learnt>=30", {}, SAME)
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\uff1d1+1", 'Ana, "x"\nb', "🚀", "Ñandú"]
    found = [Standing(Member("p", name, name, ""), None, -1.5, "abc") for name in hostile]
    text = gradebook.to_csv(found, task).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == gradebook.COLUMNS
    assert len(rows) == len(hostile) + 1
    for row in rows[1:]:
        assert not any(cell.startswith(("=", "+", "@", "\t", "\uff1d")) for cell in row)
        assert not any(row[place].startswith("-") for place in (0, 1, 2))
        assert row[2:5] == ["3 dense learnt>=30", "0", "-1.5"]
    assert gradebook.to_csv([], task).startswith(b"\xef\xbb\xbfname")


def test_a_second_training_shows_whether_a_result_is_real(run: Run, group: Group) -> None:
    task = Task(1, "dense", {}, f"learnt>={run.metrics['learnt']}", {}, SAME)
    again = fit(TINY, "cpu")
    assert compared(task, group, "a", run, again) == (True, run.metrics["learnt"], True)
    forged = replace(run, metrics={**run.metrics, "learnt": 32})
    hard = task._replace(conditions="learnt>=32")
    checked = compared(hard, group, "a", forged, again)
    assert not checked.met
    assert not checked.agrees
