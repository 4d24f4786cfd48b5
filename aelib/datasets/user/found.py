"""The result of reading the user's files: images with names and classes, before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.imageset import Splits, parts_of

CURVES = (33, 512)  # fewest and most values of a curve, which is stored as an image that is one pixel high
SIDES = (3, 64)  # smallest and largest height and width of an image that is stored unchanged
CHOSEN = (8, 64)  # smallest and largest side that pictures are scaled to
SIDE = 32  # if the user does not choose a side
SMALL = 20  # a set with fewer images is memorised image by image, like the emoji
IMAGES = (2, 100_000)  # fewest and most in a set
MAX_PIXELS = 300_000_000  # numbers in all images of a set together, a byte each
CLASSES = (2, 1000)
FEW_CLASSES = 100  # more classes are accepted only if each of them has at least two images

Pixels = NDArray[np.uint8]


class Skipped(NamedTuple):
    """A file (or a part of one) that was left out, and the reason. As text: its name and what is wrong with it."""

    file: str
    reason: Lazy | LabError

    @property
    def why(self) -> str:
        """The reason in the current language, without the file's name and without a full stop."""
        text = str(self.reason)
        for name in (self.file[:60], PurePosixPath(self.file).name[:60]):
            text = text.removeprefix(f"{name} ")
        return text.rstrip(".")

    def __str__(self) -> str:
        return f"{self.file} ({self.why.partition(': ')[0]})"


def is_kept(channels: int, height: int, width: int) -> bool:
    """Whether an image of this shape is stored unchanged: grey or colour, or a curve."""
    if (channels, height) == (1, 1):
        return CURVES[0] <= width <= CURVES[1]
    return channels in (1, 3) and all(SIDES[0] <= side <= SIDES[1] for side in (height, width))


@dataclass(frozen=True)
class Options:
    """What the user may specify about the files.

    Attributes:
        side: of the squares that pictures are scaled to, within CHOSEN; None: SIDE for pictures, and arrays stay
            unchanged.
        colour: whether pictures keep their colours.
        default: side of pictures if the user does not choose one.
        size: height and width of one image, for formats in which an image is one row of numbers.
        on_progress: called with the share that has been read, 0 to 1.
        cancelled: called between two pictures.
    """

    side: int | None = None
    colour: bool = True
    size: tuple[int, int] | None = None
    default: int = SIDE
    on_progress: Callable[[float], None] = field(default=lambda _: None, compare=False)
    cancelled: Callable[[], bool] = field(default=lambda: False, compare=False)

    def __post_init__(self) -> None:
        if self.side is not None and not CHOSEN[0] <= self.side <= CHOSEN[1]:
            raise LabError(
                "The side is {side}: give {least} to {most} pixels.", side=self.side, least=CHOSEN[0], most=CHOSEN[1]
            )
        if self.size is not None and not all(SIDES[0] <= side <= SIDES[1] for side in self.size):
            height, width = self.size
            raise LabError(
                "The size is {height}x{width}: give a height and a width from {least} to {most}.",
                height=height,
                width=width,
                least=SIDES[0],
                most=SIDES[1],
            )


