"""Decides which columns of a table of images are pixels, which one is the label, and which one gives the part."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from aelib.datasets.user.found import SIDES, Options
from aelib.datasets.user.glyphs import separated

FEWEST = SIDES[0] ** 2
MOST_HOT = 100  # largest number of one-hot columns
JUDGED = 200  # lines that are used to tell the columns apart

_LABEL = ("label", "labels", "class", "target", "y", "emotion", "digit", "letter", "category", "classname", "char")
_OTHER = ("id", "index", "imageid", "unnamed:0", "usage", "split", "", "filename", "name", "image_id")
_NAMES = ("name", "filename")  # used if there is no label
_PART = ("usage", "split")
_NUMBER = re.compile(r"\s*\"?[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?\"?\s*|\s*\"?(?:nan|inf)\"?\s*", re.I)
_BIT = re.compile(r"\s*\"?([01])(?:[.,]0*)?\"?\s*")
SAID = re.compile(r"\s*(?:[#%@][^\n]*)?$")  # lines that programs write above a table, such as the header of np.savetxt


@dataclass(frozen=True)
class Columns:
    """The columns of the label, the part and the pixels; separator: between cells."""

    separator: str
    header: bool
    label: int | None
    part: int | None
    pixels: tuple[int, ...]
    packed: bool = False  # all numbers of an image are in one cell
    one_hot: tuple[int, ...] = ()  # one column for each class, with a 1 in the column of the image's class


def _lines_of(text: str) -> tuple[list[list[str]], str]:
    """The first lines of a table as cells, and their separator."""
    rest, separator = separated(text)
    lines = rest.split("\n")
    while lines and SAID.match(lines[0]):
        lines.pop(0)
    first = lines[0] if lines else ""
    semicolons = max(";\t", key=first.count)
    if separator == "," and first.count(semicolons) >= FEWEST - 1:
        separator = semicolons  # the comma is the decimal mark
    elif separator not in first and re.search(r"\S\s+\S", first):
        separator = " "
    return [cells_of(line, separator) for line in lines[:JUDGED] if line.strip()], separator


def cells_of(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    return next(csv.reader([line], delimiter=separator), []) if '"' in line else line.split(separator)


def columns_of(text: str, options: Options | None) -> Columns | None:
    """None if a text is not such a table. Raises LabError if its columns do not make an image."""
    rows, separator = _lines_of(text)
    if not rows:
        return None
    head = [re.sub(r"\s+", "", cell).lower().strip("\"'") for cell in rows[0]]
    while head and not head[-1] and len(rows) > 1 and not any(row[len(head) - 1 :] != [""] for row in rows[1:2]):
        head.pop()  # an empty column at the end
    words = sum(not _NUMBER.fullmatch(cell) for cell in head if cell)
    if len(rows) > 1 and len(rows[1]) == len(head) + 1 and 2 * words > len(head):
        head.insert(0, "")  # R leaves out the heading of the column of row names
    counted = _counted(head)
    header = counted or 2 * words > len(head) or any(one in _LABEL or (one and one in _OTHER) for one in head)
    if header and "pixels" in head:
        return Columns(separator, True, _at(head, _LABEL), _at(head, _PART), (head.index("pixels"),), packed=True)
    if len(head) < FEWEST:
        return None
    if not header:
        return _without_header(rows, separator, len(head), options)
    if len(rows) > 1 and sum(bool(_NUMBER.fullmatch(cell)) for cell in rows[1]) < 0.5 * len(rows[1][:-1] or rows[1]):
        return None  # the cells are words: not a table of images
    label = _at(head, _LABEL)
    others = {i for i, one in enumerate(head) if one in _OTHER} | ({label} if label is not None else set())
    pixels = [i for i in range(len(head)) if i not in others]
    if label is None and not _fits(len(pixels), options) and (hot := _one_hot(rows[1:], pixels, options)):
        return Columns(separator, True, None, _at(head, _PART), tuple(i for i in pixels if i not in hot), one_hot=hot)
    if counted and label is None and not _fits(len(pixels), options):
        alike = [row for row in rows[1:] if len(row) >= len(head)]
        label = pixels.pop(-1 if _labels(alike, pixels[-1]) and not _labels(alike, pixels[0]) else 0)
    if label is None and not _fits(len(pixels), options) and _fits(len(pixels) - 1, options):
        label = pixels.pop(0 if not re.search(r"\d", head[pixels[0]]) else -1)
    if label is None:
        label = _at(head, _NAMES)
    return Columns(separator, True, label, _at(head, _PART), tuple(pixels))


def _counted(head: Sequence[str]) -> bool:
    """Whether the columns are numbered from 0 or 1 instead of named, as pandas writes a table without names."""
    numbered = head[1:] if not head[0] else head
    return len(numbered) >= FEWEST and any(
        list(numbered) == [str(i) for i in range(start, start + len(numbered))] for start in (0, 1)
    )


def _without_header(rows: Sequence[Sequence[str]], separator: str, width: int, options: Options | None) -> Columns:
    """The columns of a table without a header. A first column of words is the label. Otherwise all columns are pixels
    if their number fits an image. If neither this number nor one less fits, there may be one-hot class columns, first
    or last, or else only zeros and ones, which all are pixels. In all other cases the label is the first column, as in
    most tables, or the last one, if that has words, or only that can be a label."""
    alike = [row for row in rows if len(row) >= width]
    if not _NUMBER.fullmatch(rows[0][0]):
        return Columns(separator, False, 0, None, tuple(range(1, width)))
    if _fits(width, options):
        return Columns(separator, False, None, None, tuple(range(width)))
    if not _fits(width - 1, options):
        columns = range(width)
        if hot := _one_hot(alike, columns, options):
            return Columns(separator, False, None, None, tuple(i for i in columns if i not in hot), one_hot=hot)
        if all(_BIT.fullmatch(cell) for row in alike for cell in row[:width]):
            return Columns(separator, False, None, None, tuple(columns))
    if not _NUMBER.fullmatch(rows[0][width - 1]) or (_labels(alike, width - 1) and not _labels(alike, 0)):
        return Columns(separator, False, width - 1, None, tuple(range(width - 1)))
    return Columns(separator, False, 0, None, tuple(range(1, width)))


def _labels(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether the numbers in a column can be classes: whole numbers, not all equal."""
    values = {row[column].strip() for row in rows}
    return len(values) > 1 and all(re.fullmatch(r"\d+([.,]0*)?", value) for value in values)


