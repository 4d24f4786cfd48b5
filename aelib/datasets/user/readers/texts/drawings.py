"""Glyphs drawn as text: blocks of # and . (or 1 and 0), and lines with a name and its pixels."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import Found, Options

from .c_tables import side_of

COURSE = (7, 5)  # height and width of glyphs of 35 pixels, as in the course's font

FORM = Lazy("drawings in text")
LINES = Lazy("lines of names and pixels")

ON, OFF = "#1Xx*@█■●▓⬛🟦🟥🟩", ".0-_·□○░⬜"
_RULE = re.compile(r"\s*[-=_]{3,}\s*")  # a line between two drawings
_DRAWN = re.compile(rf"[{re.escape(ON + OFF)}\s,;|]*[{re.escape(ON + OFF)}][{re.escape(ON + OFF)}\s,;|]*")
_BITS = re.compile(r"(?P<name>\S.*?)?(?:\s*[:=,;\t]\s*|\s+|^)\"?(?P<bits>[01#.](?:[\s,;]*[01#.]){8,})\"?[\s,;]*")


_FRAME = re.compile(r"\s*[+┌└├╔╚╭╰][-─━═+]{3,}[+┐┘┤╗╝╮╯]\s*")
_FENCED = re.compile(r"^```[^\n]*\n(.*?)\n```[ \t]*$", re.DOTALL | re.MULTILINE)
_MINUS = re.compile(r"(?<![\w.])-1(?:\.0*)?(?![\w.])")
_PLUS = re.compile(r"(?<![\w.])\+?1(?:\.0*)?(?![\w.])")
_SIGNS_SHARE = 0.6  # share of a text's lines that must consist of two characters


def plain(text: str) -> str:
    """Convert a drawing in other characters to # and ., without frames and code fences; any other text stays
    unchanged."""
    if "```" in text and (fenced := _unfenced(text)):
        text = fenced
    lines = text.split("\n")
    if sum(bool(_FRAME.fullmatch(line)) for line in lines) >= 2:
        lines = ["" if _FRAME.fullmatch(line) else _unframed(line) for line in lines]
    elif "-1" in text and set(_PLUS.sub("1", _MINUS.sub("0", text))) <= set("01 \t,;|\n"):
        lines = _PLUS.sub("1", _MINUS.sub("0", text)).split("\n")
    if not is_one("\n".join(lines)):
        lines = _in_two_signs(lines)
    return "\n".join(_halved(lines))


def _unfenced(text: str) -> str:
    """The code blocks of a text, each named after the last line before it; in quotes, because a name may look like a
    drawing."""
    out, end = [], 0
    for found in _FENCED.finditer(text):
        before = [line.strip(" #*:") or line.strip() for line in text[end : found.start()].split("\n") if line.strip()]
        out.append((f"'{before[-1]}'\n" if before else "") + found[1])
        end = found.end()
    return "\n\n".join(out) if len(out) > 1 else ""


def _unframed(line: str) -> str:
    kept = line.strip()
    framed = len(kept) > 2 and kept[0] in "|│┃║" and kept[-1] in "|│┃║"
    return kept[1:-1].replace(" ", ".") if framed else line


def _in_two_signs(lines: list[str]) -> list[str]:
    """Replace the two characters that nearly all lines consist of, or one character and spaces, with # and .."""
    counts = Counter(c for line in lines for c in line if not c.isspace() and c not in ",;|")
    signs = [sign for sign, _ in counts.most_common(2)]
    if not signs or any(sign.isdigit() for sign in signs):
        return lines
    for each in ({*signs}, {signs[0]}):
        drawn = [bool(line.strip()) and set(line) <= each | set(" \t") for line in lines]
        if sum(drawn) >= 3 and sum(drawn) > _SIGNS_SHARE * sum(bool(line.strip()) for line in lines):
            off = next((one for one in signs if one in OFF + "⚪"), signs[0]) if len(each) == 2 else None
            table = {ord(sign): "." if sign == off else "#" for sign in each}
            return [line.translate(table) if is_drawn else line for line, is_drawn in zip(lines, drawn, strict=True)]
    return lines


def _halved(lines: list[str]) -> list[str]:
    """Keep one of every two characters if all pixels are drawn as two equal characters (which makes them look
    square)."""
    drawn = [
        bool(line) and (line.isspace() or bool(_DRAWN.fullmatch(line) and not _RULE.fullmatch(line))) for line in lines
    ]
    rows = [line for line, one in zip(lines, drawn, strict=True) if one]
    widest = max(map(len, rows), default=0)
    rows = [line.ljust(len(line) + len(line) % 2) for line in rows]
    paired = all(line[::2] == line[1::2] for line in rows)
    if (
        len(rows) < 8
        or widest < 2 * glyphs.SIDES[0]
        or not paired
        or not any(set(line) & set("#█■▓X@*") for line in rows)
    ):
        return lines
    halved = iter([line[::2] for line in rows])
    return [next(halved) if one else line for line, one in zip(lines, drawn, strict=True)]


