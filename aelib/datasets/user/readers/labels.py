"""A table beside the pictures with the class of each, such as labels.csv. The column of file names is the one whose
cells match the names of pictures."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from aelib.core.errors import LabError
from aelib.datasets.user.glyphs import separated
from aelib.datasets.user.source import HEAD, Source, encoding_of, text_of

MAX_BYTES = 20_000_000
MATCHED = 0.5  # share of a table's lines that must name a picture, if there are as many pictures as lines
NAMED = 0.1  # share of the pictures that a table must name
_LABELS = ("label", "labels", "class", "classname", "classid", "category", "target", "y", "tag", "species", "breed")
_PARTS = ("split", "usage", "set", "subset", "part", "dataset", "fold")


class Said(NamedTuple):
    """What a table says about a picture: its class and its part ("" if the table has no parts)."""

    label: str
    part: str


class Table(NamedTuple):
    source: Source
    of: Mapping[str, Said]  # key: name of the picture


def find(pictures: Sequence[Source], others: Sequence[Source]) -> list[Table]:
    """The tables among other files that give classes to pictures; there are several if each describes its own
    folder."""
    found: list[Table] = []
    paths = {one.name: PurePosixPath(one.name) for one in pictures}
    for source in others:
        try:
            rows = _rows(source)
        except LabError:
            continue
        if rows is not None and (said := _said(rows, paths, PurePosixPath(source.name).parent)):
            found.append(Table(source, said))
    return found


def _rows(source: Source) -> list[list[str]] | None:
    """The cells of a small table, including its first row; None if the file is not a table."""
    head = source.head()
    if source.size > MAX_BYTES or encoding_of(head[:HEAD]) is None:
        return None
    text = text_of(source.content(MAX_BYTES), source.shown)
    if text.lstrip()[:1] in ("{", "["):
        return _of_json(text)
    text, separator = separated(text)
    first = text.partition("\n")[0]
    if separator not in first:
        return [line.split(maxsplit=1) for line in text.split("\n") if line.strip()] if " " in first else None
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    except csv.Error:
        return None


def _of_json(text: str) -> list[list[str]] | None:
    """{"1.png": "cat"} or [{"file": "1.png", "label": "cat"}] as rows."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and all(isinstance(value, (str, int)) for value in found.values()):
        return [["file", "label"], *([name, str(value)] for name, value in found.items())]
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        head = list(found[0])
        return [head, *([str(one.get(key, "")) for key in head] for one in found)]
    return None


def _said(rows: list[list[str]], paths: Mapping[str, PurePosixPath], beside: PurePosixPath) -> dict[str, Said] | None:
    """The class and the part of each picture that a table names; None if it names few of them, or has no classes."""
    width = max(map(len, rows), default=0)
    rows = [row for row in rows if len(row) == width]
    if not 2 <= width <= 1000 or len(rows) < 2:
        return None
    names = _Names(paths, beside)
    column = max(range(min(width, 20)), key=lambda i: sum(names.of(row[i]) is not None for row in rows))
    named = [(name, row) for row in rows if (name := names.of(row[column])) is not None]
    if len(named) < max(2, NAMED * len(paths), MATCHED * min(len(rows), len(paths))):
        return None
    # if the first row does not name a picture, it is a header
    header = names.of(rows[0][column]) is None
    head = [re.sub(r"[\s_-]", "", cell).lower() for cell in rows[0]] if header else [""] * width
    part = next((i for i, one in enumerate(head) if one in _PARTS and i != column), None)
    classes = _classes(rows[0], head, [row for _, row in named], {column, *(() if part is None else (part,))})
    if classes is None:
        return None
    found: dict[str, Said] = {}
    for (name, row), label in zip(named, classes, strict=True):
        if label:
            found[name] = Said(label, row[part] if part is not None else "")
    return found


def _classes(first: list[str], head: list[str], rows: list[list[str]], others: set[int]) -> list[str] | None:
    """The class in each row: from the column with a heading such as "label", else from columns of 0 and 1, one for each
    class, else from the column with the fewest different values."""
    columns = [i for i in range(len(head)) if i not in others]
    if not columns:
        return None
    if called := [i for i in columns if head[i] in _LABELS]:
        return [row[called[0]] for row in rows]
    if len(columns) > 1 and any(head) and all({row[i] for i in columns} <= {"0", "1", "0.0", "1.0"} for row in rows):
        ones = [[i for i in columns if row[i].startswith("1")] for row in rows]
        return [first[each[0]] for each in ones] if all(len(each) == 1 for each in ones) else None
    different = {i: len({row[i] for row in rows}) for i in columns}
    usable = [i for i in columns if different[i] > 1 and (2 * different[i] <= len(rows) or len(columns) == 1)]
    return [row[min(usable, key=different.__getitem__)] for row in rows] if usable else None


class _Names:
    """Finds pictures by the name in a table: the path relative to the table's folder, the file name, or the file name
    without extension; only if exactly one picture has this name."""

    def __init__(self, paths: Mapping[str, PurePosixPath], beside: PurePosixPath) -> None:
        known: dict[str, str | None] = {}
        for name, path in paths.items():
            for each in set(_called(path, beside)):
                known[each] = None if each in known else name
        self.known = known

    def of(self, cell: str) -> str | None:
        said = cell.strip().strip("\"'").replace("\\", "/").removeprefix("./").lower()
        for each in (said, said.rpartition("/")[2]):
            if each and (name := self.known.get(each)) is not None:
                return name
        return None


def _called(path: PurePosixPath, beside: PurePosixPath) -> Iterator[str]:
    relative = path.relative_to(beside) if path.is_relative_to(beside) else path
    for each in (relative, PurePosixPath(path.name)):
        yield str(each).lower()
        yield str(each.with_suffix("")).lower()
