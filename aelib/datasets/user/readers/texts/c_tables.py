"""Glyphs as numbers in braces, as in programs for small displays: C, Arduino, Python, JavaScript.

    int Font[2][7] = {
        {0x04, 0x0e, 0x15, 0x04, 0x04, 0x04, 0x04},   // 0x60, up
        ...

A number is a row of a glyph (the most significant bit is the left pixel), or a pixel if all numbers are 0 and 1. If the
size that the user gives requires it, a number is a column (the least significant bit is the top pixel), or a byte of a
row.
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

from .braces import FORM, Group, Number, leaves, name_in, tree

LINES = Lazy("lines of numbers")
MAX_NUMBERS = 200_000

# The content of round brackets in Python: several numbers, or rows such as ".#.".
_NUMBERS = r"(?:0[xXbB][0-9a-fA-F]+|\d+)\s*,\s*"
_TUPLE = re.compile(rf"\(\s*((?:{_NUMBERS}){{2,}}[^()\n]*|(?:[\"'][#.01]{{3,32}}[\"']\s*,?\s*){{3,}})\)")


def is_one(text: str) -> bool:
    """Whether a text has a group of at least two numbers, or of rows such as ".#.", in braces or brackets, and is not a
    JSON object of objects."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", _TUPLE.sub(r"[\1]", text), flags=re.DOTALL)
    number = r"(?:true|false|True|False|0[xXbB][0-9a-fA-F]+|[bB][01]+|\d+)[uUlL]*"
    group = rf"[{{\[]\s*(?:{number}(?:\s*,\s*|\s+)[0-9bBtfTF{{\[]|[\"'][#.01]{{3,}}[\"']\s*,)"
    return bool(re.search(group, text)) and not (re.match(r"\s*\{\s*\"", text) and '": {' in text)


def has_rows(text: str) -> bool:
    """Whether most lines of a text are hexadecimal or binary numbers with a prefix, without any braces."""
    lines = [line for line in text.split("\n") if line.strip()]
    rows = sum(len(re.findall(r"\b0[xXbB][0-9a-fA-F]+", line)) >= 3 for line in lines)
    return rows >= 2 and 2 * rows > len(lines)


def read(text: str, options: Options) -> Found:
    """The glyphs of a table in braces. Raises LabError."""
    text = _TUPLE.sub(r"[\1]", text)
    whole = tree(text)
    numbers = list(leaves(whole))
    _octal(numbers)
    if sum(len(one.numbers) for one in numbers) > MAX_NUMBERS:
        raise LabError(
            "This is {form} with more than {most:,} numbers: give one font only.", form=FORM, most=MAX_NUMBERS
        )
    largest = _largest(whole)
    if not largest:
        raise LabError(
            "This seems to be {form}, but no braces have three numbers: write a glyph as {{0x04, 0x0a, ...}}.",
            form=FORM,
        )
    if len(largest) == 1 and len(largest[0].numbers) > 1:
        return _flat(largest[0], text, options)
    return _found([_item(one) for one in largest], options)


def _octal(groups: Sequence[Group]) -> None:
    """Read numbers such as 016 as octal, as C does, unless they are decimal with leading zeros or rows of bits."""
    padded = [one.text for leaf in groups for one in leaf.numbers if re.fullmatch(r"0\d+|0b0[01]+", one.text)]
    digits = set("".join(text.replace("b", "") for text in padded))
    if not digits & set("234567") or digits & set("89"):
        return
    for leaf in groups:
        leaf.numbers = [
            one._replace(value=int(one.text.replace("b", ""), 8)) if one.text in padded else one for one in leaf.numbers
        ]


def read_rows(text: str, options: Options) -> Found:
    """Glyphs as lines of prefixed numbers, without braces. Raises LabError."""
    try:
        found = read("{" + "".join(f"{_opened(line)}\n" for line in text.split("\n")) + "}", options)
    except LabError as error:
        form = {"form": LINES} if error.values.get("form") == FORM else {}
        raise LabError(error.args[0], **{**error.values, **form}) from None
    return replace(found, form=LINES)


def _opened(line: str) -> str:
    """A line of numbers, with braces added; the text before the first number becomes its name."""
    found = re.match(r"(.*?)((?:\b0[xXbB][0-9a-fA-F]+[,;\s]*)+)(.*)$", line)
    if not found:
        return ""
    before, numbers, after = found.groups()
    name = before.strip(" ,;:=\t\"'") or after.strip(" ,;/#\t")
    return f"{{{numbers}}}, // {name}"


class _Item(NamedTuple):
    """A glyph and its numbers; width: number of pixels in a row if each number is a pixel, in two levels of braces."""

    name: str
    line: int
    numbers: list[Number]
    width: int = 0


