"""Images that are sums of a few known features, so that one can count how many of these features a net finds.

A feature is a small wavy patch at some position and angle (a Gabor function, the usual model of the first cells of the
visual cortex), scaled to length 1. An image is grey, 0.5, plus ACTIVE of the features, each with a weight from 0.5 to
1.5. There are more features than pixels, so orthogonal axes, such as those of PCA, cannot match all of them.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

from aelib.core.lazy import lazy
from aelib.core.random import generator
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

NAME = "dictionary8x8"
SIDE, FEATURES, ACTIVE = 8, 96, 3
SPLITS = Splits(train=5000, test=1000)
ALIKE = 0.5  # the absolute cosine of any two features is below this
CONTRAST = 0.28  # contrast of a feature with weight 1 and length 1: low enough that few pixels are clipped at 0 or 1


@functools.cache
def features() -> torch.Tensor:
    """The planted features, float32, FEATURES × 1 × SIDE × SIDE, each of length 1."""
    numbers = generator(0, "dictionary features")
    y, x = torch.meshgrid(torch.arange(SIDE).float(), torch.arange(SIDE).float(), indexing="ij")
    found = torch.empty(0, SIDE * SIDE)
    while len(found) < FEATURES:
        turn, across, down, wave, phase, size = torch.rand(6, generator=numbers).tolist()
        angle = math.pi * turn
        dx, dy = x - (0.5 + (SIDE - 2) * across), y - (0.5 + (SIDE - 2) * down)
        along, beside = dx * math.cos(angle) + dy * math.sin(angle), dy * math.cos(angle) - dx * math.sin(angle)
        window = torch.exp(-(along.square() + beside.square()) / (2 * (1.2 + 0.8 * size) ** 2))
        one = (window * torch.cos(2 * math.pi * (along / (3 + 3 * wave) + phase))).flatten()
        one /= one.norm()
        if not bool(((found @ one).abs() >= ALIKE).any()):
            found = torch.cat([found, one[None]])
    return found.view(-1, 1, SIDE, SIDE)


def _load() -> ImageSet:
    numbers = generator(0, "dictionary images")
    chosen = torch.rand(sum(SPLITS), FEATURES, generator=numbers).topk(ACTIVE, dim=1).indices
    weights = torch.zeros(sum(SPLITS), FEATURES).scatter(1, chosen, 0.5 + torch.rand(chosen.shape, generator=numbers))
    images = 0.5 + CONTRAST * weights @ features().flatten(1)
    pixels = (images.clamp(0, 1) * 255).round().to(torch.uint8).view(-1, 1, SIDE, SIDE)
    names = tuple(f"image {i}" for i in range(len(pixels)))
    return ImageSet(pixels, names, torch.zeros(len(pixels), dtype=torch.int64))


SPEC = DatasetSpec(
    name=NAME,
    title=f"{sum(SPLITS):,} sums of {ACTIVE} of {FEATURES} known features, {SIDE}x{SIDE}",
    shape=(1, SIDE, SIDE),
    splits=SPLITS,
    classes=1,
    source="computed by this module",
    licence="MIT",
    load=_load,
    light=True,
    features=features,
)
