"""Arrays in MATLAB files of version 4, as written by `save -v4` and Octave, and found on old course pages: each has a
header of 20 bytes, a name, and numbers column by column. Files have no signature before the first array.

Source: MathWorks, MAT-File Format, version 4.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.found import Found, Options
from aelib.datasets.user.source import Source

from . import named_arrays

FORM = Lazy("a MATLAB file of version 4")
_HEADER = 20
_KINDS = ("f8", "f4", "i4", "i2", "u2", "u1")
_NUMBERS, _TEXT, _SPARSE = 0, 1, 2
_LONGEST = 64  # bytes of a name, including the zero at its end
_NAME = re.compile(rb"[A-Za-z]\w*\0")


class _Header(NamedTuple):
    order: str
    kind: int
    content: int
    rows: int
    columns: int
    imaginary: int
    name: bytes

    @property
    def size(self) -> int:
        """Size of the numbers in bytes."""
        return self.rows * self.columns * (1 + self.imaginary) * np.dtype(_KINDS[self.kind]).itemsize


def is_one(head: bytes) -> bool:
    return _header(head) is not None


def read(source: Source, options: Options) -> Found:
    """The images of the arrays in a file; texts and sparse arrays are left out. Raises LabError."""
    content = memoryview(source.content())
    found: list[named_arrays.Named] = []
    at = 0
    while at < len(content) and len(found) < named_arrays.MAX_ARRAYS:
        header = _header(bytes(content[at : at + _HEADER + _LONGEST]))
        start = at + _HEADER + len(header.name) if header else at
        if header is None or start + header.size > len(content):
            raise LabError(
                "{shown} is {form} that was cut off or damaged: save it again.", shown=source.shown, form=FORM
            )
        at = start + header.size
        if header.content == _NUMBERS and not header.imaginary and header.rows * header.columns > 1:
            kind = np.dtype(header.order + _KINDS[header.kind])
            numbers = np.frombuffer(content[start:at], kind).reshape((header.rows, header.columns), order="F")
            found.append(named_arrays.named(header.name[:-1].decode("ascii"), numbers))
    if not found:
        raise LabError(
            "{shown} is {form} without arrays of numbers: save the images as X and the labels as y.",
            shown=source.shown,
            form=FORM,
        )
    return named_arrays.found_of(found, FORM, options)


def _header(head: bytes) -> _Header | None:
    """The header before an array; None if these bytes are not one."""
    if len(head) <= _HEADER:
        return None
    for order, sign in (("<", 0), (">", 1)):
        kind, rows, columns, imaginary, length = struct.unpack(f"{order}5i", head[:_HEADER])
        machine, rest = divmod(kind, 1000)
        numbers, content = divmod(rest, 10)
        if not (machine == sign and 0 <= numbers < len(_KINDS) and content in (_NUMBERS, _TEXT, _SPARSE)):
            continue
        name = head[_HEADER : _HEADER + max(0, length)]
        if rows >= 0 and columns >= 0 and imaginary in (0, 1) and 1 < length <= _LONGEST and _NAME.fullmatch(name):
            return _Header(order, numbers, content, rows, columns, imaginary, name)
    return None
