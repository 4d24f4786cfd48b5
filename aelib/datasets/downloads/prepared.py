"""Known data sets as prepared by TensorFlow Datasets (`mnist/3.0.1/mnist-train.tfrecord-00000-of-00001` and so on),
inside a folder where data files are looked for.

They have the images of the original set in another order, which is the same for each version of the set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets import files
from aelib.datasets.imageset import DatasetSpec, ImageSet, numbered
from aelib.datasets.user.found import Options
from aelib.datasets.user.readers import records
from aelib.datasets.user.source import of_path

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

_PARTS = ("train", "test")


def find(dataset: str) -> list[Path]:
    """All files of the newest version that is complete (no piece of either part is missing); an empty list if there is
    none."""
    for folder in files.folders(dataset):
        for place in (folder, folder / dataset):
            for version in sorted(_versions(place), key=_number, reverse=True):
                if found := _pieces(version, dataset):
                    return found
    return []


def _versions(place: Path) -> list[Path]:
    try:
        return [one for one in place.iterdir() if re.fullmatch(r"\d+\.\d+\.\d+", one.name) and one.is_dir()]
    except OSError:
        return []


def _number(version: Path) -> tuple[int, ...]:
    return tuple(map(int, version.name.split(".")))


def _pieces(folder: Path, dataset: str) -> list[Path]:
    found: list[Path] = []
    for part in _PARTS:
        pieces = sorted(folder.glob(f"{dataset}-{part}.tfrecord-*-of-*"))
        counts = {int(one.name.rpartition("-")[2]) for one in pieces if one.name.rpartition("-")[2].isdecimal()}
        if counts != {len(pieces)}:
            return []
        found += pieces
    return found


def load(paths: Sequence[Path], spec: DatasetSpec) -> ImageSet:
    """The images of all files, with their labels. Raises LabError if their number or size differs from the spec, or if
    they cannot be read."""
    found = records.read([of_path(path) for path in paths], Options())
    wanted = {name: count for name, count in spec.splits._asdict().items() if count}
    if found.shape != spec.shape or found.parts != wanted or found.labels is None or found.classes != spec.classes:
        raise LabError(
            "{path} has not the images of {name}: prepare it again with TensorFlow datasets.",
            path=paths[0].parent,
            name=spec.name,
        )
    labels = torch.from_numpy(np.array([int(name) for name in found.class_names], np.int64)[found.labels])
    return ImageSet(torch.from_numpy(found.pixels), numbered(labels), labels)
