"""Fonts of the Linux console, PC Screen Font versions 1 and 2 (.psf), often compressed with gzip: glyphs of one size,
one bit for each pixel, and a table of the characters that they represent.

Sources: Andries Brouwer, The Linux keyboard and console HOWTO: PSF; kbd, psf.h.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import Found
from aelib.datasets.user.source import Source

FORM = Lazy("a font of the console (PSF)")
MAX_BYTES = 4_000_000
_FIRST, _SECOND = b"\x36\x04", b"\x72\xb5\x4a\x86"
_ASCII = range(0x20, 0x7F)


class _Header(NamedTuple):
    """Offset of the glyphs, their number and size, and whether a character table follows."""

    start: int
    total: int
    size: int
    height: int
    width: int
    signs: bool


def is_one(head: bytes) -> bool:
    """Whether a file starts like a font, with consistent sizes."""
    return _header(head) is not None


def read(source: Source) -> Found:
    """The glyphs of a font, named after the first character that each represents. Raises LabError."""
    content = source.content(MAX_BYTES)
    header = _header(content)
    if header is None:
        raise LabError("{shown} is not {form}: give one.", shown=source.shown, form=FORM)
    start, count, size, height, width, signs = header
    end = start + count * size
    if len(content) < end:
        raise LabError(
            "{shown} is {form} that claims {count:,} glyphs of {size:,} bytes and has {present:,} bytes: it was cut "
            "off, get it again.",
            shown=source.shown,
            form=FORM,
            count=count,
            size=size,
            present=max(0, len(content) - start),
        )
    if not (glyphs.GLYPHS[0] <= count <= glyphs.GLYPHS[1] and height <= glyphs.SIDES[1] and width <= glyphs.SIDES[1]):
        raise LabError(
            "{shown} is {form} with {count:,} glyphs of {height:,}x{width:,}: give {least} to {many:,} glyphs of at "
            "most {most} pixels a side.",
            shown=source.shown,
            form=FORM,
            count=count,
            height=height,
            width=width,
            least=glyphs.GLYPHS[0],
            many=glyphs.GLYPHS[1],
            most=glyphs.SIDES[1],
        )
    rows = np.frombuffer(content[start:end], np.uint8).reshape(count, height, -1)
    bits = np.unpackbits(rows, axis=2)[:, :, :width]
    said = (
        _signs(content[end:], content[:2] == _FIRST) if signs else [chr(i) if i in _ASCII else "" for i in range(count)]
    )
    said += [""] * (count - len(said))
    names = [one if one.isprintable() and one.strip() else f"{i:#04x}" for i, one in enumerate(said[:count])]
    return glyphs.found_of(FORM, names, bits.tolist())


def _header(head: bytes) -> _Header | None:
    if head[:2] == _FIRST and len(head) >= 4:
        mode, height = head[2], head[3]
        return _Header(4, 512 if mode & 1 else 256, height, height, 8, bool(mode & 6)) if mode < 8 and height else None
    if head[:4] != _SECOND or len(head) < 32:
        return None
    _version, start, flags, count, size, height, width = struct.unpack("<7I", head[4:32])
    fits = start >= 32 and count and height and width and size == height * (-(-width // 8))
    return _Header(start, count, size, height, width, bool(flags & 1)) if fits else None


def _signs(table: bytes, first: bool) -> list[str]:
    """The first character of each glyph, "" if it has none: UTF-16 separated by 0xFFFF, or UTF-8 separated by 0xFF."""
    if first:
        codes = np.frombuffer(table[: len(table) // 2 * 2], "<u2")
        ends = np.flatnonzero(codes == 0xFFFF)
        starts = [0, *(ends + 1).tolist()]
        found = [codes[start:end] for start, end in zip(starts, ends.tolist(), strict=False)]
        return [chr(one[0]) if len(one) and not 0xD800 <= one[0] < 0xE000 and one[0] < 0xFFFE else "" for one in found]
    return [one.partition(b"\xfe")[0].decode("utf-8", "replace")[:1] for one in table.split(b"\xff")]
