"""Stores the user's own images as a data set: the content of files, or arrays from a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets.imageset import ImageSet

from . import collection, glyphs, pictures
from .found import Found, Options, unique
from .readers import numbers

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")


def keep_found(found: Found, title: str = "") -> str:
    """Store the result of `read`; returns the data set's name, the same for the same images. Raises LabError.

    Glyphs, and sets of fewer than 20 images, are memorised image by image; other images are split, unless they come in
    parts.
    """
    pixels = torch.from_numpy(np.ascontiguousarray(found.pixels))
    if found.memorised:
        short = unique([found.name_of(i) for i in range(found.images)], pictures.MAX_NAME)
        images = ImageSet(pixels, short, torch.arange(found.images))
        return glyphs.save_set(images) if found.kind == "glyphs" else pictures.save(images)
    labels = None if found.labels is None else torch.from_numpy(found.labels)
    images = collection.mixed(pixels, labels, found.class_names, found.given is not None)
    return collection.save(images, found.given, title)


def keep(images: Any, labels: Any = None, name: str = "", side: int | None = None) -> str:
    """Store an array of images as a data set; returns its name, for `load` and for experiments.

    Args:
        images: anything that NumPy can convert to an array: N×H×W, N×H×W×C, N×C×H×W with 1 or 3 channels, or N×H² for
            square images; numbers from 0 to 1, from −1 to 1, or from 0 to 255; 3 to 64 pixels a side (larger images are
            scaled down).
        labels: one number or word for each image, or one-hot vectors.
        name: your name for the set, for titles.
        side: scale to squares of this side, 8 to 64; None: keep the size.

    A set of fewer than 20 images is memorised image by image; larger sets are split into a training, a validation and a
    test set. The same images give the same name. Raises LabError with one sentence that says what is wrong.
    """
    form = Lazy("an array")
    try:
        array = np.asarray(images)
    except Exception as error:  # noqa: BLE001 - whatever a list of unequal lists, or a tensor on a GPU, raises
        raise LabError(
            "The images are no array ({error}): give images x height x width.", error=str(error)[:80]
        ) from None
    title = "".join(c for c in name if c.isprintable()).strip()
    if len(title) > collection.MAX_TITLE:
        raise LabError(
            "The name has {count} characters: give at most {most}.", count=len(title), most=collection.MAX_TITLE
        )
    pixels, notes = numbers.images_of(array, form, Options(side=side))
    values, class_names, more = numbers.no_classes()
    if labels is not None:
        values, class_names, more = numbers.classes([numbers.labels_of(np.asarray(labels), len(array), form)])
    return keep_found(Found("images", form, pixels, None, values, class_names, notes=(*notes, *more)), title)
