"""Glyph tables: small black-and-white pictures written as text (CSV), bundled or the user's own.

    char,row0,row1,row2
    plus,.#.,###,.#.
    box,###,#.#,###

A row is `#` and `.` (or `1` and `0`), or a number, hexadecimal (`0x0e`) or decimal (the most significant bit is on the
left; the width is that of the widest row). Every upload is treated as hostile until `parse` has accepted it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Container, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

from . import storage
from .found import Found, unique

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
else:
    torch = lazy("torch")

PREFIX = "glyphs-"
SIDES = (3, 32)  # smallest and largest height and width
GLYPHS = (2, 1024)  # fewest and most in a table
MAX_BYTES = 2_000_000
MAX_NAME = 20  # characters of a glyph's name

FORM = Lazy("a table of glyphs")

_ROW = re.compile(r"row(\d{1,2})", re.ASCII)
_NAMES = ("char", "name", "glyph", "character", "letter", "symbol")  # accepted headings of the column of names
_BITS = re.compile(r"[#.01]+")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,8}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,8}")
_PLAIN_HEX = re.compile(r"[0-9a-fA-F]{1,8}")


def parse(text: str) -> ImageSet:
    """The glyphs of a table. Raises LabError with the line and what to write instead."""
    names, pixels, _ = _table(text)
    return ImageSet(torch.from_numpy(pixels), names, torch.arange(len(names)))


def _table(text: str) -> tuple[tuple[str, ...], NDArray[np.uint8], tuple[Lazy, ...]]:
    """Names and pixels of a table, glyphs × 1 × height × width, 0 or 255, and notes on how its rows were read. Does not
    use torch, because lists of data sets must not wait for its import."""
    rows = _without_empty_columns(_read(text))
    if _headless([row for _, row in rows]):
        rows.insert(0, (0, ["char", *(f"row{i}" for i in range(len(rows[0][1]) - 1))]))
    header = [_column(cell) for cell in rows[0][1]]
    columns = _row_columns(header)
    if not GLYPHS[0] <= len(rows) - 1 <= GLYPHS[1]:
        raise LabError(
            "The table has {count} glyphs: give {least} to {most:,}.",
            count=len(rows) - 1,
            least=GLYPHS[0],
            most=GLYPHS[1],
        )
    names: dict[str, None] = {}  # a set that keeps its order
    cells: list[list[str]] = []
    lines: list[int] = []
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise LabError(
                "Line {line} has {cells} cells and the header {header}: give every line the same number.",
                line=line,
                cells=len(row),
                header=len(header),
            )
        names[_name(row[header.index("char")], line, names)] = None
        cells.append([row[column].strip() for column in columns])
        lines.append(line)
    cells, notes = _plain(cells)
    return tuple(names), _pixels(cells, lines), notes


def _read(text: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line that is not empty."""
    if len(text) > MAX_BYTES:
        raise LabError("The table has {count:,} characters: give at most {most:,}.", count=len(text), most=MAX_BYTES)
    text, separator = separated(text)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise LabError(
            "Line {line} is not CSV ({error}): write cells separated by commas.", line=reader.line_num, error=str(error)
        ) from None
    if not rows:
        raise LabError("The table is empty: write a header char,row0,row1,... and one line for each glyph.")
    return rows


def separated(text: str) -> tuple[str, str]:
    """The table without a spreadsheet's `sep=;` line, and the separator of its cells."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r"\"?sep=(.)\"?\s*[,;]*", first.strip("\n"), re.IGNORECASE)
    if said:
        return rest, said[1]
    # spreadsheets separate cells with ; if the comma is the decimal mark
    return text, max(",;\t", key=lambda one: (first.count(one), one == ","))


def _without_empty_columns(rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Remove the empty columns that spreadsheets append: those that are empty in every line."""
    used = max(i for _, row in rows for i, cell in enumerate(row, 1) if cell.strip())
    if any(len(row) > used for _, row in rows[:1]):
        return [(line, row[:used] + [""] * (used - len(row))) for line, row in rows]
    return rows


def _column(cell: str) -> str:
    """A column's name in lower case, without spaces and punctuation: "Row 0" becomes row0."""
    name = re.sub(r"[\s_.\"'-]", "", cell).lower()
    return "char" if name in _NAMES else re.sub(r"^r(?=\d{1,2}$)|^row0(?=\d$)", "row", name)


