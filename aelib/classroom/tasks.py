"""What a class must do, and what differs between its students."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from aelib import datasets
from aelib.analysis import assignments
from aelib.core.errors import LabError
from aelib.core.language import N_
from aelib.experiment import Experiment, flatten, labels, resolve
from aelib.experiment.encoding import PRESET, decode

if TYPE_CHECKING:
    from .classes import Group

SAME, SEED, DATA, TARGET = "", "seed", "data", "target"
EACH = {  # what differs between the students -> in words
    SAME: N_("The same for all"),
    SEED: N_("Another seed for each student"),
    DATA: N_("Another half of the data set's classes for each student, and another seed"),
    TARGET: N_("Another target for each student, up to a fifth easier than yours, and another seed"),
}
MIN_CLASSES = 4  # fewest classes of which each student can get half
EASIER, STEPS = 0.2, 8  # a student's target is easier by at most this share, in so many steps
MIN_TARGETS = 5  # fewest different targets that a task must have
CONDITIONS = "task"  # the name of a task's conditions in an address


class Task(NamedTuple):
    """What a class must do.

    Attributes:
        number: grows with every task.
        lesson: name of the page.
        query: the address of the experiment there.
        conditions: as `analysis.assignments.parse` reads them, or empty.
        pinned: dotted path -> value of the fields that a run must have to count.
        each: a key of EACH.
    """

    number: int
    lesson: str
    query: dict[str, str]
    conditions: str
    pinned: dict[str, Any]
    each: str

    def seed(self, group: Group, person: str) -> int:
        """The seed of one student, which no other student can compute: the class's id is secret."""
        return _drawn(self._secret(group, person)) % 1_000_000

    def own(self, group: Group, person: str) -> dict[str, Any]:
        """Dotted path -> value of the fields that are this student's own. Raises LabError where the data set is not on
        this machine."""
        if self.each == SAME:
            return {}
        found: dict[str, Any] = {"seed": self.seed(group, person)}
        if self.each == DATA:
            found["classes"] = list(_half(divided(self.query), self._secret(group, person)))
        return found

    def asked(self, group: Group, person: str) -> str:
        """The conditions for one student."""
        if self.each != TARGET:
            return self.conditions
        found = targets(self.conditions)
        return found[_drawn(f"{self._secret(group, person)}:target") % len(found)]

    def query_for(self, group: Group, person: str) -> dict[str, str]:
        """The address for one student. Raises LabError as `own`."""
        asked = {CONDITIONS: self.asked(group, person)} if self.each == TARGET else {}
        return self.query | asked | {path: labels.text(value) for path, value in self.own(group, person).items()}

    def _secret(self, group: Group, person: str) -> str:
        return f"{group.id}:{self.number}:{person}"


def targets(conditions: str) -> list[str]:
    """The variants of a task, of which each student gets one. One figure of the task, the one with the most variants,
    becomes easier step by step. Raises LabError if no figure has enough variants, and as `assignments.parse`."""
    task = assignments.parse(conditions) if conditions.strip() else assignments.Assignment(())
    varied = [_easier(one) for one in task.conditions]
    place = max(range(len(varied)), key=lambda i: len(varied[i]), default=0)
    if not varied or len(varied[place]) < MIN_TARGETS:
        raise LabError(
            "No figure of this task has {n} different targets that are up to a fifth easier: ask for one such as "
            "parameters<=1500, or give everybody another seed instead.",
            n=MIN_TARGETS,
        )
    before, after = task.conditions[:place], task.conditions[place + 1 :]
    return [str(assignments.Assignment((*before, one, *after))) for one in varied[place]]


def _easier(condition: assignments.Condition) -> list[assignments.Condition]:
    """A condition and easier ones; an equation has only itself."""
    sign = {">=": -1, ">": -1, "<=": 1, "<": 1}.get(condition.operator, 0)
    value = condition.value
    moved = [value + sign * abs(value) * EASIER * step / STEPS for step in range(STEPS + 1)]
    rounded = [round(one) if value == int(value) else float(f"{one:.4g}") for one in moved]
    return [replace(condition, value=float(one)) for one in dict.fromkeys(rounded)]


def divided(query: Mapping[str, str]) -> tuple[int, ...]:
    """The classes of which each student gets half, for the experiment at this address. Raises LabError if its data set
    cannot be divided, or is not on this machine."""
    return _divided(tuple(sorted(query.items())))


@lru_cache(maxsize=256)
def _divided(query: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    given, fields = dict(query), flatten(Experiment().model_dump(mode="json"))
    experiment = decode(given.get(PRESET, ""), {path: text for path, text in given.items() if path in fields})
    spec = resolve(experiment).spec
    found = tuple(sorted(set(experiment.classes))) or datasets.trainable_classes(spec)
    if len(found) < MIN_CLASSES or experiment.model.conditional:
        raise LabError(
            "The images of this task cannot be divided between students, which takes {n} classes or more and a net "
            "that is not told the class: give everybody another seed instead.",
            n=MIN_CLASSES,
        )
    return found


def _half(classes: tuple[int, ...], secret: str) -> tuple[int, ...]:
    order = sorted(classes, key=lambda one: _drawn(f"{secret}:{one}"))
    return tuple(sorted(order[: len(order) // 2]))


def _drawn(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
