"""Patches of photographs that come with scikit-image and scikit-learn, and the same patches scaled down.

A net receives the small patch and outputs the large one. Which pictures are for training, validation and testing is
fixed, so that a net is tested on pictures that it has not seen. The patches are made when the set is loaded, always the
same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets.downloads.photo_pairs import cut
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

PREFIX = "photographs_x"
FACTORS = (2, 3, 4)
PATCH = 48

LEFT, RIGHT = slice(0, 1), slice(1, 2)  # halves of a picture
WHOLE = slice(0, 2)

# Picture, which half of it, step between patches, and number of patches that are kept. All factors divide the step; a
# step below PATCH makes patches overlap. The patches with the most contrast are kept, because sky and night teach
# nothing. The validation and test sets are halves of the same pictures, so that the metrics during training are similar
# to the final ones.
_PARTS = (
    (
        ("astronaut", WHOLE, 24, 380),
        ("coffee", WHOLE, 24, 340),
        ("rocket", WHOLE, 24, 210),
        ("immunohistochemistry", WHOLE, 24, 400),
        ("hubble_deep_field", WHOLE, 48, 350),
        ("retina", WHOLE, 72, 320),
    ),
    (("chelsea", LEFT, 24, 80), ("flower", LEFT, 24, 160), ("china", LEFT, 24, 160)),
    (("chelsea", RIGHT, 24, 40), ("flower", RIGHT, 24, 80), ("china", RIGHT, 24, 80)),
)
SPLITS = Splits(*(sum(kept for *_, kept in part) for part in _PARTS))
SOURCE = (
    "scikit-image: astronaut (NASA), coffee (R. Michetti), rocket (SpaceX), immunohistochemistry (CMMI), Hubble deep "
    "field (NASA), retina (M. Häggström), chelsea (S. van der Walt); scikit-learn: flower (vultilion), china "
    "(danielbuechele)"
)
LICENCE = "public domain or CC0; flower and china CC BY 2.0"


def read(name: str) -> Any:
    """Read a picture, uint8, height × width × 3, from the files of the packages; nothing is downloaded."""
    if name in ("china", "flower"):
        from sklearn.datasets import load_sample_image

        return load_sample_image(f"{name}.jpg")
    from skimage import data  # only here: importing it takes a while

    return getattr(data, name)()


@lru_cache(maxsize=1)
def _pictures() -> list[tuple[str, Any, int, int]]:
    found = []
    for name, half, step, kept in (one for part in _PARTS for one in part):
        picture = read(name)
        middle = picture.shape[1] // 2
        title = name.replace("_", " ") + {LEFT.start: ", left", RIGHT.start: ", right"}[half.start] * (half != WHOLE)
        found.append((title, picture[:, half.start * middle : half.stop * middle], step, kept))
    return found


def _pair(picture: Any, step: int, kept: int, factor: int) -> tuple[Tensor, Tensor]:
    """The patches whose grey values vary most, with their scaled-down versions.

    The whole picture is scaled down by Pillow's bicubic filter, which is widened by the factor to avoid aliasing; then
    both are cut.
    """
    height, width = (side // 12 * 12 for side in picture.shape[:2])  # 12: a multiple of every factor
    whole = np.ascontiguousarray(picture[:height, :width])
    small = Image.fromarray(whole).resize((width // factor, height // factor), Image.Resampling.BICUBIC)
    high = cut(torch.from_numpy(whole), PATCH, step)
    low = cut(torch.from_numpy(np.asarray(small).copy()), PATCH // factor, step // factor)
    chosen = high.float().mean(1).flatten(1).std(1).argsort(descending=True, stable=True)[:kept].sort().values
    return high[chosen], low[chosen]


def _load(factor: int) -> ImageSet:
    highs, lows, names, labels = [], [], [], []
    for label, (name, picture, step, kept) in enumerate(_pictures()):
        high, low = _pair(picture, step, kept, factor)
        highs.append(high)
        lows.append(low)
        names += [f"{name} (patch {i})" for i in range(len(high))]
        labels += [label] * len(high)
    return ImageSet(torch.cat(highs), tuple(names), torch.tensor(labels), torch.cat(lows))


def _loader(factor: int) -> Callable[[], ImageSet]:
    def load() -> ImageSet:
        try:
            return _load(factor)
        except (OSError, ValueError) as error:
            reason = str(error).split("\n")[0][:80]
            raise LabError(
                "The photographs of scikit-image cannot be read ({reason}): install it again.", reason=reason
            ) from None

    return load


def spec(factor: int) -> DatasetSpec:
    small = PATCH // factor
    return DatasetSpec(
        name=f"{PREFIX}{factor}",
        title=f"photographs: {sum(SPLITS):,} patches, {small}x{small} to {PATCH}x{PATCH}, colour",
        shape=(3, PATCH, PATCH),
        splits=SPLITS,
        classes=sum(map(len, _PARTS)),
        source=SOURCE,
        licence=LICENCE,
        load=_loader(factor),
        light=True,
        input_shape=(3, small, small),
    )


SPECS = [spec(factor) for factor in FACTORS]
