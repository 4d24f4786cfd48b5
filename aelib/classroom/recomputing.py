"""Is a result real? The experiment is trained again, and the figures are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .classes import Group, Task
from .results import judged

if TYPE_CHECKING:
    from aelib.training import Run

ROUNDING = 0.02  # share by which two figures of one experiment may differ


class Checked(NamedTuple):
    """What a second training gave. met: whether it meets the task; best: its figure of the first condition, None
    without one; agrees: whether it is the figure that is stored, up to ROUNDING."""

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
