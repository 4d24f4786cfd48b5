"""Bundled emoji (data/emoji), 20x20 grey and 32x32 colour. A set is a selection of them, given by its name:

emoji20x20                 the first eight, the set of the lesson
emoji20x20-00000001ff      those whose bits are 1, here the first nine
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
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

GREY, COLOUR = "emoji20x20", "emoji32x32"
FIRST = 8  # the set of the lesson
MIN_CHOSEN = 2
WRONG_PIXEL = 0.2  # a fifth of the distance from black to white
SOURCE = "Noto Color Emoji 2.042 (Google), drawn small by data/emoji/draw.py"
LICENCE = "SIL Open Font License 1.1 (the font)"

_FOLDER = bundled("emoji")
_NAME = re.compile(rf"({GREY}|{COLOUR})-([0-9a-f]{{10}})")


@lru_cache(maxsize=2)
def palette(base: str) -> ImageSet:
    """Every bundled emoji of one size, by the base's name."""
    arrays = [np.atleast_3d(np.asarray(Image.open(file))).transpose(2, 0, 1) for file in _files(base)]
    return ImageSet(torch.from_numpy(np.stack(arrays)), palette_names(base), torch.arange(len(arrays)))


@lru_cache(maxsize=2)
def _files(base: str) -> list[Path]:
    return sorted((_FOLDER / base.removeprefix("emoji")).glob("*.png"))


def palette_names(base: str) -> tuple[str, ...]:
    """The names of `palette`'s emoji, without reading an image."""
    return tuple(file.stem[3:].replace("-", " ") for file in _files(base))


def name_of(base: str, chosen: Collection[int]) -> str:
    """The name of the set of these emoji, by their numbers in the palette."""
    if set(chosen) == set(range(FIRST)):
        return base
    return f"{base}-{sum(1 << number for number in set(chosen)):010x}"


def numbers(name: str) -> list[int]:
    """The numbers of a set's emoji in the palette, in that order. Raises LabError for an invalid name."""
    if name in (GREY, COLOUR):
        return list(range(FIRST))
    match = _NAME.fullmatch(name)
    bits = int(match[2], 16) if match else 0
    chosen = [number for number in range(bits.bit_length()) if bits >> number & 1]
    if match is None or len(chosen) < MIN_CHOSEN or chosen[-1] >= len(palette_names(match[1])):
        count = len(palette_names(GREY))
        raise LabError(
            "dataset is {name!r}: write {grey}- or {colour}- and 10 hexadecimal digits whose bits choose at "
            "least {least} of the {count} emoji.",
            name=name[:60],
            grey=GREY,
            colour=COLOUR,
            least=MIN_CHOSEN,
            count=count,
        )
    return chosen


def is_one(name: str) -> bool:
    """Whether a name has the form of an emoji set's name."""
    return name.startswith((GREY, COLOUR))


@lru_cache(maxsize=64)
def spec(name: str) -> DatasetSpec:
    """Describe a set of emoji. Raises LabError for an invalid name."""
    chosen = numbers(name)
    base = name.partition("-")[0]
    channels, side = (1, 20) if base == GREY else (3, 32)
    kind = "grey" if base == GREY else "colour"

    def load() -> ImageSet:
        every = palette(base)
        return ImageSet(
            every.pixels[chosen], tuple(every.names[number] for number in chosen), torch.arange(len(chosen))
        )

    return DatasetSpec(
        name=name,
        title=f"{len(chosen)} of {len(palette_names(base))} emoji, {side}x{side}, {kind}",
        shape=(channels, side, side),
        splits=Splits(len(chosen)),
        evaluation="memorise",
        classes=len(chosen),
        source=SOURCE,
        licence=LICENCE,
        load=load,
        wrong_pixel=WRONG_PIXEL,
        light=True,
    )
