"""Decides which arrays are images, which are labels, and which belong together, by their names and shapes."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.imageset import Splits
from aelib.datasets.user.found import SIDES, Found, Options, Skipped, is_kept, unique
from aelib.datasets.user.pictures import MAX_NAME

from . import numbers

MAX_ARRAYS = 64  # in one file

_PARTS = {
    "train": 0, "training": 0, "tr": 0, "trn": 0, "valid": 1, "val": 1, "validation": 1, "dev": 1,
    "test": 2, "testing": 2, "tst": 2, "t10k": 2, "eval": 2,
    "entrenamiento": 0, "entreno": 0, "treino": 0, "treinamento": 0, "validacion": 1, "validacao": 1,
    "prueba": 2, "pruebas": 2, "teste": 2, "testes": 2,
}  # fmt: skip
_SHORT = _PARTS | {"va": 1, "te": 2, "ts": 2}  # only after x or y; elsewhere it may be a class, such as a kana
_IMAGES = (
    "x", "images", "image", "imgs", "img", "data", "dataset", "features", "pixels", "inputs", "samples", "arr0", "xs",
)  # fmt: skip
_LABELS = ("y", "labels", "label", "targets", "target", "classes", "class", "lbl", "ys", "arr1", "fine", "names")


class Named(NamedTuple):
    """An array and what its name says: its part (0 training, 1 validation, 2 test), and whether it contains labels."""

    name: str
    array: NDArray[Any]
    part: int | None
    labels: bool | None


def words_of(name: str) -> list[str]:
    """The words of a name: both "x_train.npy" and "trainX" give x and train."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()  # without accents
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain)
    found = [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]
    return [word[:3] + word[4:] if re.fullmatch(r"arr_\d", word) else word for word in found]


def part_of(name: str) -> int | None:
    """The part that a name refers to, such as test for x_test."""
    words = words_of(name)
    for word in words:
        if word in _PARTS:
            return _PARTS[word]
        if word in _SHORT and {words[0], words[-1]} & {"x", "y"}:
            return _SHORT[word]
        for bare in (word[1:] if word[0] in "xy" else "", word[:-1] if word[-1] in "xy" else ""):
            if bare in _SHORT:
                return _SHORT[bare]
    return None


def _is_labels(name: str) -> bool | None:
    words = words_of(re.sub(r"arr_(\d)", r"arr\1", name))
    words += [word[0] for word in words if word[0] in "xy" and word[1:] in _SHORT]
    words += [word[-1] for word in words if word[-1] in "xy" and word[:-1] in _SHORT]
    if any(word in _LABELS for word in words):
        return True
    return False if any(word in _IMAGES for word in words) else None


def named(name: str, array: NDArray[Any]) -> Named:
    return Named(name, array, part_of(name), _is_labels(name))


def found_of(arrays: Sequence[Named], form: Lazy, options: Options, skipped: Sequence[Skipped] = ()) -> Found:
    """The images of some arrays, after deciding by names and shapes which are images, which are labels, and which
    belong together. Raises LabError."""
    if (called := _by_name(arrays)) is not None:
        return called.found(form, options, tuple(skipped))
    left_out = list(skipped)
    pictures: dict[int | None, Named] = {}
    for one in sorted(arrays, key=lambda one: (one.labels is not False, -one.array.size)):
        if one.labels or one.array.ndim < 2:
            continue
        if one.labels is None and (one.array.shape[1:] == (1,) or (pictures and not _another(one, pictures))):
            continue
        if one.part in pictures or (None in pictures and one.part is not None):
            left_out.append(Skipped(one.name, Lazy("there is another array of images for the same part")))
        else:
            pictures[one.part] = one
    if not pictures:
        names = ", ".join(one.name for one in arrays)[:80]
        raise LabError(
            "This is {form} without images (found: {names}): name them x_train and y_train, or images and labels.",
            form=form,
            names=names or Lazy("none"),
        )
    pictures, turned = _images_first(pictures, arrays)
    used = {id(one) for one in pictures.values()}
    values = {part: _labels_for(one, arrays, used, form) for part, one in pictures.items()}
    left_out += [
        Skipped(one.name, Lazy("neither images nor labels of them (shape {shape})", shape=_shape(one.array)))
        for one in arrays
        if id(one) not in used
        and one.name not in {picture.name for picture in pictures.values()}
        and one.name not in {skip.file for skip in left_out}
    ]
    parts = sorted(pictures, key=lambda part: -1 if part is None else part)
    read = [numbers.images_of(pictures[part].array, form, options) for part in parts]
    if len({pixels.shape[1:] for pixels, _ in read}) > 1:
        sizes = ", ".join("x".join(map(str, pixels.shape[1:])) for pixels, _ in read)
        raise LabError(
            "This is {form} whose parts have images of {sizes}: give all the same size.", form=form, sizes=sizes
        )
    pixels = read[0][0] if len(read) == 1 else np.concatenate([one for one, _ in read])
    said = tuple(dict.fromkeys([*turned, *(note for _, notes in read for note in notes)]))
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    more: tuple[Lazy, ...] = ()
    found_values = [value for part in parts if (value := values[part]) is not None]
    if len(found_values) == len(parts):
        labels, class_names, more = numbers.classes(found_values)
    counts = {part: len(pictures[part].array) for part in parts if part is not None}
    given = Splits(counts.get(0, 0), counts.get(1, 0), counts.get(2, 0)) if len(counts) > 1 and 0 in counts else None
    return Found("images", form, pixels, None, labels, class_names, given, tuple(left_out), (*said, *more))


