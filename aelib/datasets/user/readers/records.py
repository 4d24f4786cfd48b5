"""TensorFlow records (TFRecord) in which each record is an example with a picture and a label, as TensorFlow Datasets
stores MNIST, Fashion-MNIST and others: `mnist-train.tfrecord-00000-of-00001`.

A record is its length, a checksum, its bytes, a checksum; an example is a map of features in Protocol Buffers. Both
formats are so simple that they are read here: TensorFlow takes half a gigabyte.
Sources: tensorflow.org/tutorials/load_data/tfrecord, protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user import pictures
from aelib.datasets.user.found import SIDES, Found, Options
from aelib.datasets.user.source import MAX_BYTES, Source, of_bytes

from . import labels, named_arrays, photographs
from .named_arrays import part_of

FORM = Lazy("a file of records of TensorFlow (TFRecord)")
MAX_RECORDS = 100_000
PARTS = ("train", "valid", "test")
_NUMBER, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # the encoding of a field


class _Example(NamedTuple):
    picture: bytes
    label: int | None


def read(sources: Sequence[Source], options: Options) -> Found:
    """The pictures of all records at their original size, with their labels; a file's name gives its part. If pictures
    differ in size, the middle square of each is scaled. Raises LabError."""
    parts: dict[int | None, list[_Example]] = {}
    count, left = 0, MAX_BYTES
    for source in sources:
        left -= source.size
        part = part_of(re.split(r"\.tfrecord", PurePosixPath(source.name).name)[0])
        for record in _records(source):
            parts.setdefault(part, []).append(_example(record, source.shown))
            count += 1
            if count > MAX_RECORDS or left < 0:
                raise LabError(
                    "These are records of TensorFlow with more than {max_records:,} pictures or {most:,} bytes: give "
                    "fewer.",
                    max_records=MAX_RECORDS,
                    most=MAX_BYTES,
                )
    sizes = {pictures.size_of(one.picture) for each in parts.values() for one in each[:: max(1, len(each) // 100)]}
    if len(sizes) == 1 and max(*sizes.pop()) <= SIDES[1]:
        return _as_they_are(parts, options)
    # different sizes, or large pictures: read them like any other pictures
    named = {f"{part}-{i}": (part, one) for part, each in parts.items() for i, one in enumerate(each)}
    said = {
        name: labels.Said(str(one.label), "" if part is None else PARTS[part])
        for name, (part, one) in named.items()
        if one.label is not None
    }
    tables = [labels.Table(sources[0], said)] if len(said) == count else []
    found = [of_bytes(one.picture, name) for name, (_, one) in named.items()]
    return replace(photographs.read(found, options, (), tables), form=FORM)


def _as_they_are(parts: Mapping[int | None, Sequence[_Example]], options: Options) -> Found:
    given: list[named_arrays.Named] = []
    for part, examples in parts.items():
        read_ones = [pictures.as_it_is(one.picture) for one in examples]
        if len({one.shape for one in read_ones}) > 1:
            raise LabError("This is {form} with pictures of several sizes: give them as pictures.", form=FORM)
        given.append(named_arrays.Named(f"images {part}", np.stack(read_ones), part, False))
        if all(one.label is not None for one in examples):
            given.append(named_arrays.Named(f"labels {part}", np.array([one.label for one in examples]), part, True))
    return named_arrays.found_of(given, FORM, options)


def _records(source: Source) -> Iterator[bytes]:
    content = source.content()
    at = 0
    while at < len(content):
        size = struct.unpack("<Q", content[at : at + 8])[0] if at + 8 <= len(content) else len(content)
        if at + 16 + size > len(content):
            raise LabError(
                "{shown} is {form} that was cut off or damaged: get it again.", shown=source.shown, form=FORM
            )
        yield content[at + 12 : at + 12 + size]
        at += 16 + size


def _example(record: bytes, shown: str) -> _Example:
    """The first picture and the label of an example. Raises LabError if it has no picture."""
    picture, label = b"", None
    try:
        for features in _fields(record, 1):
            for feature in _fields(features, 1):
                name = next(_fields(feature, 1), b"").decode("utf-8", "replace")
                value = next(_fields(feature, 2), b"")
                for values in _fields(value, 1):
                    content = next(_fields(values, 1), b"")
                    picture = content if pictures.kind_of(content[:64]) and not picture else picture
                for values in _fields(value, 3):
                    label = _whole(values) if "label" in name.lower() else label
    except (IndexError, ValueError):
        raise LabError("{shown} is {form} with a damaged record: get it again.", shown=shown, form=FORM) from None
    if not picture:
        raise LabError(
            "{shown} is {form} without pictures: save what tfds.as_numpy(tfds.load(NAME, batch_size=-1)) gives with "
            "np.savez.",
            shown=shown,
            form=FORM,
        )
    return _Example(picture, label)


def _whole(values: bytes) -> int | None:
    """The only number of a list of whole numbers, packed or not; None if there are several."""
    packed = next(_fields(values, 1), None)
    if packed is not None:
        number, end = _varint(packed, 0)
        return number if end == len(packed) else None
    return _varint(values, 1)[0] if values[:1] == b"\x08" else None


def _fields(message: bytes, number: int) -> Iterator[bytes]:
    """The fields with this number that are bytes. Raises IndexError or ValueError if the message is damaged."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _BYTES:
            size, at = _varint(message, at)
            if at + size > len(message):
                raise ValueError("cut off")
            if key >> 3 == number:
                yield message[at : at + size]
            at += size
        elif kind == _NUMBER:
            at = _varint(message, at)[1]
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("unknown kind of field")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A variable-length number (seven bits in each byte), and where it ends. Raises IndexError or ValueError."""
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("too long")
