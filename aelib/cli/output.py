"""What commands print and read: results go to standard output, messages to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from aelib.core.errors import LabError


def say(text: str) -> None:
    """Print a message to standard error."""
    print(text, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """Print a document as JSON. Raises ValueError for NaN and infinity, which JSON does not have."""
    print(json.dumps(document, indent=2, allow_nan=False))


def print_table(rows: Iterable[Sequence[object]]) -> None:
    """Print rows in aligned columns; all rows have the same length."""
    cells: list[list[str]] = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def path_of(name: str) -> Path:
    """The path of a file or folder that was named on the command line; ~ is a person's own folder. Raises LabError for
    the folder of a person who is not on this machine."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise LabError(
            "{name} names the folder of nobody on this machine: write the path in full.", name=name
        ) from None
