"""Data with a separate file for each part, such as train.csv and test.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.imageset import Splits

from .found import Found, classes_of
from .readers.named_arrays import part_of

_ENDINGS = {".tr": 0, ".val": 1, ".t": 2}  # LIBSVM's names of parts: mnist, mnist.t


def _part(name: str, names: Sequence[str]) -> int | None:
    path = PurePosixPath(name)
    part = part_of(path.stem)
    if part is not None:
        return part
    return _ENDINGS.get(path.suffix, 0 if f"{name}.t" in names else None)


def together(read: Sequence[tuple[str, Found]], shown: str | Lazy) -> Found:
    """Combine several sets, each named after a part, into one. Raises LabError if the names do not say which part is
    which."""
    parts = {_part(name, [other for other, _ in read]): found for name, found in read}
    names = ", ".join(PurePosixPath(name).name for name, _ in read[:3])
    if None in parts or len(parts) != len(read) or 0 not in parts:
        raise LabError(
            "{shown} has several tables of images ({names}): give one, or call them train and test.",
            shown=shown,
            names=names,
        )
    ordered = [parts[part] for part in sorted(part for part in parts if part is not None)]
    if len({found.shape for found in ordered}) > 1:
        sizes = ", ".join("x".join(map(str, found.shape)) for found in ordered)
        raise LabError(
            "{shown} has tables ({names}) with images of {sizes}: give all the same size.",
            shown=shown,
            names=names,
            sizes=sizes,
        )
    labels, class_names = None, ordered[0].class_names
    if all(found.labels is not None for found in ordered):
        values = [found.class_names[int(label)] for found in ordered for label in found.labels]  # type: ignore[union-attr]
        whole = all(value.isdecimal() for value in values)
        labels, class_names = classes_of(np.array(values, np.int64) if whole else values) or (None, ())
    given = Splits(*(parts[part].images if part in parts else 0 for part in range(3)))
    notes = tuple(dict.fromkeys(note for found in ordered for note in found.notes))
    if labels is None and any(found.labels is not None for found in ordered):
        notes += (Lazy("Not all parts have labels, so they were left out."),)
    pixels = np.concatenate([found.pixels for found in ordered])
    skipped = tuple(one for found in ordered for one in found.skipped)
    return Found("images", ordered[0].form, pixels, None, labels, class_names, given, skipped, notes)
