"""Bitmap fonts in Adobe's Glyph Bitmap Distribution Format (BDF 2.1), a common format of 5x7 fonts.

Each glyph has its own box (`BBX width height left bottom`), which is placed in the font's box (`FONTBOUNDINGBOX`).
Source: Adobe, Glyph Bitmap Distribution Format (BDF) Specification, version 2.2, 1993.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import Found

FORM = Lazy("a bitmap font (BDF)")
_GLYPH = re.compile(r"^STARTCHAR[ \t]*(?P<name>[^\n]*)\n(?P<body>.*?)^ENDCHAR", re.DOTALL | re.MULTILINE)


class _Box(NamedTuple):
    width: int
    height: int
    left: int
    bottom: int


def is_one(text: str) -> bool:
    return text.lstrip().startswith("STARTFONT")


def read(text: str) -> Found:
    """The glyphs of a font, each in the font's box. Raises LabError."""
    whole = _box(text, "FONTBOUNDINGBOX")
    if not all(1 <= side <= glyphs.SIDES[1] for side in whole[:2]):
        raise LabError(
            "This is {form} with glyphs of {height}x{width}: give {least} to {most} pixels a side.",
            form=FORM,
            height=whole.height,
            width=whole.width,
            least=glyphs.SIDES[0],
            most=glyphs.SIDES[1],
        )
    names: list[str] = []
    drawn: list[list[list[int]]] = []
    for found in _GLYPH.finditer(text):
        if len(names) == glyphs.GLYPHS[1]:
            raise LabError(
                "This is {form} with more than {most:,} glyphs: give fewer.", form=FORM, most=glyphs.GLYPHS[1]
            )
        name = _name(found["name"].strip(), found["body"])
        drawn.append(_drawn(name, found["body"], whole))
        names.append(name)
    if not names:
        raise LabError("This is {form} without a whole glyph: it was cut off, give all of it.", form=FORM)
    return glyphs.found_of(FORM, names, drawn)


def _box(text: str, key: str) -> _Box:
    found = re.search(rf"^{key}\s+(\d{{1,4}})\s+(\d{{1,4}})\s+(-?\d{{1,4}})\s+(-?\d{{1,4}})\s*$", text, re.MULTILINE)
    if found is None:
        raise LabError("This is {form} without the line {key} and its four numbers: save it again.", form=FORM, key=key)
    return _Box(*map(int, found.groups()))


def _name(said: str, body: str) -> str:
    """The character itself if it can be displayed, else the font's name for it."""
    code = re.search(r"^ENCODING\s+(\d{1,7})\s*$", body, re.MULTILINE)
    sign = chr(int(code[1])) if code and int(code[1]) < 0x110000 else ""
    return sign if sign.isprintable() and sign.strip() else (said or (code[1] if code else "glyph"))


def _drawn(name: str, body: str, whole: _Box) -> list[list[int]]:
    """A glyph's pixels in the font's box. Raises LabError if the glyph does not fit in it, or has invalid rows."""
    box = _box(body, "BBX")
    rows = body.partition("\nBITMAP")[2].split()
    top = whole.bottom + whole.height - box.bottom - box.height
    left = box.left - whole.left
    if len(rows) != box.height or not all(re.fullmatch(r"[0-9a-fA-F]{1,16}", row) for row in rows):
        raise LabError(
            "This is {form}, but the glyph {name} has not {rows} rows of hexadecimal digits.",
            form=FORM,
            name=name,
            rows=box.height,
        )
    pixels = [[0] * whole.width for _ in range(whole.height)]
    for y, row in enumerate(rows):
        bits = f"{int(row, 16):0{4 * len(row)}b}".ljust(box.width, "0")[: box.width]
        for x, bit in enumerate(bits):
            if bit == "1":
                if not (0 <= top + y < whole.height and 0 <= left + x < whole.width):
                    raise LabError(
                        "This is {form}, but the glyph {name} leads out of the font's box: save it again.",
                        form=FORM,
                        name=name,
                    )
                pixels[top + y][left + x] = 1
    return pixels
