"""scikit-learn's 1,797 handwritten digits of 8x8 pixels: real, small, and available without a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aelib.core.lazy import lazy
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits, numbered

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

SPLITS = Splits(train=1437, test=360)
_TRAINING = (136, 154, 151, 135, 143, 143, 151, 153, 138, 133)
_HELD_OUT = (42, 28, 26, 48, 38, 39, 30, 26, 36, 47)


def _load() -> ImageSet:
    from sklearn.datasets import load_digits

    found = load_digits()
    pixels = torch.from_numpy(found.images).mul(255 / 16).round().to(torch.uint8)[:, None]
    labels = torch.from_numpy(found.target).long()
    # the images are grouped by writer: every fifth image is held out, so that both parts have images of every writer
    order = torch.arange(len(pixels))
    order = torch.cat([order[order % 5 != 0], order[order % 5 == 0]])
    return ImageSet(pixels[order], numbered(labels[order]), labels[order])


SPEC = DatasetSpec(
    name="digits8x8",
    title="1,797 digits, 8x8",
    shape=(1, 8, 8),
    splits=SPLITS,
    classes=10,
    by_class=tuple(Splits(train, test=held) for train, held in zip(_TRAINING, _HELD_OUT, strict=True)),
    source="scikit-learn; E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (UCI), the test part",
    licence="CC BY 4.0",
    load=_load,
)
