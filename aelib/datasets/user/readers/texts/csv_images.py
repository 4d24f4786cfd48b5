"""Images as lines of a table: a label and the pixels of an image, Kaggle's format of MNIST, Fashion-MNIST and sign
language.

label,pixel0,pixel1,...        or without a header, or one column `pixels` with all numbers in it
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy
from aelib.datasets.imageset import Splits
from aelib.datasets.user import glyphs
from aelib.datasets.user.found import IMAGES, MAX_PIXELS, Found, Options, Pixels, unique
from aelib.datasets.user.readers import numbers
from aelib.datasets.user.readers.named_arrays import part_of
from aelib.datasets.user.source import HEAD, Source, encoding_of

from .columns import JUDGED, SAID, Columns, cells_of, columns_of, hot_of
from .drawings import COURSE

FORM = Lazy("a table of images, a line each")
_ROWS = 16  # with this many numbers, a line may be a glyph's row instead
EACH = 64  # at most this many images of 0 and 1 without header and labels are read as a font
LINES = 1000  # lines that are converted at a time


def is_one(text: str) -> bool:
    """Whether the first lines of a text (the last may be truncated) are a label and many numbers."""
    try:
        return columns_of(text, None) is not None
    except LabError:
        return True


def read(source: Source, options: Options) -> Found:
    """The images of a table, read a thousand lines at a time. Raises LabError."""
    columns: Columns | None = None
    pixels: list[NDArray[np.float32]] = []
    labels: list[str] = []
    parts: list[str] = []
    count = width = 0
    for first, lines in _batches(source):
        if columns is None:
            columns, lines, first = _start(lines, options, first)
            if columns is None:
                raise LabError(
                    "{shown} seems to be {form}, but its first line is not: write label,pixel0,pixel1,...",
                    shown=source.shown,
                    form=FORM,
                )
        rows = [(first + i, cells_of(line, columns.separator)) for i, line in enumerate(lines) if line.strip()]
        if not rows:
            continue
        part = _numbers(rows, columns, width)
        width = part.shape[1]
        count += len(rows)
        if count * width > MAX_PIXELS or count > IMAGES[1]:
            raise LabError(
                "{shown} is {form} with more than {most:,} images of {width:,} pixels: give fewer.",
                shown=source.shown,
                form=FORM,
                most=count - 1,
                width=width,
            )
        pixels.append(_compact(part))
        labels += [_label(row, columns, line) for line, row in rows]
        parts += [row[columns.part].strip() if columns.part is not None else "" for _, row in rows]
    if columns is None or not pixels:
        raise LabError("{shown} is empty: give {form}.", shown=source.shown, form=FORM)
    array = np.concatenate(pixels)
    if not (columns.header or options.size) and columns.label is None and width <= _ROWS and array.max() <= 1:
        raise LabError(
            "{shown} has {width} zeros and ones in each line, which may be a row of a glyph, or all of it: leave "
            "a line empty between two glyphs, or say their size, such as --size {width}x{width}.",
            shown=source.shown,
            width=width,
        )
    order, given = _given(parts)
    if given is not None:
        array, labels = array[order], [labels[i] for i in order]
    curves = options.size is None and numbers.are_curves(array.shape[1])
    if curves and array.dtype == np.uint8 and array.min() < array.max() == 1:
        options, curves = replace(options, size=_size_of_glyph(source.shown, width)), False
    read_pixels, notes = numbers.curves_of(array, FORM) if curves else numbers.images_of(array, FORM, options)
    if not (columns.header or any(labels)) and len(array) <= EACH:
        labels = [str(i) for i in range(len(array))]
    if given is None and _are_glyphs(read_pixels, labels):
        return Found("glyphs", FORM, read_pixels, unique(labels, glyphs.MAX_NAME), notes=notes)
    values, names, more = numbers.no_classes()
    if columns.one_hot:
        values, names, more = numbers.classes([_values(labels)])
        more = (Lazy("{count} columns were read as classes, one of which is 1.", count=len(columns.one_hot)), *more)
    elif columns.label is not None:
        values, names, more = numbers.classes([_values(labels)])
        if not columns.header:
            place = Lazy("The last column was read as the label.")
            if columns.label == 0:
                place = Lazy("The first column was read as the label.")
            more = (place, *more)
    return Found("images", FORM, read_pixels, None, values, names, given, notes=(*notes, *more))


def _label(row: Sequence[str], columns: Columns, line: int) -> str:
    """The label of a line. Raises LabError if no class is set in one-hot columns, or more than one."""
    if not columns.one_hot:
        return row[columns.label].strip(" \"'") if columns.label is not None else ""
    hot = hot_of(row, columns.one_hot)
    if hot is None:
        raise LabError(
            "This is {form}, but line {line} has not one 1 in its {count} columns of classes: write it.",
            form=FORM,
            line=line,
            count=len(columns.one_hot),
        )
    return str(hot)


def _size_of_glyph(shown: str, count: int) -> tuple[int, int]:
    """Height and width of glyphs with this many zeros and ones, which cannot be a curve: 35 are 7x5, as in the course's
    font. Raises LabError if the user must give the size."""
    if count == COURSE[0] * COURSE[1]:
        return COURSE
    sizes = [
        f"{count // w}x{w}" for w in range(glyphs.SIDES[0], glyphs.SIDES[1] + 1) if count % w == 0 and w * w < count
    ]
    if not sizes:
        raise LabError(
            "{shown} has {count} zeros and ones in each line, which are no square: say the size of a glyph.",
            shown=shown,
            count=count,
        )
    raise LabError(
        "{shown} has {count} zeros and ones in each line, which are no square: say the size of a glyph, such as "
        "--size {size}.",
        shown=shown,
        count=count,
        size=sizes[-1],
    )


def _are_glyphs(pixels: Pixels, labels: Sequence[str]) -> bool:
    """Whether images have only on and off pixels, are as small as glyphs, and have unique names."""
    count, channels, height, width = pixels.shape
    small = channels == 1 and max(height, width) <= glyphs.SIDES[1] and count <= glyphs.GLYPHS[1]
    return small and len(set(labels)) == count and bool(np.isin(pixels, (0, 255)).all())


def _start(lines: list[str], options: Options, first: int) -> tuple[Columns | None, list[str], int]:
    """The columns, and the lines of images with the number of the first line."""
    skipped = 0
    while lines and (SAID.match(lines[0]) or re.match(r'"?sep=', lines[0], re.I)):
        lines, skipped = lines[1:], skipped + 1
    columns = columns_of("\n".join(lines[:JUDGED]), options)
    drop = 1 if columns is not None and columns.header else 0
    return columns, lines[drop:], first + skipped + drop


def _batches(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Batches of a thousand lines, each with the number of its first line."""
    encoding = encoding_of(source.head())
    if encoding is None:
        raise LabError("{shown} is not a text that can be read: save it as UTF-8.", shown=source.shown)
    number, lines = 1, []
    try:
        with io.TextIOWrapper(source.opened(), encoding, "surrogateescape", newline=None) as file:
            for line in file:
                lines.append(_western(line, encoding).rstrip("\n"))
                if len(lines) == LINES:
                    yield number, lines
                    number, lines = number + LINES, []
    except UnicodeError:
        raise LabError(
            "{shown} has signs that are no text, after line {number}: save it as UTF-8.",
            shown=source.shown,
            number=number,
        ) from None
    except OSError as error:
        raise LabError(
            "{shown} cannot be read ({reason}): save it again.", shown=source.shown, reason=reason_of(error)
        ) from None
    if lines:
        yield number, lines