def is_one(text: str) -> bool:
    """Whether the first line of a text has a column of rows, or every line has a name and the numbers of its rows."""
    text, separator = separated(text)
    header = [_column(cell) for cell in text.partition("\n")[0].split(separator)]
    if "row0" in header or ("char" in header and any(map(_ROW.fullmatch, header))):
        return True
    lines = [line for line in text.split("\n")[:50] if line.strip()]
    try:
        return _headless(list(csv.reader(lines[: -1 if len(lines) > GLYPHS[0] else None], delimiter=separator)))
    except csv.Error:
        return False


def _headless(rows: Sequence[Sequence[str]]) -> bool:
    """Whether there is no header and every line has a unique name and the rows of a glyph as numbers."""
    counts = {len(row) for row in rows}
    if len(counts) != 1 or not SIDES[0] <= counts.pop() - 1 <= SIDES[1] or len({row[0] for row in rows}) < len(rows):
        return False
    cells = [cell.strip() for row in rows for cell in row[1:]]
    numbers = all(_PLAIN_HEX.fullmatch(cell) and re.search(r"\d", cell) for cell in cells)
    named = not any(re.fullmatch(r"\s*\d{2,}\s*", row[0]) for row in rows)
    return numbers and named and any(re.search("[2-9a-fA-F]", cell) for cell in cells)


def found_of(form: Lazy, names: Sequence[str], bits: Sequence[Sequence[Sequence[int]]], *notes: Lazy) -> Found:
    """Glyphs from their names and pixels (glyphs × height × width, 0 or 1). Raises LabError if there are too many of
    them, or if their size is not allowed."""
    height, width = len(bits[0]), len(bits[0][0])
    if not GLYPHS[0] <= len(names) <= GLYPHS[1]:
        raise LabError(
            "This is {form}, and its glyphs are {count:,}: give {least} to {most:,}.",
            form=form,
            count=len(names),
            least=GLYPHS[0],
            most=GLYPHS[1],
        )
    if not all(SIDES[0] <= side <= SIDES[1] for side in (height, width)):
        raise LabError(
            "This is {form} with glyphs of {height}x{width}: give {least} to {most} pixels a side.",
            form=form,
            height=height,
            width=width,
            least=SIDES[0],
            most=SIDES[1],
        )
    pixels = 255 * np.array(bits, np.uint8)[:, None]
    return Found("glyphs", form, pixels, unique(names, MAX_NAME), notes=notes)


def find(text: str) -> Found:
    """Read the glyphs of a table, without storing them. Raises LabError like `parse`."""
    names, pixels, notes = _table(text)
    return Found("glyphs", FORM, pixels, names, notes=notes)


def _row_columns(header: list[str]) -> list[int]:
    """The positions of row0, row1, ... in the header."""
    found = {int(match[1]): i for i, cell in enumerate(header) if (match := _ROW.fullmatch(cell))}
    height = sum(bool(_ROW.fullmatch(cell)) for cell in header)
    if 0 not in found:
        found = {row - 1: column for row, column in found.items()}  # counted from 1
    if header.count("char") != 1 or sorted(found) != list(range(height)) or len(set(header)) != len(header):
        raise LabError("The first line must name the columns: char,row0,row1,row2,... each once, none left out.")
    if not SIDES[0] <= height <= SIDES[1]:
        raise LabError(
            "The glyphs have {height} rows: give {least} to {most}.", height=height, least=SIDES[0], most=SIDES[1]
        )
    return [found[row] for row in range(height)]


def _name(cell: str, line: int, taken: Container[str]) -> str:
    name = cell if cell == " " else cell.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise LabError(
            "Line {line}: the name in column char must be 1 to {most} printable characters.", line=line, most=MAX_NAME
        )
    if name in taken:
        raise LabError(
            "Line {line}: the name {name!r} is already taken; give each glyph another name.", line=line, name=name
        )
    return name


