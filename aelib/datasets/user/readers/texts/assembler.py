"""Fonts in assembler or BASIC sources, as bytes after a directive:

    letter_a:  db $04, $0A, $11     ; $04, 04h, 0x04, &04 and 4, %00100 and 00100b
               .byte %00100         // up

Glyphs are the lines between two labels, comments or empty lines, or else one line each. For every processor, the
numbers are converted to a table in C and read as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import Found, Options

from . import c_tables
from .braces import FORM as IN_BRACES
from .braces import name_in

FORM = Lazy("a table of bytes in assembler")
_DIRECTIVE = (
    r"(?:\.?d[bw]|def[bwm]|\.?dc\.[bwl]|\.(?:byte|word|short|2byte|hword|long|int|dbyt)|byte|!(?:byte|by|word|wo)|"
    r"f[cd]b|dfb|dta|data)"
)
_LINE = re.compile(
    rf"(?:(?P<label>[@.\w$?]+):\s*|(?P<plain>[A-Za-z_@.][\w@.$?]*\s+)|\d+\s+)??{_DIRECTIVE}\s+(?P<values>.+)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?P<label>[@.\w$?]+):|(?P<plain>[A-Za-z_]\w*)")
_VALUE = re.compile(
    r"(?:\$|0x|&h?|#\$)(?P<hex>[0-9a-f]{1,8})|(?P<before>\d[0-9a-f]{0,8})h"
    r"|(?:%|0b|@%?)(?P<bits>[01]{1,32})|(?P<after>[01]{1,32})b|(?P<decimal>\d{1,10})",
    re.IGNORECASE,
)
_COMMENT = re.compile(r";|//|/\*|[@#'](?=\s)|(?<=\s)rem\b", re.IGNORECASE)


class _Row(NamedTuple):
    """Numbers of a line in C notation, the name on the same line, and the name on a line before it."""

    numbers: list[str]
    name: str
    heading: str


def is_one(text: str) -> bool:
    """Whether most lines, without comments and labels, are numbers after a directive."""
    lines = [_code(line)[0] for line in text.split("\n")[:400]]
    lines = [line for line in lines if line and not _LABEL.fullmatch(line)]
    found = [_LINE.fullmatch(line) for line in lines]
    rows = sum(bool(one and _VALUE.match(one["values"])) for one in found)
    return rows >= 2 and 2 * rows > len(lines)


def read(text: str, options: Options) -> Found:
    """The glyphs of a table. Raises LabError."""
    blocks = _blocks(text)
    rows = [row for block in blocks for row in block]
    if not rows:
        raise LabError("This seems to be {form}, but no line has numbers: write db $04, $0a, ...", form=FORM)
    if sum(len(row.numbers) for row in rows) > c_tables.MAX_NUMBERS:
        raise LabError(
            "This is {form} with more than {most:,} numbers: give one font only.", form=FORM, most=c_tables.MAX_NUMBERS
        )
    try:
        found = c_tables.read(_in_braces(blocks, rows), options)
    except LabError as error:
        form = {"form": FORM} if error.values.get("form") == IN_BRACES else {}
        raise LabError(error.args[0], **{**error.values, **form}) from None
    return replace(found, form=FORM)


def _in_braces(blocks: Sequence[Sequence[_Row]], rows: Sequence[_Row]) -> str:
    """The same table in C: each block is a glyph if all are equally long, else each line is, else everything is one row
    of numbers."""
    lengths = {sum(len(row.numbers) for row in block) for block in blocks}
    if len(blocks) > 1 and len(lengths) == 1 and lengths.pop() <= 4 * glyphs.SIDES[1]:
        parts = [([one for row in block for one in row.numbers], block[0].heading or block[0].name) for block in blocks]
    elif len({len(row.numbers) for row in rows}) == 1 and len(rows[0].numbers) >= glyphs.SIDES[0]:
        parts = [(row.numbers, row.name) for row in rows]
    else:
        return f"{{{', '.join(one for row in rows for one in row.numbers)}}}"
    # the name comes first, in quotes, because it may contain any characters
    return "{" + "".join(f'"{_quoted(name)}", {{{", ".join(numbers)}}},\n' for numbers, name in parts) + "}"


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _blocks(text: str) -> list[list[_Row]]:
    """The lines with numbers, in blocks between labels, comments and empty lines. Raises LabError."""
    blocks: list[list[_Row]] = [[]]
    name = ""
    for number, line in enumerate(text.split("\n"), 1):
        code, comment = _code(line)
        found = _LINE.fullmatch(code) if code else None
        label = _LABEL.fullmatch(code) if code and found is None else None
        said = found["label"] or "" if found else label["label"] or label["plain"] or "" if label else ""
        if (found is None or said) and blocks[-1]:
            blocks.append([])
        if found is None:
            heading = said or (name_in(comment) if comment and not code else "")
            name = heading if heading else name if line.strip() else ""
            continue
        numbers = [_in_c(value.strip(), number) for value in found["values"].rstrip(" ,").split(",")]
        blocks[-1].append(_Row(numbers, said or (name_in(comment) if comment else ""), name))
        name = ""
    return [block for block in blocks if block]


def _code(line: str) -> tuple[str, str]:
    """A line without its comment, and the comment."""
    found = _COMMENT.search(line)
    if found is None:
        return line.strip(), ""
    return line[: found.start()].strip(), line[found.end() :].strip(" ;/*-=\t")


def _in_c(value: str, line: int) -> str:
    """A number in C notation. Raises LabError."""
    found = _VALUE.fullmatch(value)
    if found is None:
        raise LabError(
            "This is {form}, but line {line} has {value!r}: write numbers such as $04, 04h or %00100.",
            form=FORM,
            line=line,
            value=value[:20],
        )
    if hexadecimal := found["hex"] or found["before"]:
        return f"0x{hexadecimal}"
    if bits := found["bits"] or found["after"]:
        return f"0b{bits}"
    return str(int(found["decimal"]))