def _western(line: str, encoding: str) -> str:
    """A line with bytes that are not UTF-8, decoded like spreadsheets on western Windows. Raises UnicodeError."""
    if line.isascii() or not re.search(r"[\udc80-\udcff]", line):
        return line
    return line.encode(encoding, "surrogateescape").decode("cp1252")


def _numbers(rows: list[tuple[int, list[str]]], columns: Columns, width: int) -> NDArray[np.float32]:
    """Images × numbers. Raises LabError with the line and the wrong cell."""
    wanted = max(columns.pixels) + 1
    needed = max(wanted, *(one + 1 for one in (columns.label, columns.part, *columns.one_hot) if one is not None), 1)
    found = []
    for line, row in rows:
        if len(row) < needed:
            raise LabError(
                "This is {form}, but line {line} has {cells} cells and the first {needed}: the file was cut off, or "
                "give every line the same number.",
                form=FORM,
                line=line,
                cells=len(row),
                needed=needed,
            )
        cells = row[columns.pixels[0]].split() if columns.packed else [row[i] for i in columns.pixels]
        width = width or len(cells)
        if len(cells) != width:
            raise LabError(
                "This is {form}, but line {line} has {pixels} pixels and the first {width}.",
                form=FORM,
                line=line,
                pixels=len(cells),
                width=width,
            )
        if any(row[i].strip() for i in range(needed, len(row))) and not columns.header:
            raise LabError(
                "This is {form}, but line {line} has {cells} cells and the first {needed}.",
                form=FORM,
                line=line,
                cells=len(row),
                needed=needed,
            )
        if columns.separator != "," or any("," in cell for cell in cells):
            cells = [cell.replace(",", ".") for cell in cells]
        try:
            found.append(np.array(cells, np.float32))
        except ValueError:
            raise _wrong(line, cells) from None
        if not np.isfinite(found[-1]).all():
            at = int(np.argwhere(~np.isfinite(found[-1]))[0][0])
            raise LabError(
                "This is {form}, but line {line}, pixel {at} is {value!r}: write numbers from 0 to 255.",
                form=FORM,
                line=line,
                at=at,
                value=cells[at].strip(),
            )
    return np.stack(found)


