"""Part of a data set by class: the images of some classes, in all its parts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from aelib.core.lazy import lazy

from .imageset import DatasetSpec, ImageSet, Splits

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")


def trainable(described: DatasetSpec, images: ImageSet) -> tuple[int, ...]:
    """The classes that a net can be trained on alone, in order: those with training images and, where a set holds
    images out, with some of these too."""
    train = set(images.labels[: described.splits.train].tolist())
    held = set(images.labels[described.splits.train :].tolist())
    return tuple(sorted(train if described.memorised else train & held))


def only(described: DatasetSpec, classes: tuple[int, ...], load: Callable[[], ImageSet]) -> DatasetSpec:
    """The spec of the images of these classes; that of the whole set for no classes, and where no image is of another
    class.

    classes: some of `trainable`; load: gives the images of `described`.
    """
    wanted = tuple(sorted(set(classes)))
    chosen = torch.isin(load().labels, torch.tensor(wanted))
    if not wanted or bool(chosen.all()):
        return described
    ends = [0, *itertools.accumulate(described.splits)]
    splits = Splits(*(int(chosen[start:end].sum()) for start, end in itertools.pairwise(ends)))

    def load_part() -> ImageSet:
        whole, rows = load(), chosen.nonzero().flatten()
        names = tuple(whole.names[row] for row in rows.tolist())
        inputs = None if whole.inputs is None else whole.inputs[rows]
        return ImageSet(whole.pixels[rows], names, whole.labels[rows], inputs)

    many = "class" if len(wanted) == 1 else "classes"
    return replace(
        described,
        title=f"{described.title}, {many} {', '.join(map(str, wanted))}",
        splits=splits,
        classes=len(wanted),
        load=load_part,
        only=wanted,
    )