def _at(head: Sequence[str], names: Sequence[str]) -> int | None:
    return next((i for i, one in enumerate(head) if one in names), None)


def _fits(count: int, options: Options | None) -> bool:
    if options is not None and options.size is not None:
        return count in (options.size[0] * options.size[1], 3 * options.size[0] * options.size[1])
    return any(channels * round((count / channels) ** 0.5) ** 2 == count for channels in (1, 3))


def _one_hot(rows: Sequence[Sequence[str]], columns: Sequence[int], options: Options | None) -> tuple[int, ...]:
    """The one-hot class columns before or after the pixels, as in Semeion's digits: in every line one of them is 1 and
    the others are 0. An empty tuple if there are no such columns, or fewer lines than columns."""
    for count in range(2, min(len(columns) - FEWEST, len(rows), MOST_HOT) + 1):
        if _fits(len(columns) - count, options):
            for hot in (columns[-count:], columns[:count]):
                ones = {hot_of(row, hot) for row in rows}
                if None not in ones and len(ones) > 1:
                    return tuple(hot)
    return ()


def hot_of(row: Sequence[str], columns: Sequence[int]) -> int | None:
    """Which of the columns is 1, counted from 0; None unless exactly one is 1 and all others are 0."""
    cells = [_BIT.fullmatch(row[column]) for column in columns]
    ones = [i for i, cell in enumerate(cells) if cell and cell[1] == "1"]
    return ones[0] if len(ones) == 1 and all(cells) else None
