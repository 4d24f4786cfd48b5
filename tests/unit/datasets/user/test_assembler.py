"""Fonts as assembler and BASIC have them."""

from collections.abc import Callable

import numpy as np
import pytest

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import Options
from tests.support import own_data

FONT = own_data.FONT.pixels.numpy()[:, 0] // 255
NAMES = own_data.FONT.names
ROWS = [[int("".join(map(str, row)), 2) for row in glyph] for glyph in FONT]
LETTERS = [f"letter_{i}" for i in range(32)]


def _lines(directive: str, number: Callable[[int], str], behind: str = " ; ") -> str:
    """A line for each glyph, its name behind it."""
    return "\n".join(
        f"    {directive} {', '.join(map(number, row))}{behind}{name if behind else ''}"
        for row, name in zip(ROWS, NAMES, strict=True)
    )


def _each(directive: str, number: Callable[[int], str], before: Callable[[int], str]) -> str:
    """A line for each row, the name of the glyph before its first one."""
    blocks = ["".join(f"    {directive} {number(value)}\n" for value in row) for row in ROWS]
    return "".join(f"{before(i)}\n{block}" for i, block in enumerate(blocks))


FORMS: dict[str, tuple[str, tuple[str, ...] | list[str]]] = {
    "dollar": ("font:\n" + _lines("db", "${:02X}".format), NAMES),
    "h": (_lines("DB", lambda value: f"{value:03X}h"), NAMES),
    "without 0": (_lines("DB", lambda value: f"{value:02X}h"), NAMES),
    "0x": (_lines(".byte", "0x{:02x}".format, " // "), NAMES),
    "decimal": (_lines("DEFB", str), NAMES),
    "acme": (_lines("!byte", "${:02x}".format), NAMES),
    "motorola": (_lines("dc.b", "${:02x}".format), NAMES),
    "labels": (_each(".byte", "%{:05b}".format, lambda i: f"{LETTERS[i]}:"), LETTERS),
    "comments": (_each("db", "{:05b}b".format, lambda i: f"; {NAMES[i]}"), NAMES),
    "empty lines": (_each("fcb", "%{:05b}".format, lambda _: ""), [str(i) for i in range(32)]),
    "same line": (
        "\n".join(f"{name}: db {', '.join(map(hex, row))}" for name, row in zip(LETTERS, ROWS, strict=True)),
        LETTERS,
    ),
    "BASIC": (
        "\n".join(f"{10 * i} DATA {','.join(map(str, row))}" for i, row in enumerate(ROWS, 1)),
        [str(i) for i in range(32)],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_font_in_assembler(form: str) -> None:
    text, names = FORMS[form]
    found = datasets.read(text.encode(), name="font.asm")
    assert str(found.form) == "a table of bytes in assembler"
    assert (found.kind, found.names) == ("glyphs", tuple(names))
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)


def test_a_glyph_of_two_lines_and_numbers_in_one_row() -> None:
    halves = "\n".join(
        f"; {i}\n db {', '.join(map(str, row[:4]))}\n db {', '.join(map(str, row[4:]))}" for i, row in enumerate(ROWS)
    )
    assert np.array_equal(datasets.read(halves.encode()).pixels[:, 0] // 255, FONT)
    flat = [value for row in ROWS for value in row]
    lines = "\n".join(f" db {', '.join(map(str, flat[i : i + 15]))}" for i in range(0, len(flat), 15))
    found = datasets.read(lines.encode(), Options(size=(7, 5)))
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)
    with pytest.raises(LabError, match="in assembler with 224 numbers in one row"):
        datasets.read(lines.encode())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("$04", "$0G", "line 1 has '\\$0G'"),
        ("$04", "dup(3)", "line 1 has 'dup"),
        ("$04, ", "", "6 numbers|numbers in one row"),
    ],
)
def test_a_font_in_assembler_that_is_broken_is_refused(old: str, new: str, says: str) -> None:
    text = _lines("db", "${:02X}".format)
    assert old in text
    with pytest.raises(LabError, match=f"a table of bytes in assembler.*({says})") as caught:
        datasets.read(text.replace(old, new, 1).encode())
    assert "\n" not in str(caught.value)