def _pixels(cells: list[list[str]], lines: list[int]) -> NDArray[np.uint8]:
    """uint8, glyphs × 1 × height × width, 0 or 255."""
    for row, line in zip(cells, lines, strict=True):
        for i, cell in enumerate(row):
            if not (_BITS.fullmatch(cell) or _HEX.fullmatch(cell)):
                raise LabError(
                    "Line {line}, row{i} is {cell!r}: write pixels as # and ., or as 0x0e.",
                    line=line,
                    i=i,
                    cell=cell[:40],
                )
    flat = [cell for row in cells for cell in row]
    hexadecimal = [bool(_HEX.fullmatch(cell)) for cell in flat]
    if any(hexadecimal) and not all(hexadecimal):
        raise LabError("Some rows are hexadecimal and some are # and .: write all of them one way.")
    if all(hexadecimal):
        width = max(SIDES[0], *(int(cell, 16).bit_length() for cell in flat))
        bits = [[f"{int(cell, 16):0{width}b}" for cell in row] for row in cells]
    else:
        bits = [[cell.replace(".", "0").replace("#", "1") for cell in row] for row in cells]
        width = len(bits[0][0])
        for row, line in zip(bits, lines, strict=True):
            for i, word in enumerate(row):
                if len(word) != width:
                    raise LabError(
                        "Line {line}, row{i} has {pixels} pixels and the first row {width}: make all rows equally wide "
                        "(a spreadsheet drops leading zeros; # and . are safe).",
                        line=line,
                        i=i,
                        pixels=len(word),
                        width=width,
                    )
    if not SIDES[0] <= width <= SIDES[1]:
        raise LabError(
            "The glyphs are {width} pixels wide: give {least} to {most}.", width=width, least=SIDES[0], most=SIDES[1]
        )
    values = [[[255 * int(bit) for bit in word] for word in row] for row in bits]
    return np.array(values, np.uint8)[:, None]


def _plain(cells: list[list[str]]) -> tuple[list[list[str]], tuple[Lazy, ...]]:
    """Normalise the rows, and give notes on it: hexadecimal and decimal numbers without a prefix, recognised by their
    digits, get `0x`; rows of 0 and 1 that have lost leading zeros get them back. All other rows stay unchanged."""
    flat = [cell for row in cells for cell in row]
    if all(map(_DECIMAL.fullmatch, flat)) and any(re.search("[2-9]", cell) for cell in flat):
        return [[f"{int(cell):#x}" for cell in row] for row in cells], (Lazy("Rows were read as decimal numbers."),)
    if all(map(_PLAIN_HEX.fullmatch, flat)) and any(re.search("[2-9a-fA-F]", cell) for cell in flat):
        return [[f"0x{cell}" for cell in row] for row in cells], ()
    widest = max(map(len, flat))
    if all(re.fullmatch("[01]+", cell) for cell in flat) and any(len(cell) < widest for cell in flat):
        filled = [[cell.zfill(widest) for cell in row] for row in cells]
        return filled, (
            Lazy("Rows of fewer than {widest} pixels have lost zeros on the left, which were put back.", widest=widest),
        )
    return cells, ()


def write(images: ImageSet) -> str:
    """The table of `images` as text that `parse` reads back to the same pixels and names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["char", *(f"row{i}" for i in range(images.pixels.shape[2]))])
    for name, glyph in zip(images.names, images.pixels[:, 0].tolist(), strict=True):
        writer.writerow([name, *("".join("#" if pixel else "." for pixel in row) for row in glyph)])
    return out.getvalue()


def save(content: bytes) -> str:
    """Check an uploaded table and store it under home(); returns the data set's name.

    The same glyphs give the same name, in any notation. Raises LabError.
    """
    if len(content) > MAX_BYTES:
        raise LabError("The file has {size:,} bytes: give at most {most:,}.", size=len(content), most=MAX_BYTES)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise LabError("The file is not text in UTF-8: save the table as CSV (UTF-8).") from None
    return save_set(parse(text))


def save_set(images: ImageSet) -> str:
    """Store glyphs that were read. Raises LabError."""
    table = write(images)
    name = PREFIX + hashlib.sha256(table.encode()).hexdigest()[:12]
    storage.write(f"{name}.csv", table.encode())
    return name


def stored_spec(name: str) -> DatasetSpec:
    """The spec of a table that `save` has stored. Raises LabError if it is not on this machine."""
    if not re.fullmatch(PREFIX + r"[0-9a-f]{12}", name):
        raise LabError(
            "dataset is {name!r}: a glyph table is named {prefix} and 12 hexadecimal digits.",
            name=name[:60],
            prefix=PREFIX,
        )
    path = storage.folder() / f"{name}.csv"
    if not path.is_file():
        raise LabError("dataset is {name!r}, a glyph table that is not on this machine: upload it again.", name=name)
    return _spec_of(path)


@lru_cache(maxsize=64)
def _spec_of(path: Path) -> DatasetSpec:
    """The spec. Cached without limit in time: a table is named after its content, so the same path always means the
    same pixels."""
    text = path.read_text(encoding="utf-8")
    names, pixels, _ = _table(text)
    _, height, width = pixels.shape[1:]
    return DatasetSpec(
        name=path.stem,
        title=f"own glyphs, {width}x{height}: {' '.join(names[:5])} ...",
        shape=(1, height, width),
        splits=Splits(len(names)),
        evaluation="memorise",
        classes=len(names),
        source="uploaded on this machine",
        licence="its owner's",
        load=lambda: parse(text),
    )
