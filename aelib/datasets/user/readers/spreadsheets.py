"""Tables in an Excel spreadsheet (.xlsx), each sheet as the text of its CSV export.

openpyxl reads it row by row. The unpacked size of the entries and the number of cells are limited before and during
this, and a sheet with XML declarations (which no spreadsheet program writes, and which bombs need) is refused.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets.user.source import Source, of_bytes

from .archives import Archive

if TYPE_CHECKING:
    import openpyxl
else:
    openpyxl = lazy("openpyxl")

FORM = Lazy("a spreadsheet of Excel")
MAX_SHEET = 300_000_000  # bytes of a sheet, unpacked
MAX_OTHER = 20_000_000  # bytes of any other part, such as the list of all words, which is held in memory
MAX_CELLS = 8_000_000  # in all sheets: 10,000 images of 28x28
MAX_EMPTY = 1000  # rows that are read after the last non-empty one
MAX_SHEETS = 20
MAX_DRAWN = 100_000  # cells of a drawing

_DRAWN = {"", "0", "1", "#", "x", "X", "."}


def is_one(names: Sequence[str]) -> bool:
    """Whether an archive with these entries is an Excel spreadsheet."""
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def sheets(source: Source) -> list[Source]:
    """The non-empty sheets as CSV, in their order. Raises LabError."""
    _check(source)
    found: list[Source] = []
    left = MAX_CELLS
    try:
        with source.opened() as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles that openpyxl does not know
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets[:MAX_SHEETS]:
                table = Table()
                for row in _rows(sheet):
                    left -= len(row)
                    if left < 0:
                        raise LabError(
                            "{shown} is {form} with more than {most:,} cells: save the table as CSV.",
                            shown=source.shown,
                            form=FORM,
                            most=MAX_CELLS,
                        )
                    table.add(row)
                if table.cells:
                    found.append(of_bytes(table.text().encode(), sheet.title))
            book.close()
    except LabError:
        raise
    except Exception:  # noqa: BLE001 - whatever the parser raises on damaged or hostile XML
        raise LabError(
            "{shown} is {form} that is damaged: save it again, or save the table as CSV.", shown=source.shown, form=FORM
        ) from None
    if not found:
        raise LabError(
            "{shown} is {form} without anything in its cells: give one with a table.", shown=source.shown, form=FORM
        )
    return found


def _check(source: Source) -> None:
    """Raises LabError if a part unpacks to too much, or has XML declarations."""
    with Archive(source) as archive:
        for part in archive.sources(packed_well=True):
            if part.size > (MAX_SHEET if part.name.startswith("xl/worksheets/") else MAX_OTHER):
                raise LabError(
                    "{shown} is {form} whose part {name!r} grows to {size:,} bytes: save the table as CSV.",
                    shown=source.shown,
                    form=FORM,
                    name=part.name[:60],
                    size=part.size,
                )
            head = part.head().replace(b"\0", b"")  # UTF-16 has zero bytes
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise LabError(
                    "{shown} is {form} with declarations of its own: save the table as CSV.",
                    shown=source.shown,
                    form=FORM,
                )


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows of a sheet up to the last non-empty one, without empty cells at their ends."""
    empty = 0
    for row in sheet.iter_rows(values_only=True):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield from ([] for _ in range(empty))
            empty = 0
            yield cells
        else:
            empty += 1
            if empty > MAX_EMPTY:
                return


def _text(value: object) -> str:
    """A cell as CSV has it: whole numbers have no decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


class Table:
    """The rows of a sheet as CSV, written one after the other, because there may be millions of cells.

    A drawing's rows are also held in memory, as long as there are few: its cells are on or empty, and the empty ones
    become zeros once the width is known.
    """

    def __init__(self) -> None:
        self.cells = 0
        self.out = io.StringIO()
        self.writer = csv.writer(self.out, lineterminator="\n")
        self.drawn: list[list[str]] | None = []

    def add(self, row: list[str]) -> None:
        self.cells += len(row)
        self.writer.writerow(row)
        if self.drawn is not None:
            self.drawn.append(row)
            if self.cells > MAX_DRAWN or not _DRAWN.issuperset(row):
                self.drawn = None

    def text(self) -> str:
        if self.drawn is None:
            return self.out.getvalue()
        width = max(map(len, self.drawn))
        lines = (",".join(cell or "0" for cell in row + [""] * (width - len(row))) if row else "" for row in self.drawn)
        return "\n".join(lines)
