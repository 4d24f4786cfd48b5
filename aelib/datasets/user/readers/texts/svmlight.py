"""Images in the sparse text format of LIBSVM and SVMlight, in which LIBSVM distributes mnist, usps and letter:

    5 153:3 154:18 155:18 ...     a label, then each pixel that is not 0 as its index and its value

Indices count from 1. They count from 0 if the file says so, if any index is 0, or if only that makes a square. Pixels
at the end that are 0 in all images are missing: mnist ends at 780 of 784. Sizes are checked before scikit-learn reads
the file.
Source: Chang and Lin, LIBSVM: a Library for Support Vector Machines, README.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.found import IMAGES, SIDES, Found, Options
from aelib.datasets.user.readers import named_arrays
from aelib.datasets.user.readers.numbers import MAX_SIDE
from aelib.datasets.user.source import MAX_BYTES, Source, encoding_of, text_of

FORM = Lazy("a sparse table of LIBSVM")
MAX_VALUES = 50_000_000  # non-zero pixels in all images together
_VALUE = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_LINE = re.compile(rf"\s*{_VALUE}(?:\s+qid:\d+)?(?P<pixels>(?:\s+\d+:{_VALUE})*)\s*(?:#.*)?", re.ASCII)
_LAST = re.compile(rb"(\d{1,19}):[^\s:]{1,40}[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_FIRST_IS_0 = re.compile(rb"^[^\n#:]*[ \t]0+:", re.MULTILINE)


def is_one(text: str) -> bool:
    """Whether nearly all of the first lines of a text are a label and pairs of an index and a value; the last line may
    be truncated."""
    lines = [line for line in text.split("\n")[:200] if line.strip() and not line.lstrip().startswith("#")]
    lines = lines[:-1] if len(lines) > 1 else lines
    fitting = [found for line in lines if (found := _LINE.fullmatch(line))]
    return 10 * len(fitting) > 9 * len(lines) and 2 * sum(bool(one["pixels"]) for one in fitting) > len(lines)


def read(source: Source, options: Options) -> Found:
    """The images of a table, with their labels. Raises LabError."""
    from sklearn.datasets import load_svmlight_file

    content = _plain(source)
    largest = max((int(found[1]) for found in _LAST.finditer(content)), default=0)
    zero_based, base = _base(content, largest)
    channels, height, width, notes = _size(largest + zero_based, options)
    lines = content.count(b"\n") + 1
    if content.count(b":") > MAX_VALUES or lines > 2 * IMAGES[1]:
        raise LabError(
            "{shown} is {form} with more than {images:,} lines or {values:,} pixels that are not 0: give fewer.",
            shown=source.shown,
            form=FORM,
            images=2 * IMAGES[1],
            values=MAX_VALUES,
        )
    pixels = channels * height * width
    try:
        sparse, labels = load_svmlight_file(
            io.BytesIO(content), n_features=pixels, dtype=np.float32, zero_based=zero_based
        )
    except Exception:  # noqa: BLE001 - whatever the parser raises on broken text
        raise _wrong(content, source.shown) from None
    if not sparse.shape[0]:
        raise LabError(
            "{shown} is {form} without a line that has a label: get it again.", shown=source.shown, form=FORM
        )
    array = _dense(sparse, source.shown).reshape(-1, channels, height, width)
    given = [named_arrays.Named("images", array, None, False), named_arrays.Named("labels", _whole(labels), None, True)]
    found = named_arrays.found_of(given, FORM, options)
    return replace(found, notes=(base, *notes, *found.notes))


def _plain(source: Source) -> bytes:
    """The text in ASCII with Unix line endings. Raises LabError."""
    content = source.content()
    if encoding_of(content[:4096]) not in ("utf-8", "cp1252"):
        content = text_of(content, source.shown).encode()
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _base(content: bytes, largest: int) -> tuple[bool, Lazy]:
    """Whether indices count from 0, and a note: the file says so, has an index 0, or its largest index then makes a
    square."""
    said = re.match(rb"(?:#[^\n]*\n)*?#[^\n]*(zero|one)-based", content)
    if said:
        zero = said[1] == b"zero"
    else:
        zero = bool(_FIRST_IS_0.search(content)) or (_is_square(largest + 1) and not _is_square(largest))
    return zero, Lazy("Indices were read as counted from 0.") if zero else Lazy("Indices were read as counted from 1.")


def _is_square(count: int) -> bool:
    return any(isqrt(count // channels) ** 2 * channels == count for channels in (1, 3))


def _size(count: int, options: Options) -> tuple[int, int, int, list[Lazy]]:
    """Channels, height and width of images with at least `count` pixels, and a note. Raises LabError."""
    if options.size:
        height, width = options.size
        channels = 1 if count <= height * width else 3
        if count <= channels * height * width:
            return channels, height, width, []
        raise LabError(
            "This is {form} with {count:,} numbers an image: --size {height}x{width} does not fit them.",
            form=FORM,
            count=count,
            height=height,
            width=width,
        )
    for channels in (1, 3):
        side = isqrt(count // channels)
        if channels * side * side == count and SIDES[0] <= side <= MAX_SIDE:
            return channels, side, side, []
    side = isqrt(count) + 1
    # less than a row is missing because it is 0 in all images
    if SIDES[0] <= side <= MAX_SIDE and side * side - count < side:
        end = Lazy(
            "The largest index stands for pixel {count:,}: read as {side}x{side}, black from there on.",
            count=count,
            side=side,
        )
        return 1, side, side, [end]
    raise LabError(
        "This is {form} with {count:,} numbers an image, which is no square of {least} pixels a side or "
        "more: say their size, such as --size 28x20.",
        form=FORM,
        count=count,
        least=SIDES[0],
    )


def _dense(sparse: Any, shown: str) -> NDArray[Any]:
    """All pixels, as bytes if they are whole numbers from 0 to 255. Raises LabError if there are too many."""
    values = sparse.data
    small = values.size == 0 or (values.min() >= 0 and values.max() <= 255 and not (values % 1).any())
    # values from 0 to 1 stay floats, so that their range is detected later
    small = small and (values.size == 0 or values.max() > 1)
    kind = np.dtype(np.uint8 if small else np.float32)
    size = sparse.shape[0] * sparse.shape[1] * kind.itemsize
    if size > MAX_BYTES:
        raise LabError(
            "{shown} is {form} of {size:,} bytes of pixels: give at most {most:,}, such as whole numbers to 255.",
            shown=shown,
            form=FORM,
            size=size,
            most=MAX_BYTES,
        )
    sparse.data = values.astype(kind)
    dense: NDArray[Any] = sparse.toarray()
    return dense


def _whole(labels: NDArray[np.float64]) -> NDArray[Any]:
    whole = np.isfinite(labels).all() and np.array_equal(labels, np.rint(labels)) and (np.abs(labels) < 1e9).all()
    return labels.astype(np.int64) if whole else labels


def _wrong(content: bytes, shown: str) -> LabError:
    """The error that the parser found: the first line that is not a label with pairs, or whose indices do not
    increase."""
    for number, line in enumerate(io.BytesIO(content), 1):
        said = line.decode("utf-8", "replace").partition("#")[0]
        if not said.strip():
            continue
        found = _LINE.fullmatch(said)
        indices = [int(one) for one in re.findall(r"(\d+):", found["pixels"])] if found else []
        if found is None or any(a >= b for a, b in pairwise(indices)):
            return LabError(
                "{shown} is {form}, but line {line} is {text!r}: write a label and index:value, the indices growing.",
                shown=shown,
                form=FORM,
                line=number,
                text=said.strip()[:40],
            )
    return LabError("{shown} is {form} that is damaged: get it again.", shown=shown, form=FORM)
