"""Selects some classes of a data set, in all its parts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from aelib.core.lazy import lazy

from .imageset import DatasetSpec, ImageSet, Splits

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

Load = Callable[[], ImageSet]


def counts(described: DatasetSpec, load: Load) -> Mapping[int, Splits]:
    """Class -> number of its images in each part, in order. load: gives the images, in case the spec has no counts."""
    if described.by_class:
        return dict(enumerate(described.by_class))
    labels, ends = load().labels, [0, *itertools.accumulate(described.splits)]
    parts = [labels[start:end] for start, end in itertools.pairwise(ends)]
    return {one: Splits(*(int((part == one).sum()) for part in parts)) for one in sorted(set(labels.tolist()))}


def trainable(described: DatasetSpec, load: Load) -> tuple[int, ...]:
    """The classes that a net can be trained on alone, in order: those with training images and, if the set holds images
    out, with held-out images too."""
    found = counts(described, load)
    return tuple(
        one for one, images in found.items() if images.train and (described.memorised or images.valid + images.test)
    )


def only(described: DatasetSpec, classes: tuple[int, ...], load: Load) -> DatasetSpec:
    """The spec of the images of these classes; the spec of the whole set if these are all of its classes.

    classes: some of `trainable`; load: gives the images of `described`.
    """
    wanted, found = tuple(sorted(set(classes))), counts(described, load)
    if set(found) <= set(wanted):
        return described

    def load_part() -> ImageSet:
        whole = load()
        rows = torch.isin(whole.labels, torch.tensor(wanted)).nonzero().flatten()
        names = tuple(whole.names[row] for row in rows.tolist())
        inputs = None if whole.inputs is None else whole.inputs[rows]
        return ImageSet(whole.pixels[rows], names, whole.labels[rows], inputs)

    many = "class" if len(wanted) == 1 else "classes"
    return replace(
        described,
        title=f"{described.title}, {many} {', '.join(map(str, wanted))}",
        splits=Splits(*(sum(part) for part in zip(*(found[one] for one in wanted), strict=True))),
        classes=len(wanted),
        load=load_part,
        by_class=(),
        only=wanted,
    )
