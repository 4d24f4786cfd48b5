"""CIFAR-10 and CIFAR-100 in their binary version: each record is a label (or two: a coarse and a fine one) and 3072
bytes, an image of 32x32 as its red, green and blue planes. Only the file's size and the labels identify this format.

Source: Alex Krizhevsky, www.cs.toronto.edu/~kriz/cifar.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.found import IMAGES, Found, Options, Skipped
from aelib.datasets.user.source import MAX_BYTES, Source, encoding_of, text_of

from . import named_arrays

FORM = Lazy("records of CIFAR")
SIDE = 32
_PIXELS = 3 * SIDE * SIDE
_MAX_NAMES = 10_000  # largest size in bytes of a list of class names
_SEEN = 8  # number of whole records that identify a truncated file


class _Kind(NamedTuple):
    """The number of classes of each label before an image; the last label is the class that is used."""

    classes: tuple[int, ...]

    @property
    def record(self) -> int:
        """Size in bytes of one record: labels and image."""
        return len(self.classes) + _PIXELS


_KINDS = (_Kind((10,)), _Kind((20, 100)))


def is_one(source: Source) -> bool:
    """Whether a file's size is a multiple of a record's, and every record starts with valid labels."""
    return _kind(source) is not None


def is_cut_off(source: Source) -> bool:
    """Whether a file starts with several records with different labels, and ends in the middle of a record."""
    head = source.head(_SEEN * max(kind.record for kind in _KINDS))
    return any(
        len(head) >= _SEEN * kind.record
        and _are_labels(labels := _records(head, kind, _SEEN), kind)
        and _differ(labels)
        for kind in _KINDS
    )


def _differ(records: NDArray[np.uint8]) -> bool:
    return len(np.unique(records[:, 0])) > 1


def read(sources: Sequence[Source], options: Options, others: Sequence[Source] = ()) -> Found:
    """The images of some files; files named test form the test set. others: files that may contain the class names.
    Raises LabError."""
    left = MAX_BYTES
    parts: dict[int, list[NDArray[np.uint8]]] = {}
    kinds = {kind for one in sources if (kind := _kind(one)) is not None}
    if len(kinds) != 1:
        raise LabError("These are {form} of 10 and of 100 classes: give one of them.", form=FORM)
    kind = kinds.pop()
    for source in sorted(sources, key=lambda one: [int(n) for n in re.findall(r"\d+", PurePosixPath(one.name).name)]):
        left -= source.size
        if left < 0 or MAX_BYTES - left > IMAGES[1] * kind.record:
            raise LabError("These are {form} of more than {most:,} bytes: give fewer.", form=FORM, most=MAX_BYTES)
        part = named_arrays.part_of(PurePosixPath(source.name).stem) or 0
        parts.setdefault(part, []).append(_records(source.content(), kind))
    several = len(parts) > 1
    given: list[named_arrays.Named] = []
    for part in list(parts):
        together = np.concatenate(parts.pop(part))  # popping frees the memory of the files
        pixels = together[:, -_PIXELS:].reshape(-1, 3, SIDE, SIDE)
        named = part if several else None
        given.append(named_arrays.Named(f"images {part}", pixels, named, False))
        given.append(named_arrays.Named(f"labels {part}", together[:, len(kind.classes) - 1], named, True))
    found = named_arrays.found_of(given, FORM, options)
    used = next((one for one in others if len(_names(one)) == kind.classes[-1]), None)
    if used is not None:
        names = _names(used)
        found = replace(found, class_names=tuple(names[int(one)] for one in found.class_names))
    left_out = [
        Skipped(one.name, refusal(one) if is_cut_off(one) else Lazy("no records")) for one in others if one is not used
    ]
    return replace(found, skipped=(*found.skipped, *left_out))


def refusal(source: Source) -> LabError:
    """The error for a truncated file."""
    return LabError(
        "{shown} seems to be {form}, but its {size:,} bytes are no whole number of records of {records} bytes: it was "
        "cut off, get it again.",
        shown=source.shown,
        form=FORM,
        size=source.size,
        records=" / ".join(str(kind.record) for kind in _KINDS),
    )


def _kind(source: Source) -> _Kind | None:
    for kind in _KINDS:
        if source.size >= IMAGES[0] * kind.record and source.size % kind.record == 0:
            try:
                content = source.content()
            except LabError:
                return None
            if len(content) != source.size:
                return None
            records = _records(content, kind)
            if _are_labels(records, kind) and records.any():
                return kind
    return None


def _records(content: bytes, kind: _Kind, most: int = -1) -> NDArray[np.uint8]:
    count = len(content) // kind.record if most < 0 else most
    return np.frombuffer(content, np.uint8, count * kind.record).reshape(count, kind.record)


def _are_labels(records: NDArray[np.uint8], kind: _Kind) -> bool:
    return all(bool((records[:, i] < most).all()) for i, most in enumerate(kind.classes))


def _names(source: Source) -> list[str]:
    """The lines of a short text, such as batches.meta.txt and fine_label_names.txt; an empty list for other files."""
    if source.size > _MAX_NAMES or encoding_of(source.head()) is None:
        return []
    try:
        lines = text_of(source.content(_MAX_NAMES), source.shown).split("\n")
    except LabError:
        return []
    names = [line.strip() for line in lines if line.strip()]
    return [name[:20] for name in names] if len({name[:20] for name in names}) == len(names) else []