def is_one(text: str) -> bool:
    """Whether most lines of a text are part of a drawing."""
    lines = [line for line in text.split("\n") if line.strip()]
    drawn = sum(bool(_DRAWN.fullmatch(line)) for line in lines)
    return len(lines) >= 3 and 2 * drawn > len(lines) and any(c in text for c in ON)


def has_blocks(text: str, options: Options) -> bool:
    """Whether a text that might be a table of numbers is a drawing in 0 and 1: blocks between empty lines or titles, or
    lines as wide as the glyphs. The last line may be truncated."""
    lines = text.rstrip().split("\n")[:2000]
    lines = lines[:-1] if len(lines) > 3 else lines
    pixels = [re.sub(r"[\s,;|]", "", line) for line in lines]
    widths = {len(line) for line in pixels if re.fullmatch("[01]+", line)}
    if len(widths) != 1 or max(widths) > glyphs.SIDES[1]:
        return False
    width = widths.pop()
    if options.size:
        return options.size[1] == width
    rows = [len(line) == width and bool(re.fullmatch("[01]+", line)) for line in pixels]
    heights = {len(block) for block in "".join("x" if row else " " for row in rows).split()[:-1]}
    return len(heights) == 1 and heights.pop() >= glyphs.SIDES[0]


def has_bits(text: str) -> bool:
    """Whether most lines of a text are a name and pixels."""
    lines = [line for line in text.split("\n") if line.strip()]
    found = [_BITS.fullmatch(line.strip()) for line in lines[:2000]]
    return len(lines) >= 2 and sum(one is not None and bool(one["name"]) for one in found) > 0.8 * len(found)


def read(text: str, options: Options) -> Found:
    """The drawings in a text: blocks separated by empty lines, or of the height that the user gives; a line that is not
    part of a drawing names the block after it. Raises LabError."""
    lines = plain(text).rstrip().split("\n")
    if _rows_are_glyphs(lines, options):
        return _numbered(lines, options)
    blocks, names = _blocks(lines, options)
    kept = [_named(name, block) for name, block in zip(names, blocks, strict=True) if block]
    if not kept:
        raise LabError("These seem to be {form}, but no line is drawn: draw rows such as .#. or 010.", form=FORM)
    if len(kept) == 1 and not options.size:
        raise LabError(
            "These are {form}, {count} lines without an empty one: leave a line empty between two glyphs, or say "
            "the size of one, such as --size 7x5.",
            form=FORM,
            count=len(kept[0][1]),
        )
    spaced = all(re.fullmatch(r"\s*\S(?:[\s,;|]+\S)*[\s,;|]*", line) for _, block in kept for _, line in block)
    off = any(c in OFF for _, block in kept for _, line in block for c in line)
    rows = [[(n, _row(line, spaced or off)) for n, line in block] for _, block in kept]
    if not off and not spaced:  # off is a space: pad the rows that have lost spaces at the right
        widest = max(len(row) for block in rows for _, row in block)
        rows = [[(n, row.ljust(widest, "0")) for n, row in block] for block in rows]
        rows = _with_empty_rows(rows, lines, widest)
    height, width = len(rows[0]), len(rows[0][0][1])
    for block in rows:
        if len(block) != height:
            raise LabError(
                "These are {form}, but the one in line {line} has {rows} rows and the first {height}: draw all "
                "equally high.",
                form=FORM,
                line=block[0][0],
                rows=len(block),
                height=height,
            )
        for number, row in block:
            if len(row) != width:
                raise LabError(
                    "These are {form}, but line {number} has {pixels} pixels and the first row {width}: make all rows "
                    "equally wide.",
                    form=FORM,
                    number=number,
                    pixels=len(row),
                    width=width,
                )
    bits = [[[int(c) for c in row] for _, row in block] for block in rows]
    return glyphs.found_of(FORM, [name or str(i) for i, (name, _) in enumerate(kept)], bits)


def _blocks(lines: list[str], options: Options) -> tuple[list[list[tuple[int, str]]], list[str]]:
    """The numbered lines of each drawing, and its title."""
    blocks: list[list[tuple[int, str]]] = [[]]
    names: list[str] = [""]
    drawn_lines = [line for line in lines if _DRAWN.fullmatch(line)]
    titles = 2 * sum("#" in line for line in drawn_lines) < len(drawn_lines)  # "# 0" is a title if the rows are 0 and 1
    rules = 2 * sum(bool(_RULE.fullmatch(line)) for line in drawn_lines) < len(drawn_lines)
    for number, line in enumerate(lines, 1):
        rule = rules and bool(_RULE.fullmatch(line))
        drawn = bool(_DRAWN.fullmatch(line)) and not rule and not (titles and line.startswith("#"))
        if not drawn and line.strip() and not rule:
            blocks, names = [*blocks, []], [*names, _title(line)]
        elif not drawn or (options.size and len(blocks[-1]) == options.size[0]):
            if blocks[-1]:
                blocks, names = [*blocks, []], [*names, ""]
            if drawn:
                blocks[-1].append((number, line))
        else:
            blocks[-1].append((number, line))
    return blocks, names


