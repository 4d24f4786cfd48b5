"""The gradebook of a task as CSV, which Moodle, Canvas and spreadsheets import."""

import csv
import io
from collections.abc import Iterable

from .results import Standing
from .tasks import Task

COLUMNS = ("name", "identifier", "task", "met", "best", "time", "digest")  # in English: imports look for them
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and the four in full width


def to_csv(standings: Iterable[Standing], task: Task) -> bytes:
    """One line for each student, in UTF-8 with the mark by which spreadsheets know it.

    met is 1 or 0; best the best figure of the task's first condition; time when the task was met, UTC, ISO 8601; digest
    that of the run. What somebody typed and a spreadsheet would run as a formula has a quote in front.
    """
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    what = f"{task.number} {task.lesson} {task.conditions}".strip()
    for one in standings:
        lines.writerow(
            [
                harmless(one.member.name),
                harmless(one.member.identifier),
                harmless(what),
                int(one.met is not None),
                "" if one.best is None else f"{one.best:.6g}",
                one.met.at if one.met else "",
                one.digest,
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text, with a quote in front where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