class _ByName(NamedTuple):
    """Arrays whose names describe their content: each is one image, or all images of a class."""

    arrays: list[Named]
    labels: NDArray[Any]
    each: bool

    def found(self, form: Lazy, options: Options, skipped: tuple[Skipped, ...]) -> Found:
        together = np.concatenate([one.array for one in self.arrays])
        pixels, notes = numbers.images_of(together, form, options)
        if self.each:
            names = unique([one.name for one in self.arrays], MAX_NAME)
            return Found("images", form, pixels, names, skipped=skipped, notes=notes)
        labels, class_names, more = numbers.classes([self.labels])
        notes = (*notes, Lazy("Each array was read as the images of a class."), *more)
        return Found("images", form, pixels, None, labels, class_names, None, skipped, notes)


def _by_name(arrays: Sequence[Named]) -> _ByName | None:
    """Several arrays with images of the same size whose names refer neither to parts nor to images or labels: cat.npy
    and dog.npy, or one image for each letter. None for any others."""
    shapes = {one.array.shape[1:] for one in arrays}
    if len(arrays) < 2 or len(shapes) != 1 or any(one.part is not None or one.labels is not None for one in arrays):
        return None
    inner = shapes.pop()
    count = len(arrays[0].array)
    square = len(inner) == 1 and inner[0] >= SIDES[0] ** 2 and math.isqrt(inner[0]) ** 2 == inner[0]
    alike = len(inner) == 1 and all(len(one.array) == count for one in arrays) and is_kept(1, count, inner[0])
    if alike and (count == inner[0] or not square):
        each = [one._replace(array=one.array[None]) for one in arrays]
        return _ByName(each, np.empty(0), True)
    if not (square or (len(inner) in (2, 3) and min(inner[:2]) >= SIDES[0])):
        return None
    return _ByName(list(arrays), np.repeat([one.name for one in arrays], [len(one.array) for one in arrays]), False)


def _images_first(
    pictures: Mapping[int | None, Named], arrays: Sequence[Named]
) -> tuple[dict[int | None, Named], list[Lazy]]:
    """The arrays with images along their first axis, and notes. MATLAB puts images along the last axis; this is
    detected by the number of labels, or because it makes all images square."""
    counts = {len(one.array) for one in arrays if one.labels and one.array.ndim == 1}
    counts |= {max(one.array.shape) for one in arrays if one.labels and one.array.ndim == 2 and 1 in one.array.shape}
    found: dict[int | None, Named] = {}
    notes: list[Lazy] = []
    for part, one in pictures.items():
        shape = one.array.shape
        if numbers.images_last(shape) if not counts else shape[-1] in counts and shape[0] not in counts:
            notes = [Lazy("Shape {shape}: the last axis was read as that of the images.", shape=_shape(one.array))]
            one = one._replace(array=np.moveaxis(one.array, -1, 0))
        found[part] = one
    return found, notes


def _shape(array: NDArray[Any]) -> str:
    return "x".join(map(str, array.shape))


def _another(one: Named, pictures: Mapping[int | None, Named]) -> bool:
    """Whether an array whose name does not mention images contains the images of another part."""
    first = next(iter(pictures.values()))
    alike = one.array.shape[1:] == first.array.shape[1:]
    return alike and one.part is not None and one.part not in pictures and None not in pictures


def _labels_for(images: Named, arrays: Sequence[Named], used: set[int], form: Lazy) -> NDArray[Any] | None:
    """The labels for the images of a part: an array named as labels, else an array with one number for each image."""
    others = [one for one in arrays if id(one) not in used and one.part == images.part and one.labels is not False]
    count = len(images.array)
    for one in sorted(others, key=lambda one: one.labels is not True):
        fits = one.array.ndim == 1 or (one.array.ndim == 2 and (one.labels or one.array.shape[1] == 1))
        if fits and (one.labels or len(one.array) == count):
            used.add(id(one))
            return numbers.labels_of(one.array, count, form)
    return None