def _title(line: str) -> str:
    said = line.strip().strip(":#/").strip()
    return said[1:-1] if len(said) > 2 and said[0] == said[-1] == "'" else said


_Rows = list[list[tuple[int, str]]]


def _with_empty_rows(rows: _Rows, lines: list[str], width: int) -> _Rows:
    """For drawings in which an empty row is an empty line: split them at regular empty lines, into drawings of equal
    height."""
    if len({len(block) for block in rows}) == 1 or any(line.strip() and not _DRAWN.fullmatch(line) for line in lines):
        return rows
    for height in range(glyphs.SIDES[0], min(glyphs.SIDES[1], len(lines) // 2) + 1):
        filled = lines + [""] * (-(len(lines) + 1) % (height + 1))
        if len(filled) - len(lines) < height and not any(line.strip() for line in filled[height :: height + 1]):
            numbered = [(number, _row(line, False).ljust(width, "0")) for number, line in enumerate(filled, 1)]
            return [numbered[at : at + height] for at in range(0, len(filled), height + 1)]
    return rows


def _named(name: str, block: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """If the first line of a block is a single character, such as 0 or X, it becomes the block's name."""
    alone = len(block) > glyphs.SIDES[0] and not name and len(block[0][1].strip()) == 1 < len(block[1][1].strip())
    return (block[0][1].strip(), block[1:]) if alone else (name, block)


def _row(line: str, no_spaces: bool) -> str:
    kept = re.sub(r"[\s,;|]", "", line) if no_spaces else re.sub(r"[\t,;|]", "", line).replace(" ", ".")
    return "".join("1" if c in ON else "0" for c in kept)


def _rows_are_glyphs(lines: list[str], options: Options) -> bool:
    """Whether each line has all pixels of a glyph: no empty lines, and as many pixels as a square or the given size."""
    widths = {len(re.sub(r"[\s,;|]", "", line)) for line in lines}
    if len(widths) != 1:
        return False
    width = widths.pop()
    if width > glyphs.SIDES[1]:  # a row of a glyph is never this long
        return True
    if options.size:
        return options.size[0] * options.size[1] == width
    return width >= 25 and len(lines) != width and round(width**0.5) ** 2 == width


def _numbered(lines: list[str], options: Options) -> Found:
    bits = [(i, str(i - 1), re.sub(r"[\s,;|]", "", line)) for i, line in enumerate(lines, 1)]
    if not options.size and len(bits[0][2]) == COURSE[0] * COURSE[1]:
        options = replace(options, size=COURSE)
    return _of_lines(bits, options, LINES)


def read_bits(text: str, options: Options) -> Found:
    """Lines `name 0111010...`; if the pixels are grouped, each group is a row. Raises LabError."""
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
                "These are {lines}, but line {number} is {line!r}: write a name and its pixels.",
                lines=LINES,
                number=number,
                line=line.strip()[:40],
            )
        words = re.split(r"[\s,;]+", found["bits"])
        groups.add(tuple(map(len, words)))
        read_lines.append((number, found["name"].strip(" :=,;\"'"), "".join(words)))
    alike = groups.pop() if len(groups) == 1 else ()
    if not options.size and len(set(alike)) == 1 and alike[0] >= glyphs.SIDES[0] and len(alike) >= glyphs.SIDES[0]:
        options = Options(size=(len(alike), alike[0]))
    return _of_lines(read_lines, options, LINES)


def _of_lines(lines: list[tuple[int, str, str]], options: Options, form: Lazy) -> Found:
    if not lines:
        raise LabError(
            "These seem to be {form}, but none has both: write a name and its pixels in each line.", form=form
        )
    count = len(lines[0][2])
    for number, _, bits in lines:
        if len(bits) != count:
            raise LabError(
                "These are {form}, but line {number} has {pixels} pixels and the first {count}: give all the same.",
                form=form,
                number=number,
                pixels=len(bits),
                count=count,
            )
    height, width = side_of(count, options)
    rows = [[[int(c in ON) for c in bits[i * width : (i + 1) * width]] for i in range(height)] for _, _, bits in lines]
    return glyphs.found_of(form, [name for _, name, _ in lines], rows)
