"""Glyphs drawn as text: blocks of # and . (or 1 and 0), and lines of a name and its pixels."""

from __future__ import annotations

import re

from aelib.core.errors import LabError
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import Found, Options

from .c_tables import side_of

FORM = "drawings in text"
LINES = "lines of names and pixels"

ON, OFF = "#1Xx*@█■●▓", ".0-_·□○░"
_DRAWN = re.compile(rf"[{re.escape(ON + OFF)}\s,;|]*[{re.escape(ON + OFF)}][{re.escape(ON + OFF)}\s,;|]*")
_BITS = re.compile(r"(?P<name>\S.*?)?(?:\s*[:=,;\t]\s*|\s+|^)\"?(?P<bits>[01#.](?:[\s,;]*[01#.]){8,})\"?[\s,;]*")


def is_one(text: str) -> bool:
    """Whether most lines of a text are drawn."""
    lines = [line for line in text.split("\n") if line.strip()]
    drawn = sum(bool(_DRAWN.fullmatch(line)) for line in lines)
    return len(lines) >= 3 and 2 * drawn > len(lines) and any(c in text for c in ON)


def has_bits(text: str) -> bool:
    """Whether most lines of a text are a name and pixels."""
    lines = [line for line in text.split("\n") if line.strip()]
    found = [_BITS.fullmatch(line.strip()) for line in lines[:2000]]
    return len(lines) >= 2 and sum(one is not None and bool(one["name"]) for one in found) > 0.8 * len(found)


def read(text: str, options: Options) -> Found:
    """The drawings of a text: blocks with empty lines between them, or of a height that the person says; a line that is
    not drawn names the block that follows. Raises LabError."""
    lines = text.rstrip().split("\n")
    if _rows_are_glyphs(lines, options):
        return _numbered(lines, options)
    blocks: list[list[tuple[int, str]]] = [[]]
    names: list[str] = [""]
    for number, line in enumerate(lines, 1):
        drawn = bool(_DRAWN.fullmatch(line))
        if not drawn and line.strip():
            blocks, names = [*blocks, []], [*names, line.strip().strip(":#/").strip()]
        elif not drawn or (options.size and len(blocks[-1]) == options.size[0]):
            if blocks[-1]:
                blocks, names = [*blocks, []], [*names, ""]
            if drawn:
                blocks[-1].append((number, line))
        else:
            blocks[-1].append((number, line))
    kept = [_named(name, block) for name, block in zip(names, blocks, strict=True) if block]
    if not kept:
        raise LabError(f"These seem to be {FORM}, but no line is drawn: draw rows such as .#. or 010.")
    if len(kept) == 1 and not options.size:
        raise LabError(
            f"These are {FORM}, {len(kept[0][1])} lines without an empty one: leave a line empty between two glyphs, "
            "or say the size of one, such as --size 7x5."
        )
    spaced = all(re.fullmatch(r"\s*\S(?:[\s,;|]+\S)*[\s,;|]*", line) for _, block in kept for _, line in block)
    off = any(c in OFF for _, block in kept for _, line in block for c in line)
    rows = [[(n, _row(line, spaced or off)) for n, line in block] for _, block in kept]
    if not off and not spaced:  # off is a space: what was cut at the right is filled up
        widest = max(len(row) for block in rows for _, row in block)
        rows = [[(n, row.ljust(widest, "0")) for n, row in block] for block in rows]
    height, width = len(rows[0]), len(rows[0][0][1])
    for block in rows:
        if len(block) != height:
            raise LabError(
                f"These are {FORM}, but the one in line {block[0][0]} has {len(block)} rows and the first {height}: "
                "draw all equally high."
            )
        for number, row in block:
            if len(row) != width:
                raise LabError(
                    f"These are {FORM}, but line {number} has {len(row)} pixels and the first row {width}: make all "
                    "rows equally wide."
                )
    bits = [[[int(c) for c in row] for _, row in block] for block in rows]
    return glyphs.found_of(FORM, [name or str(i) for i, (name, _) in enumerate(kept)], bits)


def _named(name: str, block: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """A block whose first line is one sign, such as 0 or X, has that as its name."""
    alone = len(block) > glyphs.SIDES[0] and not name and len(block[0][1].strip()) == 1 < len(block[1][1].strip())
    return (block[0][1].strip(), block[1:]) if alone else (name, block)


def _row(line: str, no_spaces: bool) -> str:
    kept = re.sub(r"[\s,;|]", "", line) if no_spaces else re.sub(r"[\t,;|]", "", line).replace(" ", ".")
    return "".join("1" if c in ON else "0" for c in kept)


def _rows_are_glyphs(lines: list[str], options: Options) -> bool:
    """Whether each line is all pixels of a glyph: there is no empty line, and as many as a square or the size has."""
    widths = {len(re.sub(r"[\s,;|]", "", line)) for line in lines}
    if len(widths) != 1:
        return False
    width = widths.pop()
    if options.size:
        return options.size[0] * options.size[1] == width
    return width >= 25 and len(lines) != width and round(width**0.5) ** 2 == width


def _numbered(lines: list[str], options: Options) -> Found:
    return _of_lines([(i, str(i - 1), re.sub(r"[\s,;|]", "", line)) for i, line in enumerate(lines, 1)], options, LINES)


def read_bits(text: str, options: Options) -> Found:
    """Lines `name 0111010...`; where the pixels stand in groups, each is a row. Raises LabError."""
    read_lines: list[tuple[int, str, str]] = []
    groups: set[tuple[int, ...]] = set()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = _BITS.fullmatch(line.strip())
        if found is None or not found["name"]:
            if number == 1:
                continue  # a header
            raise LabError(
                f"These are {LINES}, but line {number} is {line.strip()[:40]!r}: write a name and its pixels."
            )
        words = re.split(r"[\s,;]+", found["bits"])
        groups.add(tuple(map(len, words)))
        read_lines.append((number, found["name"].strip(" :=,;\"'"), "".join(words)))
    alike = groups.pop() if len(groups) == 1 else ()
    if not options.size and len(set(alike)) == 1 and alike[0] >= glyphs.SIDES[0] and len(alike) >= glyphs.SIDES[0]:
        options = Options(size=(len(alike), alike[0]))
    return _of_lines(read_lines, options, LINES)


def _of_lines(lines: list[tuple[int, str, str]], options: Options, form: str) -> Found:
    if not lines:
        raise LabError(f"These seem to be {form}, but none has both: write a name and its pixels in each line.")
    count = len(lines[0][2])
    for number, _, bits in lines:
        if len(bits) != count:
            raise LabError(
                f"These are {form}, but line {number} has {len(bits)} pixels and the first {count}: give all the same."
            )
    height, width = side_of(count, options)
    rows = [[[int(c in ON) for c in bits[i * width : (i + 1) * width]] for i in range(height)] for _, _, bits in lines]
    return glyphs.found_of(form, [name for _, name, _ in lines], rows)
