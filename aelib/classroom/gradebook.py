"""The gradebook of a task as CSV: for Moodle and spreadsheets, and for Canvas."""

import csv
import io
from collections.abc import Iterable

from .results import Standing
from .tasks import Task

COLUMNS = ("name", "identifier", "task", "met", "best", "time", "digest")  # in English: imports look for them
CANVAS = ("Student", "ID", "SIS Login ID", "Section")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and the four in full width


def to_csv(standings: Iterable[Standing], task: Task) -> bytes:
    """One line for each student, in UTF-8 with a byte order mark, by which spreadsheets recognise it.

    met is 1 or 0; best the best figure of the task's first condition; time when the task was met, UTC, ISO 8601; digest
    that of the run. A typed text that a spreadsheet would run as a formula gets a quote in front.
    """
    what = f"{task.number} {task.lesson} {task.conditions}".strip()
    return _written(
        [
            list(COLUMNS),
            *(
                [
                    harmless(one.member.name),
                    harmless(one.member.identifier),
                    harmless(what),
                    int(one.met is not None),
                    "" if one.best is None else f"{one.best:.6g}",
                    one.met.at if one.met else "",
                    one.digest,
                ]
                for one in standings
            ),
        ]
    )


def to_canvas(standings: Iterable[Standing], task: Task) -> bytes:
    """The file that Canvas imports into its gradebook, with one point for a task that is met. Canvas finds a student by
    the identifier, which must be the student's login there, else by the name. It makes an assignment with the task's
    name.

    Columns and rows: lib/gradebook_importer.rb of https://github.com/instructure/canvas-lms
    """
    points = ["    Points Possible", "", "", "", 1]
    rows = [
        [harmless(one.member.name), "", harmless(one.member.identifier), "", int(one.met is not None)]
        for one in standings
    ]
    return _written([[*CANVAS, f"Autoencoder Lab: task {task.number}, {task.lesson}"], points, *rows])


def _written(rows: Iterable[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text, with a quote in front where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
