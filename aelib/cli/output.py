"""Output of commands: results go to standard output, messages to standard error."""

import json
import sys
from collections.abc import Iterable, Sequence


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
