"""Tables in a LibreOffice spreadsheet (.ods), each sheet as the text of its CSV export.

The part with the cells is XML, which is read element by element. Repeated cells and rows, which let a few bytes claim
millions, count with their full number, and XML declarations, which no spreadsheet program writes, are refused.
Source: OpenDocument 1.3, part 3, 9.1 (tables).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.source import Source, of_bytes

from .archives import Archive
from .spreadsheets import MAX_CELLS, MAX_EMPTY, MAX_SHEET, MAX_SHEETS, Table

FORM = Lazy("a spreadsheet of LibreOffice")
CONTENT = "content.xml"
_MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def is_one(archive: Archive) -> bool:
    """Whether an archive has a document's content whose first bytes mention tables."""
    if CONTENT not in archive.names:
        return False
    heads = {one.name: one.head() for one in archive.sources(packed_well=True) if one.name in (CONTENT, "mimetype")}
    return heads.get("mimetype", b"").strip() == _MIME or b":spreadsheet" in heads[CONTENT]


def sheets(archive: Archive) -> list[Source]:
    """The non-empty sheets as CSV, in their order. Raises LabError."""
    shown = archive.source.shown
    part = next(one for one in archive.sources(packed_well=True) if one.name == CONTENT)
    if part.size > MAX_SHEET:
        raise LabError(
            "{shown} is {form} that grows to {size:,} bytes: save the table as CSV.",
            shown=shown,
            form=FORM,
            size=part.size,
        )
    found: list[Source] = []
    left = MAX_CELLS
    try:
        with part.opened() as file:
            for name, rows in _tables(_Plain(file, shown)):
                table = Table()
                for row in rows:
                    left -= len(row) + 1
                    if left < 0:
                        raise LabError(
                            "{shown} is {form} with more than {most:,} cells: save the table as CSV.",
                            shown=shown,
                            form=FORM,
                            most=MAX_CELLS,
                        )
                    table.add(row)
                if table.cells:
                    found.append(of_bytes(table.text().encode(), name))
                if len(found) == MAX_SHEETS:
                    break
    except LabError:
        raise
    except Exception:  # noqa: BLE001 - whatever the parser raises on damaged or hostile XML
        raise LabError(
            "{shown} is {form} that is damaged: save it again, or save the table as CSV.", shown=shown, form=FORM
        ) from None
    if not found:
        raise LabError(
            "{shown} is {form} without anything in its cells: give one with a table.", shown=shown, form=FORM
        )
    return found


class _Plain:
    """An XML file that must have no declarations, because with them a few bytes could expand to billions. Text in cells
    is escaped, so these characters cannot appear elsewhere in the file."""

    def __init__(self, file: Any, shown: str) -> None:
        self.file, self.shown, self.kept = file, shown, b""

    def read(self, size: int = -1) -> bytes:
        """Read some bytes. Raises LabError at the first declaration."""
        piece: bytes = self.file.read(size)
        seen = self.kept + piece.replace(b"\0", b"")  # UTF-16 has zero bytes
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise LabError(
                "{shown} is {form} with declarations of its own: save the table as CSV.", shown=self.shown, form=FORM
            )
        self.kept = seen[-8:]
        return piece


def _tables(file: _Plain) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """The name and the rows of each sheet; read a sheet's rows before you ask for the next sheet."""
    events = ElementTree.iterparse(file, events=("start", "end"))  # noqa: S314 - see _Plain
    for event, element in events:
        if event == "start" and element.tag == _TABLE + "table":
            yield element.get(_TABLE + "name", "sheet"), _rows(events, element)


def _rows(events: Iterator[tuple[str, Any]], table: Any) -> Iterator[list[str]]:
    """The rows of a sheet without empty cells at their ends, and without empty rows at its end."""
    empty = 0
    for event, element in events:
        if event != "end":
            continue
        if element is table:
            return
        if element.tag == _TABLE + "table-row":
            row = _cells(element)
            times = _times(element, "rows")
            element.clear()
            if row:
                yield from ([] for _ in range(min(empty, MAX_EMPTY)))
                empty = 0
                for _ in range(times):
                    yield row
            else:
                empty += times


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    waiting = 0  # empty cells, which count only if a cell with content follows
    for cell in row:
        if cell.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        text, times = _value(cell), _times(cell, "columns")
        if not text:
            waiting += times
        elif len(cells) + waiting + times > MAX_CELLS:
            raise ValueError("too many cells")
        else:
            cells += [""] * waiting + [text] * times
            waiting = 0
    return cells


def _value(cell: Any) -> str:
    """A cell as CSV has it: a number as stored, not as displayed."""
    value = cell.get(_OFFICE + "value") if cell.get(_OFFICE + "value-type") in ("float", "percentage") else None
    if value is not None:
        return re.sub(r"\.0+$", "", value)
    if (truth := cell.get(_OFFICE + "boolean-value")) is not None:
        return str(int(truth == "true"))
    return "\n".join("".join(_words(one)) for one in cell if one.tag == _TEXT + "p")


def _words(paragraph: Any) -> Iterator[str]:
    """The text of a paragraph; multiple spaces are a separate element."""
    yield paragraph.text or ""
    for one in paragraph:
        if one.tag == _TEXT + "s":
            yield " " * min(100, int(one.get(_TEXT + "c", "1")))
        else:
            yield from _words(one)
        yield one.tail or ""


def _times(element: Any, what: str) -> int:
    return int(element.get(f"{_TABLE}number-{what}-repeated", "1"))
