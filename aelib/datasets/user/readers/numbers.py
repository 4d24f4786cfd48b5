"""Images from arrays of numbers: decides the range of the values, the order of the axes, and the labels."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.found import CURVES, IMAGES, MAX_PIXELS, SIDE, SIDES, Options, Pixels, classes_of

STEP = 1024  # images that are converted at a time, to avoid a second copy of a large array
STANDARDISED = 20.0  # in images with mean 0 and standard deviation 1, no value is further from 0
MAX_SIDE = 4096  # largest side of an image in an array, before it is scaled down


def images_of(array: NDArray[Any], form: Lazy, options: Options) -> tuple[Pixels, tuple[Lazy, ...]]:
    """Images × channels × height × width, and notes on how they were read. array: N×H×W, N×H×W×C, N×C×H×W or N×P, of
    any number type; it may be a memory-mapped file. Raises LabError."""
    kind = array.dtype.kind
    if kind not in "buif":
        objects = Lazy("Python objects, which are never unpickled")
        what = objects if kind == "O" else Lazy("no numbers ({kind})", kind=str(array.dtype))
        raise LabError(
            "This is {form} that holds {what}: give images as uint8, or as numbers from 0 to 1.", form=form, what=what
        )
    shape, order, notes = _axes(array.shape, form, options)
    scale, shift, said = _range(array, form)
    count, channels, height, width = shape
    fitted, resized = _fitting(height, width, options)
    grey = channels == 3 and not options.colour
    out_channels = 1 if grey else channels
    if count * out_channels * fitted[0] * fitted[1] > MAX_PIXELS:
        raise LabError(
            "This is {form} with {count:,} images of {height}x{width}: give at most {most:,} numbers.",
            form=form,
            count=count,
            height=height,
            width=width,
            most=MAX_PIXELS,
        )
    out = np.empty((count, out_channels, *fitted), np.uint8)
    for start in range(0, count, STEP):
        options.on_progress(start / count)
        if options.cancelled():
            raise LabError("Stopped, as asked.")
        part = np.asarray(array[start : start + STEP])
        images = _scaled(part, scale, shift).reshape(len(part), *array.shape[1:])
        images = order(images)[:, :3]
        if grey:
            images = _grey(images)
        out[start : start + len(part)] = [_resized(one, fitted) for one in images] if resized else images
    if resized:
        notes.append(
            Lazy(
                "The middle square of {height}x{width} pixels was scaled to {high}x{wide}.",
                height=height,
                width=width,
                high=fitted[0],
                wide=fitted[1],
            )
        )
    return out, (*notes, *said)


def are_curves(count: int) -> bool:
    """Whether a table line with this many numbers is a curve, that is, not a square image in grey or in colour."""
    square = any(count % channels == 0 and isqrt(count // channels) ** 2 == count // channels for channels in (1, 3))
    return CURVES[0] <= count <= CURVES[1] and not square


def curves_of(array: NDArray[Any], form: Lazy) -> tuple[Pixels, tuple[Lazy, ...]]:
    """Curves, one in each row (curves × values, any finite numbers), as images that are one pixel high, and notes. The
    smallest number of all becomes 0 and the largest 255. Raises LabError."""
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = int(np.argwhere(~np.isfinite(array))[0][0])
        raise LabError(
            "This is {form} with a number that is NaN or infinite, in line {line}: give finite numbers.",
            form=form,
            line=bad + 1,
        )
    scale = 255.0 / (high - low) if high > low else 0.0
    pixels = _scaled(array, scale, -low * scale)[:, None, None]
    width = array.shape[1]
    return pixels, (
        Lazy(
            "Lines of {width} numbers, which fill no square, are read as curves (--size says the size of images).",
            width=width,
        ),
        Lazy(
            "Numbers from {low:.4g} to {high:.4g}: the smallest is drawn at the bottom, the largest at the top.",
            low=low,
            high=high,
        ),
    )


def images_last(shape: tuple[int, ...]) -> bool:
    """Whether the last axis of an array is that of the images, as in MATLAB: height x width (x channels) x images."""
    if len(shape) == 4:
        return shape[2] in (1, 3) and shape[3] not in (1, 3, 4) and shape[0] == shape[1] >= SIDES[0]
    return len(shape) == 3 and SIDES[0] <= shape[0] == shape[1] != shape[2] > 4


def _axes(shape: tuple[int, ...], form: Lazy, options: Options) -> tuple[tuple[int, int, int, int], Any, list[Lazy]]:
    """Images, channels, height, width; a function that puts uint8 images into this order; and notes."""
    text = "x".join(map(str, shape))
    if len(shape) not in (2, 3, 4) or 0 in shape:
        raise LabError(
            "This is {form} of shape {shape}: give images x height x width.", form=form, shape=text or Lazy("no axis")
        )
    if len(shape) == 3 and shape[2] in (3, 4) and min(shape[:2]) >= 8:
        raise LabError(
            "This is {form} of shape {shape}, one picture: give two or more, images x height x width x channels.",
            form=form,
            shape=text,
        )
    count = shape[0]
    if not IMAGES[0] <= count <= IMAGES[1]:
        raise LabError(
            "This is {form} of shape {shape}, {count:,} images: give {least} to {most:,}.",
            form=form,
            shape=text,
            count=count,
            least=IMAGES[0],
            most=IMAGES[1],
        )
    if len(shape) == 2:
        channels, height, width = _flat(shape[1], form, options)
        return (count, channels, height, width), lambda a: a.reshape(-1, channels, height, width), []
    if len(shape) == 3:
        found = (count, 1, shape[1], shape[2])
        order = lambda a: a[:, None]  # noqa: E731
    elif shape[3] in (1, 3, 4) and not (shape[1] in (1, 3) and shape[2] > 4 < shape[3]):
        found = (count, 1 if shape[3] == 1 else 3, shape[1], shape[2])
        order = lambda a: a.transpose(0, 3, 1, 2)  # noqa: E731
    elif shape[1] in (1, 3, 4):
        found = (count, 1 if shape[1] == 1 else 3, shape[2], shape[3])
        order = lambda a: a  # noqa: E731
    else:
        raise LabError(
            "This is {form} of shape {shape}: give 1 or 3 channels, images x height x width x channels.",
            form=form,
            shape=text,
        )
    height, width = found[2:]
    if not all(SIDES[0] <= side <= MAX_SIDE for side in (height, width)):
        raise LabError(
            "This is {form} of images of {height}x{width}: give {least} to {most} pixels a side.",
            form=form,
            height=height,
            width=width,
            least=SIDES[0],
            most=MAX_SIDE,
        )
    return found, order, []


def _flat(count: int, form: Lazy, options: Options) -> tuple[int, int, int]:
    """Channels, height and width of an image given as one row of numbers."""
    if options.size:
        height, width = options.size
        if count in (height * width, 3 * height * width):
            return count // (height * width), height, width
        raise LabError(
            "This is {form} with {count:,} numbers an image: --size {height}x{width} does not fit them.",
            form=form,
            count=count,
            height=height,
            width=width,
        )
    for channels in (1, 3):
        side = round((count / channels) ** 0.5)
        if channels * side * side == count and SIDES[0] <= side <= MAX_SIDE:
            return channels, side, side
    raise LabError(
        "This is {form} with {count:,} numbers an image, which is no square of {least} pixels a side or "
        "more: say their size, such as --size 28x20.",
        form=form,
        count=count,
        least=SIDES[0],
    )


def _range(array: NDArray[Any], form: Lazy) -> tuple[float, float, list[Lazy]]:
    """Factor and shift that map the numbers to 0 to 255, and a note on the range. Raises LabError."""
    if array.dtype.kind == "b":
        return 255.0, 0.0, [Lazy("Numbers are 0 and 1.")]
    low, high = np.inf, -np.inf
    whole = True
    for start in range(0, len(array), STEP):
        part = np.asarray(array[start : start + STEP])
        least, most = float(part.min()), float(part.max())
        if not (np.isfinite(least) and np.isfinite(most)):
            bad = np.argwhere(~np.isfinite(part))[0]
            raise LabError(
                "This is {form} with a number that is NaN or infinite, in image {image}: give numbers from 0 to 1 or "
                "from 0 to 255.",
                form=form,
                image=start + int(bad[0]),
            )
        low, high = min(low, least), max(high, most)
        whole = whole and (part.dtype.kind in "ui" or bool((part == np.rint(part)).all()))

    def read_as(least: int, most: float) -> list[Lazy]:
        said = Lazy(
            "Numbers from {low:.4g} to {high:.4g}: read as {least} to {most:,.0f}.",
            low=low,
            high=high,
            least=least,
            most=most,
        )
        return [said]

    if low >= 0 and high <= 1:
        return 255.0, 0.0, read_as(0, 1)
    if whole and low >= 0 and high <= 16:
        return 255.0 / 16 if high > 15 else 255.0 / high, 0.0, read_as(0, 16 if high > 15 else high)
    if low >= 0 and high <= 255:
        return 1.0, 0.0, read_as(0, 255)
    if -1 <= low < 0 and high <= 1:
        return 127.5, 127.5, read_as(-1, 1)
    if whole and low >= 0 and high <= 65535:
        most = next(most for most in (1023, 4095, 65535) if high <= most)  # values of 10, 12 and 16 bits
        return 255.0 / most, 0.0, read_as(0, most)
    if -STANDARDISED <= low < 0 < high <= STANDARDISED and not whole:
        scale = 255.0 / (high - low)
        said = Lazy(
            "Numbers from {low:.4g} to {high:.4g}, standardised: the smallest is black, the largest white.",
            low=low,
            high=high,
        )
        return scale, -low * scale, [said]
    raise LabError(
        "This is {form} with numbers from {low:.4g} to {high:.4g}: give them from 0 to 1 or from 0 to 255.",
        form=form,
        low=low,
        high=high,
    )


def _scaled(part: NDArray[Any], scale: float, shift: float) -> Pixels:
    if scale == 1 and shift == 0 and part.dtype == np.uint8:
        return np.asarray(part, np.uint8)
    values = part.astype(np.float32) * np.float32(scale) + np.float32(shift)
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _fitting(height: int, width: int, options: Options) -> tuple[tuple[int, int], bool]:
    """The final size of the images, and whether they must be scaled to it."""
    if options.side is not None:
        return (options.side, options.side), (height, width) != (options.side, options.side)
    if max(height, width) > SIDES[1]:
        return (SIDE, SIDE), True
    return (height, width), False


def _grey(images: Pixels) -> Pixels:
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.rint(np.tensordot(images.astype(np.float32), weights, (1, 0))).astype(np.uint8)[:, None]


def _resized(image: Pixels, size: tuple[int, int]) -> Pixels:
    """The middle square of one image (channels × height × width), scaled."""
    _, height, width = image.shape
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    square = np.ascontiguousarray(image[:, top : top + edge, left : left + edge].transpose(1, 2, 0))
    picture = Image.fromarray(square[:, :, 0] if len(image) == 1 else square)
    small = picture.resize((size[1], size[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.atleast_3d(np.asarray(small)).transpose(2, 0, 1)


def labels_of(array: NDArray[Any], count: int, form: Lazy) -> NDArray[Any]:
    """One value for each image, numbers or texts, from an array N, N×1 or one-hot N×K. Raises LabError."""
    found = np.asarray(array)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    elif found.ndim == 2 and found.shape == (1, count):
        found = found[0]
    elif found.ndim == 2 and found.shape[1] > 1 and found.dtype.kind in "buif" and len(found) == count:
        found = found.argmax(axis=1)
    if found.ndim != 1 or len(found) != count:
        raise LabError(
            "This is {form} with {count:,} images and labels of shape {shape}: give one label for each image.",
            form=form,
            count=count,
            shape="x".join(map(str, array.shape)),
        )
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        raise LabError(
            "This is {form} with a label that is NaN or infinite: give a whole number for each image.", form=form
        )
    if found.dtype.kind not in "buifUS":
        raise LabError(
            "This is {form} with labels that are {dtype}: give whole numbers or words.", form=form, dtype=found.dtype
        )
    return np.char.decode(found, "utf-8", "replace") if found.dtype.kind == "S" else found


def no_classes() -> tuple[NDArray[np.int64] | None, tuple[str, ...], tuple[Lazy, ...]]:
    """The result of `classes` without labels."""
    return None, (), ()


def classes(values: list[NDArray[Any]]) -> tuple[NDArray[np.int64] | None, tuple[str, ...], tuple[Lazy, ...]]:
    """Class numbers of the values of all parts together, the names of the classes, and notes."""
    if len({one.dtype.kind == "U" for one in values}) > 1:
        values = [one.astype(str) for one in values]
    together = np.concatenate(values)
    found = classes_of(together)
    if found is None:
        count = len(np.unique(together))
        left_out = Lazy(
            "The labels have {count:,} different values, which are no classes: they were left out.", count=count
        )
        return None, (), (left_out,)
    return found[0], found[1], ()
