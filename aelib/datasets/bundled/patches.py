"""Small whitened patches of the photographs that come with scikit-image and scikit-learn: a sparse net learns edges
from them, like the first cells of the visual cortex (Olshausen and Field 1996, https://doi.org/10.1038/381607a0).

Neighbouring pixels of a photograph are nearly equal, and a net would learn little else. Whitening, a filter that
weights each frequency f by f · exp(−(f/CUTOFF)⁴) as in that paper, keeps what differs from the surroundings. A patch is
then grey, 0.5, plus its differences from its own mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.core.random import generator
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

from . import photographs

if TYPE_CHECKING:
    import torch
    from torch import Generator, Tensor
else:
    torch = lazy("torch")

NAME = "patches12x12"
SIDE = 12
CUTOFF = 0.4  # cycles per pixel
REACH = 3.0  # black and white are this many standard deviations from the mean
DRAWN = 3  # draw this many times more patches than are kept, and keep those with the most contrast: sky teaches nothing
TRAIN, TEST = ("astronaut", "coffee", "chelsea", "flower"), ("china",)
EACH, EACH_TEST = 2000, 1000  # patches from each picture
SPLITS = Splits(train=EACH * len(TRAIN), test=EACH_TEST * len(TEST))


def whitened(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """A picture (height × width) after the filter, with a standard deviation of 1."""
    height, width = grey.shape
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None])
    kept = np.fft.fft2(grey - grey.mean()) * frequency * np.exp(-((frequency / CUTOFF) ** 4))
    found: NDArray[np.float64] = np.fft.ifft2(kept).real
    found /= found.std()
    return found


def _patches(name: str, count: int, random: Generator) -> Tensor:
    grey = np.asarray(Image.fromarray(photographs.read(name)).convert("L"), np.float64) / 255
    picture = torch.from_numpy(whitened(grey)).float()
    tops, lefts = (torch.randint(side - SIDE + 1, (DRAWN * count,), generator=random) for side in picture.shape)
    cut = picture.unfold(0, SIDE, 1).unfold(1, SIDE, 1)[tops, lefts]
    cut = cut - cut.mean(dim=(1, 2), keepdim=True)
    return cut[cut.flatten(1).std(dim=1).argsort(descending=True, stable=True)[:count].sort().values]


def _load() -> ImageSet:
    random = generator(0, NAME)
    try:
        parts = [_patches(name, EACH, random) for name in TRAIN]
        held_out = [_patches(name, EACH_TEST, random) for name in TEST]
    except (OSError, ValueError) as error:
        reason = str(error).split("\n")[0][:80]
        raise LabError(
            "The photographs of scikit-image cannot be read ({reason}): install it again.", reason=reason
        ) from None
    order = torch.randperm(SPLITS.train, generator=random)
    every = torch.cat([torch.cat(parts)[order], *held_out])
    images = 0.5 + 0.5 * every / (REACH * every.std())
    pixels = (images.clamp(0, 1) * 255).round().to(torch.uint8)[:, None]
    named = [name for name in TRAIN for _ in range(EACH)]
    names = [named[i] for i in order.tolist()] + [name for name in TEST for _ in range(EACH_TEST)]
    unique = tuple(f"{name} (patch {i})" for i, name in enumerate(names))
    return ImageSet(pixels, unique, torch.zeros(len(pixels), dtype=torch.int64))


SPEC = DatasetSpec(
    name=NAME,
    title=f"{sum(SPLITS):,} whitened patches of photographs, {SIDE}x{SIDE}",
    shape=(1, SIDE, SIDE),
    splits=SPLITS,
    classes=1,
    source=photographs.SOURCE,
    licence=photographs.LICENCE,
    load=_load,
    light=True,
)
