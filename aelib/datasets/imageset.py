"""A data set: images with names or labels, in parts, and how their pixels are scaled for a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.core.random import generator

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

CURVE_HEIGHT = 48  # height in pixels of the picture of a signal
WRONG_PIXEL = 0.5  # a binary pixel is wrong when it is at least this far from its value


class Splits(NamedTuple):
    """How many images, in this order: training set, validation set, test set."""

    train: int
    valid: int = 0
    test: int = 0


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of a data set.

    Attributes:
        pixels: uint8, images × channels × height × width, 0 to 255.
        names: one for each image, all different.
        labels: int64, one class number for each image.
        inputs: what the net receives, if that differs from its target (pairs of a poor and a good picture): uint8,
            images × channels × height × width; its size may differ from that of `pixels`.
    """

    pixels: Tensor
    names: tuple[str, ...]
    labels: Tensor
    inputs: Tensor | None = None

    def __len__(self) -> int:
        return len(self.pixels)

    def images(self) -> Tensor:
        """float32, images × channels × height × width, 0 to 1."""
        return self.pixels.float() / 255.0

    @property
    def shown(self) -> Tensor:
        """The net's inputs, uint8: the images, or the inputs of pairs."""
        return self.pixels if self.inputs is None else self.inputs

    def part(self, chosen: slice | list[int]) -> ImageSet:
        """Some of the images: a slice gives views, a list of indices gives copies."""
        inputs = None if self.inputs is None else self.inputs[chosen]
        names = self.names[chosen] if isinstance(chosen, slice) else tuple(self.names[i] for i in chosen)
        return ImageSet(self.pixels[chosen], names, self.labels[chosen], inputs)


def parts_of(count: int) -> Splits:
    """Divide a set that comes in one piece, in the proportions of notMNIST's 70,000 images: 42 to 18 to 10."""
    test, valid = round(count * 10 / 70), round(count * 18 / 70)
    return Splits(count - valid - test, valid, test)


def shuffled(count: int, purpose: str) -> Tensor:
    """The numbers below `count`, shuffled; the order is always the same for a purpose."""
    return torch.randperm(count, generator=generator(0, purpose))


def numbered(labels: Tensor) -> tuple[str, ...]:
    """Names for images without names: their class and their number."""
    return tuple(f"{label} (image {i})" for i, label in enumerate(labels.tolist()))