def _wrong(line: int, cells: Sequence[str]) -> LabError:
    for i, cell in enumerate(cells):
        try:
            np.float32(cell)
        except ValueError:
            return LabError(
                "This is {form}, but line {line}, pixel {at} is {value!r}: write numbers from 0 to 255.",
                form=FORM,
                line=line,
                at=i,
                value=cell.strip()[:20],
            )
    return LabError("This is {form}, but line {line} has no numbers: write them.", form=FORM, line=line)


def _compact(part: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert to bytes if all values are whole numbers from 0 to 255, which takes a quarter of the memory."""
    small = part.astype(np.uint8) if part.min() >= 0 and part.max() <= 255 else part
    return small if np.array_equal(small, part) else part  # type: ignore[return-value]


def _values(labels: Sequence[str]) -> NDArray[np.generic]:
    """Labels as whole numbers, if all of them are."""
    if all(re.fullmatch(r"-?\d{1,9}(\.0+)?", label) for label in labels):
        return np.array([int(float(label)) for label in labels])
    return np.array([label[:60] for label in labels])


def _given(parts: Sequence[str]) -> tuple[NDArray[np.int64], Splits | None]:
    """The order that sorts the images by part, and the size of each part, if a column gives the parts."""
    numbers_of = np.array([{"publictest": 1, "privatetest": 2}.get(one.lower(), part_of(one) or 0) for one in parts])
    counts = np.bincount(numbers_of, minlength=3)
    given = Splits(*map(int, counts)) if counts[0] and counts[1:].any() else None
    return np.argsort(numbers_of, kind="stable"), given


def start_of(source: Source) -> str:
    """The first lines of a text, to identify its format; "" if it is not a text."""
    head = source.head(64 * HEAD)
    try:
        encoding = encoding_of(head)
        return "" if encoding is None else head.decode(encoding, "ignore").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeError:
        return ""
