"""Arrays in MATLAB files of version 5 to 7, as written by `save` and `scipy.io.savemat`: the format of SVHN, USPS and
EMNIST.

SciPy's reader is not used: damaged bytes crash it, and the server with it. Only arrays of numbers and structs of them
are read, and every claim of a header is compared with the bytes that are there.
Source: MathWorks, MAT-File Format, version 5.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.found import Found, Options
from aelib.datasets.user.source import MAX_BYTES, Source

from . import named_arrays

FORM = Lazy("a MATLAB file")
_HEADER = 128
_MATRIX, _PACKED = 14, 15  # types of elements
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_STRUCT = 2  # class number of a struct array
_NUMERIC = range(6, 16)
_DEPTH = 3  # largest depth of arrays in structs


def is_one(head: bytes) -> bool:
    return head.startswith(b"MATLAB 5") and head[126:128] in (b"IM", b"MI")


def read(source: Source, options: Options) -> Found:
    """The images of the arrays in a file, including those in structs. Raises LabError."""
    content = _unpacked(source)
    order = "<" if content[126:128] == b"IM" else ">"
    found: list[named_arrays.Named] = []
    try:
        for element in _elements(content[_HEADER:], order):
            if element.kind == _MATRIX:
                found += _arrays(element.content, order, "", _DEPTH)
    except (ValueError, IndexError, struct.error):
        raise LabError(
            "{shown} is {form} that was cut off or damaged: save it again.", shown=source.shown, form=FORM
        ) from None
    if not found:
        raise LabError(
            "{shown} is {form} without arrays of numbers: save the images as X and the labels as y.",
            shown=source.shown,
            form=FORM,
        )
    return named_arrays.found_of(found[: named_arrays.MAX_ARRAYS], FORM, options)


class _Element(NamedTuple):
    kind: int
    content: memoryview


def _elements(content: bytes | memoryview, order: str) -> Iterator[_Element]:
    """The consecutive elements. Raises ValueError if one is truncated."""
    view = memoryview(content)
    at = 0
    while at + 8 <= len(view):
        kind, size = struct.unpack(f"{order}II", view[at : at + 8])
        start = at + 8
        if kind >> 16:  # at most four bytes, stored in the tag itself
            kind, size, start = kind & 0xFFFF, kind >> 16, at + 4
        if start + size > len(view) or (start == at + 4 and size > 4):
            raise ValueError("cut off")
        yield _Element(kind, view[start : start + size])
        at = at + 8 if start == at + 4 else start + size + -size % 8


def _arrays(content: memoryview, order: str, before: str, depth: int) -> list[named_arrays.Named]:
    """The arrays of numbers in an array. Those in a struct are named after the struct and the field: train_images.
    Other arrays are skipped. Raises ValueError, IndexError or struct.error if the data is damaged."""
    parts = _elements(content, order)
    flags, dims, name = next(parts, None), next(parts, None), next(parts, None)
    if flags is None or dims is None or name is None or len(flags.content) < 4 or len(dims.content) % 4:
        raise ValueError("no array")
    kind = struct.unpack(f"{order}I", flags.content[:4])[0] & 0xFF
    shape = struct.unpack(f"{order}{len(dims.content) // 4}i", dims.content)
    called = before + bytes(name.content).decode("latin-1")
    if kind in _NUMERIC:
        real = next(parts, None)
        array = _numbers(real, shape, order)
        return [named_arrays.named(called, array)] if array.size > 1 else []
    if kind != _STRUCT or any(side != 1 for side in shape) or not depth:
        return []
    length, names = next(parts, None), next(parts, None)
    if length is None or names is None:
        raise ValueError("no fields")
    size = struct.unpack(f"{order}i", length.content[:4])[0]
    if size < 1:
        raise ValueError("no names")
    fields = [
        bytes(names.content[i : i + size]).split(b"\0")[0].decode("latin-1") for i in range(0, len(names.content), size)
    ]
    found: list[named_arrays.Named] = []
    for field, element in zip(fields, parts, strict=False):
        if element.kind == _MATRIX and len(element.content):
            found += _arrays(element.content, order, f"{called}_{field}" if called else field, depth - 1)
    return found


def _numbers(element: _Element | None, shape: tuple[int, ...], order: str) -> NDArray[Any]:
    if element is None or element.kind not in _NUMBERS or any(side < 0 for side in shape):
        raise ValueError("no numbers")
    kind = np.dtype(order + _NUMBERS[element.kind])
    if math.prod(shape) * kind.itemsize != len(element.content):
        raise ValueError("another size")
    return np.frombuffer(element.content, kind).reshape(shape, order="F")


def _unpacked(source: Source) -> bytes:
    """The file with its compressed elements unpacked. Raises LabError if this is too much, or if the file is
    truncated."""
    content = source.content()
    order = "<" if content[126:128] == b"IM" else ">"
    out = bytearray(content[:_HEADER])
    at = _HEADER
    while at + 8 <= len(content):
        kind, size = struct.unpack(f"{order}II", content[at : at + 8])
        if kind not in (_MATRIX, _PACKED) or at + 8 + size > len(content):
            raise LabError(
                "{shown} is {form} that was cut off or damaged: save it again.", shown=source.shown, form=FORM
            )
        element = content[at : at + 8 + size]
        if kind == _PACKED:
            element = _inflated(element[8:], MAX_BYTES - len(out), source.shown)
        out += element
        at += 8 + size
        if len(out) > MAX_BYTES:
            raise LabError(
                "{shown} is {form} of more than {most:,} bytes: give less, such as uint8.",
                shown=source.shown,
                form=FORM,
                most=MAX_BYTES,
            )
    return bytes(out)


def _inflated(packed: bytes, most: int, shown: str) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        element = unpacker.decompress(packed, max(1, most))
    except zlib.error:
        raise LabError(
            "{shown} is {form} that was cut off or damaged: save it again.", shown=shown, form=FORM
        ) from None
    if unpacker.unconsumed_tail:
        raise LabError(
            "{shown} is {form} of more than {most:,} bytes: give less, such as uint8.",
            shown=shown,
            form=FORM,
            most=MAX_BYTES,
        )
    return element