def _item(group: Group) -> _Item:
    inner = [one for one in group.groups if one.numbers or one.groups]
    if len(inner) == 1 and len(inner[0].numbers) >= glyphs.SIDES[0]:  # a struct: a character or its code, and its rows
        code = " ".join(number.text for number in group.numbers[:1])
        return _Item(inner[0].name or group.name or code, group.line, inner[0].numbers)
    if group.groups:  # rows in braces of their own, each number a pixel
        widths = {len(row.numbers) for row in group.groups}
        if len(widths) != 1:
            raise LabError(
                "This is {form}, but the rows of the glyph in line {line} have {widths} numbers: give all rows the "
                "same.",
                form=FORM,
                line=group.line,
                widths=_several(sorted(widths)),
            )
        flat = [number for row in group.groups for number in row.numbers]
        name = group.name or group.groups[-1].name
        return _Item(name, group.line, flat, widths.pop())
    return _Item(group.name, group.line, group.numbers)


def _several(values: Sequence[int]) -> str:
    return ", ".join(map(str, values[:3]))


def _largest(whole: Group) -> list[Group]:
    """The glyphs: the members, each a group of numbers or of rows, of the group that contains the most numbers."""
    fonts = [one for one in whole.groups if one.groups or len(one.numbers) > 1]
    if not fonts:
        return []
    font = max(fonts, key=lambda one: sum(len(leaf.numbers) for leaf in leaves(one)))
    while len(font.groups) == 1 and not font.numbers:
        font = font.groups[0]
    if not font.groups:
        # `A = [1, 2, 3]`, `B = [4, 5, 6]`: each glyph by itself
        alike = [one for one in fonts if not one.groups and len(one.numbers) == len(font.numbers)]
        return alike if len(alike) > 1 else [font]
    return font.groups


def _flat(group: Group, text: str, options: Options) -> Found:
    """One row of numbers: each line is a glyph, or a glyph has as many numbers as the declaration or the user says."""
    numbers = group.numbers
    dims = [int(one) for one in re.findall(r"\[\s*(\d{1,4})\s*\]", text.partition("=")[0])]
    by_line: dict[int, list[Number]] = {}
    for number in numbers:
        by_line.setdefault(number.line, []).append(number)
    lengths = {len(one) for one in by_line.values()}
    if not options.size and (blocks := _between_comments(numbers, text)):
        return _found(blocks, options)
    if all(number.value > 0xFFFFFFFF or number.value == 0 or len(number.text) > 10 for number in numbers):
        return _found([_Item("", one.line, _bytes_of(one)) for one in numbers], options)
    if options.size and {number.value for number in numbers} <= {0, 1}:
        each = options.size[0] * options.size[1]
    elif options.size:
        each = _each(numbers, lengths, options.size)
    elif len(dims) == 2 and dims[0] * dims[1] == len(numbers):
        each = dims[1]
    elif len(by_line) > 1 and len(lengths) == 1:
        each = lengths.pop()
    else:
        raise LabError(
            "This is {form} with {numbers:,} numbers in one row, and nothing says how many make a glyph: say the "
            "size (--size 7x5), or write a line for each glyph.",
            form=FORM,
            numbers=len(numbers),
        )
    if each < 1 or len(numbers) % each:
        raise LabError(
            "This is {form} with {numbers:,} numbers, which is not a whole number of glyphs of {each}.",
            form=FORM,
            numbers=len(numbers),
            each=each,
        )
    items = [_Item("", numbers[i].line, numbers[i : i + each]) for i in range(0, len(numbers), each)]
    return _found(items, options)


def _between_comments(numbers: Sequence[Number], text: str) -> list[_Item]:
    """The glyphs, if each line has one number and a comment or an empty line comes before each glyph; else an empty
    list."""
    lines = text.split("\n")
    blocks: list[_Item] = []
    for before, number in zip((None, *numbers), numbers, strict=False):
        gap = [line.strip() for line in lines[before.line if before else 0 : number.line - 1]]
        if before is None or gap:
            said = next((line for line in reversed(gap) if line.startswith(("//", "/*", "#", ";"))), "")
            name = name_in(said.strip("/*#; \t")) if said else ""
            blocks.append(_Item(name, number.line, []))
        elif before.line == number.line:
            return []
        blocks[-1].numbers.append(number)
    counts = {len(one.numbers) for one in blocks}
    return blocks if len(blocks) > 1 and len(counts) == 1 and counts.pop() >= glyphs.SIDES[0] else []


