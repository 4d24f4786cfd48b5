"""What a data set is: images with names, and how their pixels are scaled for a network."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

WRONG_PIXEL = 0.5  # a binary pixel is wrong when it is at least this far from its value


@dataclass(frozen=True, eq=False)
class ImageSet:
    """pixels: uint8, images × channels × height × width, 0 to 255; names: one for each image, all different;
    labels: int64, one class number for each image."""

    pixels: Tensor
    names: tuple[str, ...]
    labels: Tensor

    def __len__(self) -> int:
        return len(self.pixels)

    def images(self) -> Tensor:
        """float32, images × channels × height × width, 0 to 1."""
        return self.pixels.float() / 255.0


@dataclass(frozen=True)
class DatasetSpec:
    """What a list of data sets shows; `load` reads the images. shape: channels, height, width."""

    name: str
    title: str
    shape: tuple[int, int, int]
    images: int
    classes: int
    source: str
    licence: str
    load: Callable[[], ImageSet] = field(repr=False, compare=False)
    wrong_pixel: float = WRONG_PIXEL

    @property
    def pixels(self) -> int:
        """Numbers in one image."""
        channels, height, width = self.shape
        return channels * height * width


@dataclass(frozen=True)
class Normalization:
    """x = (pixel − shift) / scale for the network; `pixels` goes back, to 0 (off) .. 1 (on)."""

    shift: float
    scale: float

    def apply(self, images: Tensor) -> Tensor:
        """From pixels in 0 to 1 to what the network sees, same shape."""
        return (images - self.shift) / self.scale

    def pixels(self, outputs: Tensor) -> Tensor:
        """From what the network gives to pixels; outputs may lie outside 0 to 1, nothing is cut off."""
        return outputs * self.scale + self.shift

    @property
    def low(self) -> float:
        """What the network sees for a pixel that is off."""
        return (0.0 - self.shift) / self.scale

    @property
    def high(self) -> float:
        """What the network sees for a pixel that is fully on."""
        return (1.0 - self.shift) / self.scale


def normalization(kind: str, images: Tensor) -> Normalization:
    """kind: "none" (0 to 1), "symmetric" (−1 to 1) or "standardized" (mean 0, standard deviation 1 over all
    pixels of `images`, which is n × channels × height × width in 0 to 1)."""
    match kind:
        case "none":
            return Normalization(0.0, 1.0)
        case "symmetric":
            return Normalization(0.5, 0.5)
        case "standardized":
            spread = float(torch.std(images, correction=0))
            return Normalization(float(images.mean()), spread if spread > 0 else 1.0)
    raise ValueError(f"no normalization named {kind!r}")