@dataclass(frozen=True)
class DatasetSpec:
    """Everything that is known about a data set without loading it.

    Attributes:
        name: as in an experiment.
        title: for people.
        shape: channels, height, width of an image.
        splits: sizes of training, validation and test set.
        classes: number of different labels.
        source, licence: where the images come from, and under which terms.
        load: reads the images; raises LabError if they are not on this machine.
        evaluation: "held_out": a net is evaluated on images that it was not trained on; "memorise": it should learn
            every single image (a font), so nothing is held out, and each image is either learnt or not.
        wrong_pixel: a pixel is wrong if its error is at least this (0 to 1).
        light: whether 1 is white, as in a photograph; else 1 is ink on paper.
        missing: None if the images are here, else one sentence that says what to do.
        input_shape: shape of the net's inputs, if it differs from that of the images.
        features: the parts whose sums the images are, if these are known: float32, features × channels × height ×
            width, each of length 1.
        by_class: number of images of each class in each part, if that is known without loading them.
        only: the classes that were selected, in order; empty: the whole set. See `catalog.only`.
        content: eight hexadecimal digits that identify the files, if a set of this name may have other images on
            another machine.
    """

    name: str
    title: str
    shape: tuple[int, int, int]
    splits: Splits
    classes: int
    source: str
    licence: str
    load: Callable[[], ImageSet] = field(repr=False, compare=False)
    evaluation: Literal["memorise", "held_out"] = "held_out"
    wrong_pixel: float = WRONG_PIXEL
    light: bool = False
    missing: Callable[[], Lazy | None] = field(default=lambda: None, repr=False, compare=False)
    input_shape: tuple[int, int, int] | None = None
    content: str = ""
    features: Callable[[], Tensor] | None = field(default=None, repr=False, compare=False)
    by_class: tuple[Splits, ...] = ()
    only: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        held_out = self.splits.valid + self.splits.test
        if (self.evaluation == "held_out") != (held_out > 0):
            raise ValueError(f"{self.name}: evaluation is {self.evaluation!r} and {held_out} images are held out")

    @property
    def shown_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the net's inputs."""
        return self.input_shape or self.shape

    @property
    def paired(self) -> bool:
        """Whether the net's inputs differ from the images that it should output."""
        return self.input_shape is not None

    @property
    def images(self) -> int:
        """Number of images in all parts."""
        return sum(self.splits)

    @property
    def pixels(self) -> int:
        """Numbers in one image."""
        channels, height, width = self.shape
        return channels * height * width

    @property
    def memorised(self) -> bool:
        """Whether a net should learn every single image: see `evaluation`."""
        return self.evaluation == "memorise"

    @property
    def named(self) -> bool:
        """The same as `memorised`. Notebooks that were submitted with version 0.1.0 use this name."""
        return self.memorised

    @property
    def signal(self) -> bool:
        """Whether an image is a curve: one grey line of values over time."""
        return self.shape[:2] == (1, 1)

    def drawn(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Pixels (... × channels × height × width) as charts expect them: one channel is ink on paper, three channels
        are colours. A signal is drawn as its curve, CURVE_HEIGHT pixels high."""
        if self.signal:
            return curves(pixels)
        if self.light and self.shape[0] == 1:
            return np.repeat(pixels, 3, axis=-3)
        return pixels


def curves(signals: NDArray[Any]) -> NDArray[Any]:
    """Signals (... × 1 × 1 × width, uint8 or from 0 to 1) as pictures of their curves, ... × 1 × CURVE_HEIGHT × width,
    of the same type: 1 is at the top, and each value is connected with its neighbours."""
    whole = 255 if signals.dtype == np.uint8 else 1
    rows = (1 - np.clip(np.nan_to_num(signals.astype(np.float32) / whole), 0, 1)) * (CURVE_HEIGHT - 1)
    halves = (rows[..., 1:] + rows[..., :-1]) / 2
    ends = np.stack([rows, np.concatenate([rows[..., :1], halves], -1), np.concatenate([halves, rows[..., -1:]], -1)])
    top, bottom = np.floor(ends.min(axis=0) + 0.5), np.floor(ends.max(axis=0) + 0.5)
    places = np.arange(CURVE_HEIGHT, dtype=np.float32)[:, None]
    found: NDArray[Any] = ((places >= top) & (places <= bottom)).astype(signals.dtype) * signals.dtype.type(whole)
    return found


@dataclass(frozen=True)
class Normalization:
    """x = (pixel − shift) / scale for the network; `pixels` is the inverse, from 0 (off) to 1 (on)."""

    shift: float
    scale: float

    def apply(self, images: Tensor) -> Tensor:
        """Convert pixels from 0 to 1 to the network's values, same shape."""
        if self.shift == 0 and self.scale == 1:
            return images
        return (images - self.shift) / self.scale

    def pixels(self, outputs: Tensor) -> Tensor:
        """Convert the network's outputs to pixels; they may lie outside 0 to 1 and are not clipped."""
        return outputs * self.scale + self.shift

    @property
    def low(self) -> float:
        """The network's value for a pixel that is off."""
        return (0.0 - self.shift) / self.scale

    @property
    def high(self) -> float:
        """The network's value for a pixel that is fully on."""
        return (1.0 - self.shift) / self.scale


def normalization(kind: str, pixels: Tensor) -> Normalization:
    """kind: "none" (0 to 1), "symmetric" (−1 to 1) or "standardized" (mean 0, standard deviation 1 over all of
    `pixels`, which are uint8, of any shape)."""
    match kind:
        case "none":
            return Normalization(0.0, 1.0)
        case "symmetric":
            return Normalization(0.5, 0.5)
        case "standardized":
            # computed from the counts of the 256 values, which avoids a copy of a large set as floats
            counts = torch.bincount(pixels.flatten(), minlength=256).double()
            values = torch.arange(256).double() / 255
            mean = float((counts * values).sum() / counts.sum())
            spread = float(((counts * (values - mean).square()).sum() / counts.sum()).sqrt())
            return Normalization(mean, spread if spread > 0 else 1.0)
    raise ValueError(f"no normalization named {kind!r}")