@dataclass(frozen=True, eq=False)
class Found:
    """Images that were read from the user's files.

    Attributes:
        kind: "glyphs" (on or off, each with a name, memorised one by one) or "images".
        form: the format of the files, in words, such as "a table in C".
        pixels: uint8, images × channels × height × width, 0 to 255; in the order of `given`, unless that is None.
        names: one for each image, all different; only where images have names of their own.
        labels: one class number for each image, or None.
        class_names: names of the class numbers.
        given: the parts that the files define, None if the images come in one piece.
        skipped: what was left out, each with the reason.
        notes: what the user should know about how the numbers were read, in short sentences.
        each: whether each image is memorised individually although there are SMALL or more, at most 64.
    """

    kind: Literal["glyphs", "images"]
    form: Lazy
    pixels: Pixels
    names: tuple[str, ...] | None = None
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    given: Splits | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Lazy, ...] = ()
    each: bool = False

    def __post_init__(self) -> None:
        count, channels, height, width = self.pixels.shape
        if count < IMAGES[0]:
            some = Lazy("one image") if count else Lazy("no image")
            raise LabError("This is {form} with {some}: give at least 2.", form=self.form, some=some)
        if count > IMAGES[1]:
            raise LabError(
                "This is {form} with {count:,} images: give at most {most:,}.",
                form=self.form,
                count=count,
                most=IMAGES[1],
            )
        if not is_kept(channels, height, width):
            raise LabError(
                "This is {form} with images of {height}x{width}: give {least} to {most} pixels a side.",
                form=self.form,
                height=height,
                width=width,
                least=SIDES[0],
                most=SIDES[1],
            )

    @property
    def images(self) -> int:
        return len(self.pixels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        _, channels, height, width = self.pixels.shape
        return channels, height, width

    @property
    def memorised(self) -> bool:
        """Whether there are so few images that each is memorised individually."""
        return self.kind == "glyphs" or (self.given is None and (self.each or self.images < SMALL))

    @property
    def classes(self) -> int:
        """Number of different classes; if each image is memorised individually, each is a class."""
        if self.memorised:
            return self.images
        return 1 if self.labels is None else len(np.unique(self.labels))

    @property
    def splits(self) -> Splits:
        """The parts as given, or the division of images that come in one piece."""
        if self.memorised:
            return Splits(self.images)
        return self.given or parts_of(self.images)

    @property
    def parts(self) -> dict[str, int]:
        """The number of images in each part that is not empty."""
        return {name: count for name, count in self.splits._asdict().items() if count}

    def name_of(self, number: int) -> str:
        """The caption of an image on a contact sheet."""
        if self.names is not None:
            return self.names[number]
        if self.labels is not None:
            return self.class_names[int(self.labels[number])]
        return str(number)

    def histogram(self, bins: int = 32) -> tuple[int, ...]:
        """How many of the numbers of all images are in each of `bins` equal ranges from 0 to 255."""
        counts = np.zeros(256, np.int64)
        for start in range(0, self.images, 4096):
            counts += np.bincount(self.pixels[start : start + 4096].reshape(-1), minlength=256)
        return tuple(int(part.sum()) for part in np.array_split(counts, bins))

    def inverted(self) -> Found:
        """The same with dark and light swapped."""
        return replace(self, pixels=255 - self.pixels)

    def transposed(self) -> Found:
        """The same with rows and columns swapped, as arrays from MATLAB and EMNIST's raw files require. Raises LabError
        for curves."""
        return replace(self, pixels=np.ascontiguousarray(self.pixels.swapaxes(2, 3)))

    def document(self) -> dict[str, object]:
        """The result as values for JSON."""
        return {
            "kind": self.kind,
            "images": self.images,
            "shape": list(self.shape),
            "classes": self.classes,
            "parts": self.parts,
            "skipped": [{"file": one.file, "reason": one.why} for one in self.skipped],
        }


def classes_of(values: Sequence[str] | NDArray[np.generic]) -> tuple[NDArray[np.int64], tuple[str, ...]] | None:
    """Class numbers for these values, and the names of the classes; None if the values are not classes: all are equal,
    or nearly all are different."""
    array = np.asarray(values)
    different, numbers = np.unique(array, return_inverse=True)
    count = len(different)
    if not CLASSES[0] <= count <= CLASSES[1] or (count > FEW_CLASSES and 2 * count > len(array)):
        return None
    names: dict[str, None] = {}
    for number, value in enumerate(different):
        short = "".join(c for c in _text(value) if c.isprintable()).strip()[:20] or "no folder"
        names[short if short not in names else f"{short[:15]} {number}"] = None
    return numbers.reshape(-1).astype(np.int64), tuple(names)


def _text(value: np.generic) -> str:
    if isinstance(value, np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def unique(names: Sequence[str], longest: int) -> tuple[str, ...]:
    """Unique names of at most `longest` printable characters: equal names get a number."""
    found: dict[str, None] = {}
    for given in names:
        stem = "".join(c for c in given if c.isprintable())
        stem = (stem if stem == " " else stem.strip())[:longest] or "image"
        name, number = stem, 2
        while name in found:
            name, number = f"{stem[: longest - 6]} {number}", number + 1
        found[name] = None
    return tuple(found)
