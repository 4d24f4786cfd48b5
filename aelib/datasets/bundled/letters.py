"""Bundled letters A to J of open typefaces (data/letters), 28x28, white on black as in notMNIST.

Each row of a sheet is a family of typefaces. The families of the training set come first; the families of the test set
appear only in the test set.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.core.paths import bundled
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

LETTERS = "ABCDEFGHIJ"
SIDE, TAKES = 28, 4  # side of an image; images of one letter and family
FAMILIES = Splits(42, 18, 10)
SPLITS = Splits(*(families * TAKES * len(LETTERS) for families in FAMILIES))

_FOLDER = bundled("letters")


def tiles(path: Path, rows: int, columns: int, side: int) -> torch.Tensor:
    """Cut a sheet into its tiles: uint8, rows × columns × channels × side × side. Raises LabError."""
    try:
        sheet = np.atleast_3d(np.asarray(Image.open(path)))
    except OSError as error:
        raise LabError(
            "{path} cannot be read ({error}): install the project again.", path=path, error=str(error)[:80]
        ) from None
    if sheet.shape[:2] != (rows * side, columns * side):
        raise LabError("{path} has another size than it should have: install the project again.", path=path)
    grid = sheet.reshape(rows, side, columns, side, -1).transpose(0, 2, 4, 1, 3)
    return torch.from_numpy(np.ascontiguousarray(grid))


def _load() -> ImageSet:
    sheets = [tiles(_FOLDER / f"{letter}.png", sum(FAMILIES), TAKES, SIDE) for letter in LETTERS]
    pixels = torch.stack(sheets, dim=1).flatten(0, 2)  # family × letter × take
    labels = torch.arange(len(LETTERS)).repeat_interleave(TAKES).repeat(sum(FAMILIES))
    names = tuple(f"{LETTERS[label]} (image {i})" for i, label in enumerate(labels.tolist()))
    return ImageSet(pixels, names, labels)


SPEC = DatasetSpec(
    name="letters",
    title=f"{sum(SPLITS):,} letters A to J of {sum(FAMILIES)} open typefaces, {SIDE}x{SIDE}",
    shape=(1, SIDE, SIDE),
    splits=SPLITS,
    classes=len(LETTERS),
    source="drawn by data/letters/draw.py with the typefaces that data/letters/FONTS.md lists",
    licence="MIT; the typefaces have open licences of their own",
    load=_load,
)
