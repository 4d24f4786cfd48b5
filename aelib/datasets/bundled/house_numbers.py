"""Bundled synthetic house numbers (data/house_numbers), 32x32 in colour, in the style of SVHN: one sheet for each part,
one row for each digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aelib.core.lazy import lazy
from aelib.core.paths import bundled
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits, numbered, shuffled

from .letters import tiles

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

SIDE = 32
COLUMNS = Splits(180, 77, 43)  # images of each digit
SPLITS = Splits(*(10 * columns for columns in COLUMNS))

_FOLDER = bundled("house_numbers")


def _load() -> ImageSet:
    pixels, labels = [], []
    for part, columns in COLUMNS._asdict().items():
        order = shuffled(10 * columns, f"house numbers {part}")
        pixels.append(tiles(_FOLDER / f"{part}.jpg", 10, columns, SIDE).flatten(0, 1)[order])
        labels.append(torch.arange(10).repeat_interleave(columns)[order])
    classes = torch.cat(labels)
    return ImageSet(torch.cat(pixels), numbered(classes), classes)


SPEC = DatasetSpec(
    name="house_numbers",
    title=f"{sum(SPLITS):,} synthetic house numbers, {SIDE}x{SIDE}, colour",
    shape=(3, SIDE, SIDE),
    splits=SPLITS,
    classes=10,
    source="drawn by data/house_numbers/draw.py with the typefaces that data/letters/FONTS.md lists",
    licence="MIT; the typefaces have open licences of their own",
    load=_load,
    light=True,
)