def _each(numbers: Sequence[Number], lengths: set[int], size: tuple[int, int]) -> int:
    """How many numbers of one row make a glyph of this height and width, as `_as_said` reads it."""
    height, wide = size
    widest = max(number.value.bit_length() for number in numbers)
    in_bytes = height * -(-wide // 8)
    if len(lengths) == 1 and lengths <= {height, wide, in_bytes} and len(numbers) > max(lengths):
        return max(lengths)
    if widest <= 8 < wide:
        return in_bytes
    return wide if wide < widest <= height else height


def _bytes_of(number: Number) -> list[Number]:
    """The eight rows of an 8x8 glyph that is written as one 64-bit number."""
    return [Number(byte, "0x", number.line) for byte in number.value.to_bytes(8, "big")]


def _found(items: Sequence[_Item], options: Options) -> Found:
    count = len(items[0].numbers)
    if not count:
        raise LabError(
            "This seems to be {form}, but the glyph in line {line} has no numbers: write them.",
            form=FORM,
            line=items[0].line,
        )
    for one in items:
        if len(one.numbers) != count or one.width != items[0].width:
            raise LabError(
                "This is {form}, but the glyph in line {line} has {numbers} numbers and the first {count}: give "
                "every glyph the same.",
                form=FORM,
                line=one.line,
                numbers=len(one.numbers),
                count=count,
            )
    values = [[number.value for number in one.numbers] for one in items]
    names = [one.name or str(i) for i, one in enumerate(items)]
    pixels = all(value in (0, 1) for row in values for value in row)
    drawn = any(number.text.startswith(("0b", "b")) for one in items for number in one.numbers)
    if items[0].width or (pixels and not drawn and count > 2):
        height, width = (count // items[0].width, items[0].width) if items[0].width else side_of(count, options)
        if not pixels:
            raise LabError(
                "This is {form}, but its rows have numbers other than 0 and 1: write pixels as 0 and 1.", form=FORM
            )
        bits = [[row[i * width : (i + 1) * width] for i in range(height)] for row in values]
        return glyphs.found_of(FORM, names, bits)
    texts = [number.text for one in items for number in one.numbers]
    binary = {len(t.partition("b")[2]) for t in texts if t.startswith(("0b", "b"))}
    width = max([max(binary, default=0), *(value.bit_length() for row in values for value in row)])
    notes: list[Lazy] = []
    if options.size:
        values, notes = _as_said(values, width, options.size)
        width = options.size[1]
    elif glyphs.SIDES[0] <= count < width <= 8:
        notes = [
            Lazy(
                "Each number was read as a row; if it is a column, say the height and width, such as {width}x{count}.",
                width=width,
                count=count,
            )
        ]
    width = max(width, glyphs.SIDES[0])
    if width > glyphs.SIDES[1]:
        raise LabError(
            "This is {form} with rows of {width} bits: give at most {most}.",
            form=FORM,
            width=width,
            most=glyphs.SIDES[1],
        )
    bits = [[[value >> b & 1 for b in reversed(range(width))] for value in row] for row in values]
    return glyphs.found_of(FORM, names, bits, *notes)


def _as_said(values: list[list[int]], width: int, size: tuple[int, int]) -> tuple[list[list[int]], list[Lazy]]:
    """The rows of glyphs of this height and width, and a note: numbers are rows, bytes of rows (from the left), or
    columns (the lowest bit is the top pixel). Raises LabError."""
    height, wide = size
    count, row = len(values[0]), -(-wide // 8)
    if count == height and width <= wide:
        return values, []
    if row > 1 and count == height * row and width <= 8:
        joined = [
            [int.from_bytes(bytes(one[i : i + row]), "big") >> (8 * row - wide) for i in range(0, count, row)]
            for one in values
        ]
        return joined, [Lazy("Each {row} numbers are a row.", row=row)]
    if count == wide and width <= height:
        turned = [[int("".join(str(one >> y & 1) for one in glyph), 2) for y in range(height)] for glyph in values]
        return turned, [Lazy("Each number was read as a column, its lowest bit the upper pixel.")]
    raise LabError(
        "This is {form} with glyphs of {count} numbers of {width} bits: {height}x{wide} does not fit them, "
        "as rows or as columns.",
        form=FORM,
        count=count,
        width=width,
        height=height,
        wide=wide,
    )


def side_of(count: int, options: Options) -> tuple[int, int]:
    """Height and width of a glyph with this many pixels: the size that the user gives, else a square. Raises
    LabError."""
    if options.size:
        if options.size[0] * options.size[1] != count:
            height, width = options.size
            raise LabError(
                "The glyphs have {count} pixels each: --size {height}x{width} does not fit them.",
                count=count,
                height=height,
                width=width,
            )
        return options.size
    side = round(count**0.5)
    if side * side != count:
        raise LabError(
            "The glyphs have {count} pixels each, which is no square: say their size, such as --size 7x5.", count=count
        )
    return side, side
