"""Arrays in MATLAB files of version 5 to 7, as `save` and `scipy.io.savemat` write them: SVHN, USPS and EMNIST come so.

SciPy reads them. Before it does, what is packed in them is unpacked piece by piece up to a limit, so that whatever a
header claims is compared with bytes that are there.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets.user.found import Found, Options
from aelib.datasets.user.source import MAX_BYTES, Source

from . import arrays

if TYPE_CHECKING:
    import scipy.io as scipy_io
else:
    scipy_io = lazy("scipy.io")

FORM = "a MATLAB file"
_HEADER = 128
_MATRIX, _PACKED = 14, 15  # kinds of elements
_NUMERIC = {"double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "logical"}
_DEPTH = 3  # of arrays in structs


def is_one(head: bytes) -> bool:
    return head.startswith(b"MATLAB 5") and head[126:128] in (b"IM", b"MI")


def read(source: Source, options: Options) -> Found:
    """The images of the arrays in a file, those in structs among them. Raises LabError."""
    content = _unpacked(source)
    try:
        listed = scipy_io.whosmat(io.BytesIO(content))
        wanted = [
            name for name, shape, kind in listed if kind in _NUMERIC or (kind == "struct" and np.prod(shape) == 1)
        ]
        loaded = scipy_io.loadmat(io.BytesIO(content), variable_names=wanted, struct_as_record=True)
    except Exception:  # noqa: BLE001 - whatever the parser raises on damaged or hostile bytes
        raise LabError(f"{source.shown} is {FORM} that was cut off or damaged: save it again.") from None
    found: list[arrays.Named] = []
    for name in wanted:
        _collect(name, loaded.get(name), found, _DEPTH)
    if not found:
        raise LabError(f"{source.shown} is {FORM} without arrays of numbers: save the images as X and the labels as y.")
    return arrays.found_of(found[: arrays.MAX_ARRAYS], FORM, options)


def _collect(name: str, value: Any, found: list[arrays.Named], depth: int) -> None:
    """The arrays of numbers in a value, those of a struct named after both: train.images."""
    array = np.asarray(value)
    if array.dtype.names and array.size == 1 and depth:
        for each in array.dtype.names:
            _collect(f"{name}_{each}", array.reshape(-1)[0][each], found, depth - 1)
    elif array.dtype == object and array.size == 1 and depth:
        _collect(name, array.reshape(-1)[0], found, depth - 1)
    elif array.dtype.kind in "buif" and array.size > 1:
        found.append(arrays.named(name, array))


def _unpacked(source: Source) -> bytes:
    """The file with its packed elements unpacked. Raises LabError for too much, and for what was cut off."""
    content = source.content()
    order = "<" if content[126:128] == b"IM" else ">"
    out = bytearray(content[:_HEADER])
    at = _HEADER
    while at + 8 <= len(content):
        kind, size = struct.unpack(f"{order}II", content[at : at + 8])
        if kind not in (_MATRIX, _PACKED) or at + 8 + size > len(content):
            raise LabError(f"{source.shown} is {FORM} that was cut off or damaged: save it again.")
        element = content[at : at + 8 + size]
        if kind == _PACKED:
            element = _inflated(element[8:], MAX_BYTES - len(out), source.shown)
        out += element
        at += 8 + size
        if len(out) > MAX_BYTES:
            raise LabError(f"{source.shown} is {FORM} of more than {MAX_BYTES:,} bytes: give less, such as uint8.")
    return bytes(out)


def _inflated(packed: bytes, most: int, shown: str) -> bytes:
    try:
        unpacker = zlib.decompressobj()
        element = unpacker.decompress(packed, max(1, most))
    except zlib.error:
        raise LabError(f"{shown} is {FORM} that was cut off or damaged: save it again.") from None
    if unpacker.unconsumed_tail:
        raise LabError(f"{shown} is {FORM} of more than {MAX_BYTES:,} bytes: give less, such as uint8.")
    return element
