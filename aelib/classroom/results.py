"""What the students of a class have trained or opened, and whether it meets the task.

A result is written by the server that shows the run, from the run itself and from the task that the teacher set, never
from what an address says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from aelib.analysis import assignments
from aelib.core.errors import LabError
from aelib.experiment import flatten

from .classes import Group, Member, now
from .database import ClassroomFile
from .tasks import Task

if TYPE_CHECKING:
    from aelib.training import Run


class Result(NamedTuple):
    """One run of one student.

    Attributes:
        person, digest, lesson: the student, the run, and the page that showed it.
        task: number of the task it was for, 0 for none.
        met: whether it meets the task.
        best: the figure of the task's first condition; None without one.
        figures: mse, and of a memorised set learnt and total.
        at: when it was shown first, UTC, ISO 8601.
        serial: grows with every result.
    """

    person: str
    digest: str
    lesson: str
    task: int
    met: bool
    best: float | None
    figures: dict[str, float]
    at: str
    serial: int = 0


def judged(task: Task, group: Group, person: str, run: Run) -> tuple[bool, float | None]:
    """Whether a run of this student meets the task, and the figure of its first condition. A run counts only if it has
    the field values that the task pins and those that are the student's own."""
    values = flatten(run.experiment.model_dump(mode="json"))
    try:
        wanted = task.pinned | task.own(group, person)
    except LabError:
        return False, None  # its data set is no longer on this machine
    fits = all(values.get(path) == value for path, value in wanted.items())
    if not task.conditions:
        return fits, None
    try:
        found = assignments.parse(task.asked(group, person)).check(run)
    except LabError:
        return False, None
    return fits and all(one.met for one in found), found[0].found if fits else None


class Results:
    """The table of results."""

    def __init__(self, file: ClassroomFile) -> None:
        self._file = file

    def add(self, group: Group, person: str, lesson: str, run: Run, task: Task | None) -> None:
        """Note that a student's page has shown this run; once for each task."""
        met, best = judged(task, group, person, run) if task is not None else (False, None)
        figures = {name: run.metrics[name] for name in ("mse", "learnt", "total") if name in run.metrics}
        values = (group.id, person, run.digest, lesson, task.number if task else 0, met, best, json.dumps(figures))
        with self._file.connected() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO results (class, person, digest, lesson, task, met, best, figures, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, now()),
            )

    def has(self, group: Group, person: str, digest: str) -> bool:
        """Whether a student's page has shown this run."""
        with self._file.connected() as connection:
            query = "SELECT 1 FROM results WHERE class = ? AND person = ? AND digest = ?"
            return connection.execute(query, (group.id, person, digest)).fetchone() is not None

    def of(self, group: Group, people: Iterable[str] | None = None) -> list[Result]:
        """The results of a class, in the order in which they came. people: of these alone."""
        query, values = "SELECT * FROM results WHERE class = ?", [group.id]
        if people is not None:
            query += " AND person IN (SELECT value FROM json_each(?))"
            values.append(json.dumps(list(people)))
        with self._file.connected() as connection:
            rows = connection.execute(f"{query} ORDER BY serial", values).fetchall()
        return [
            Result(
                row["person"],
                row["digest"],
                row["lesson"],
                row["task"],
                bool(row["met"]),
                row["best"],
                json.loads(row["figures"]),
                row["at"],
                row["serial"],
            )
            for row in rows
        ]


class Standing(NamedTuple):
    """A student's progress with a task. met: the first result that meets it, or None; best: the best figure so far;
    digest: of the run that met it, else of the last one for it, or empty."""

    member: Member
    met: Result | None
    best: float | None
    digest: str


def standings(members: Iterable[Member], results: Iterable[Result], task: Task) -> list[Standing]:
    """One for each student, in their order."""
    mine: dict[str, list[Result]] = {}
    for one in results:
        if one.task == task.number:
            mine.setdefault(one.person, []).append(one)
    return [_standing(member, mine.get(member.person, []), task) for member in members]


def _standing(member: Member, results: list[Result], task: Task) -> Standing:
    met = next((one for one in results if one.met), None)
    figures = [one.best for one in results if one.best is not None]
    best = None
    if figures:
        rises = assignments.parse(task.conditions).conditions[0].operator in (">", ">=")
        best = max(figures) if rises else min(figures)
    digest = met.digest if met else results[-1].digest if results else ""
    return Standing(member, met, best, digest)
