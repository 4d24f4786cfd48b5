"""Is a result real? The experiment is trained again into a store beside the real one, and the figures are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from aelib.core.errors import LabError

from .classes import Group, now
from .database import ClassroomFile
from .results import Standing, judged
from .tasks import Task

if TYPE_CHECKING:
    from aelib.store import Store
    from aelib.training import Run

ROUNDING = 0.02  # share by which two figures of one experiment may differ
FOLDER = "checks"  # below the store's folder, for runs that were trained again and are not compared yet


class Checked(NamedTuple):
    """The result of a second training. met: whether it meets the task; best: its figure of the first condition, None
    without one; agrees: whether this figure equals the stored one, up to ROUNDING."""

    met: bool
    best: float | None
    agrees: bool


def compared(task: Task, group: Group, person: str, stored: Run, again: Run) -> Checked:
    """A stored run of a student beside the run of a second training of the same experiment."""
    (_met, before), (met, best) = (judged(task, group, person, run) for run in (stored, again))
    agrees = before == best or (
        before is not None and best is not None and abs(before - best) <= ROUNDING * max(abs(before), abs(best))
    )
    return Checked(met, best, agrees)


class Checks:
    """The table of the results of second trainings."""

    def __init__(self, file: ClassroomFile) -> None:
        self._file = file

    def put(self, group: Group, task: Task, person: str, digest: str, found: Checked) -> None:
        """Store the result of the second training of a student's run, in place of an earlier result."""
        with self._file.connected() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO checks (class, task, person, digest, met, best, agrees, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (group.id, task.number, person, digest, *found, now()),
            )

    def of(self, group: Group, task: Task) -> dict[tuple[str, str], Checked]:
        """(person, digest) -> the result of the second training."""
        query = "SELECT person, digest, met, best, agrees FROM checks WHERE class = ? AND task = ?"
        with self._file.connected() as connection:
            return {
                (row["person"], row["digest"]): Checked(bool(row["met"]), row["best"], bool(row["agrees"]))
                for row in connection.execute(query, (group.id, task.number))
            }

    def collect(self, group: Group, task: Task, standings: Iterable[Standing], stored: Store, again: Store) -> None:
        """Compare what has been trained again since the last call, and remove it from `again`. Raises StoreError."""
        waiting: dict[str, list[Standing]] = {}
        for one in standings:
            if one.met:
                waiting.setdefault(one.digest, []).append(one)
        for digest, students in waiting.items():
            if digest not in again:
                continue
            try:
                first, second = stored.get(digest), again.get(digest)
            except LabError:
                continue  # damaged: it counts as not checked
            if first is not None and second is not None:
                for one in students:
                    person = one.member.person
                    self.put(group, task, person, digest, compared(task, group, person, first, second))
            again.delete(digest)
