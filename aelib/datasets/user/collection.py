"""Large sets of the user's own images: stored under home()/datasets, named after their content, as our own safetensors
file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets.bundled.emoji import WRONG_PIXEL
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits, parts_of, shuffled

from . import storage
from .found import CLASSES, IMAGES, MAX_PIXELS, SMALL, is_kept

if TYPE_CHECKING:
    import safetensors
    import safetensors.torch as safetensors_torch
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")
    safetensors = lazy("safetensors")
    safetensors_torch = lazy("safetensors.torch")

PREFIX = "collection-"
MAX_NAME = 60
MAX_TITLE = 60


def mixed(pixels: Tensor, labels: Tensor | None, class_names: Sequence[str], given: bool) -> ImageSet:
    """The image set to store. The order is shuffled, always in the same way, unless the images come in parts; an image
    is named after its class, with a number."""
    order = torch.arange(len(pixels)) if given else shuffled(len(pixels), "collection")
    if labels is None:
        labels, class_names = torch.zeros(len(pixels), dtype=torch.int64), ["picture"]
    labels = labels[order]
    names = tuple(f"{class_names[label]} (image {i})" for i, label in enumerate(labels.tolist()))
    return ImageSet(pixels[order], names, labels)


def save(images: ImageSet, given: Splits | None = None, title: str = "") -> str:
    """Store a collection; returns the data set's name, which is the same for the same images, classes, parts and title.

    given: the parts, if the images come in parts. title: the user's name for the set. Raises LabError.
    """
    if not SMALL <= len(images) <= IMAGES[1] or images.pixels.numel() > MAX_PIXELS:
        raise LabError(
            "These are {count:,} images: give {least} to {most:,}, at most {numbers:,} numbers.",
            count=len(images),
            least=SMALL,
            most=IMAGES[1],
            numbers=MAX_PIXELS,
        )
    about: dict[str, Any] = ({"splits": list(given)} if given else {}) | ({"title": title} if title else {})
    described: list[Any] = [images.names, list(images.pixels.shape), images.labels.tolist()]
    digest = hashlib.sha256(json.dumps([*described, about] if about else described).encode())
    digest.update(images.pixels.contiguous().numpy().data)
    name = PREFIX + digest.hexdigest()[:12]
    tensors = {
        "pixels": images.pixels.contiguous(),
        "labels": images.labels.contiguous(),
        "names": _text(images.names),
    }
    storage.write(f"{name}.safetensors", safetensors_torch.save(tensors | ({"about": _text(about)} if about else {})))
    return name


def _text(value: object) -> Tensor:
    return torch.tensor(list(json.dumps(value).encode()), dtype=torch.uint8)


def save_content(content: bytes) -> str:
    """Like `save`, from the content of a stored file. Raises LabError."""
    return save(*_parse(content))


def _parse(content: bytes) -> tuple[ImageSet, Splits | None, str]:
    """Images, parts and title of a stored file. Raises LabError for any other file."""
    try:
        tensors = safetensors_torch.load(content)
        pixels, labels = tensors["pixels"], tensors["labels"]
        names = json.loads(tensors["names"].numpy().tobytes())
        given, title = _about(tensors["about"].numpy().tobytes() if "about" in tensors else b"{}", len(pixels))
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise LabError("The kept pictures cannot be read ({error}): add them again.", error=str(error)) from None
    fits = pixels.dtype == torch.uint8 and pixels.dim() == 4 and is_kept(*pixels.shape[1:])
    if not (
        fits
        and isinstance(names, list)
        and all(isinstance(name, str) and 0 < len(name) <= MAX_NAME for name in names)
        and SMALL <= len(pixels) == len(names) <= IMAGES[1]
        and len(set(names)) == len(names)
        and labels.dtype == torch.int64
        and labels.shape == (len(pixels),)
        and 0 <= int(labels.min()) <= int(labels.max()) < CLASSES[1]
    ):
        raise LabError("The kept pictures are not what was written: add them again.")
    return ImageSet(pixels, tuple(names), labels), given, title


def _about(content: bytes, count: int) -> tuple[Splits | None, str]:
    """The parts and the title that are stored with the images. Raises ValueError."""
    about = json.loads(content)
    if not isinstance(about, dict) or not about.keys() <= {"splits", "title"}:
        raise ValueError("unknown description")
    title, splits = about.get("title", ""), about.get("splits")
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        raise ValueError("a title that is none")
    if splits is None:
        return None, title
    whole = isinstance(splits, list) and len(splits) == 3 and all(type(one) is int and one >= 0 for one in splits)
    if not whole or sum(splits) != count or not splits[0] or splits[0] == count:
        raise ValueError("parts that are none")
    return Splits(*splits), title


def stored_spec(name: str) -> DatasetSpec:
    """The spec of a collection that `save` has stored. Raises LabError if it is not on this machine."""
    if not re.fullmatch(PREFIX + r"[0-9a-f]{12}", name):
        raise LabError(
            "dataset is {name!r}: a collection is named {prefix} and 12 hexadecimal digits.",
            name=name[:60],
            prefix=PREFIX,
        )
    path = storage.folder() / f"{name}.safetensors"
    if not path.is_file():
        raise LabError("dataset is {name!r}, pictures that are not on this machine: add them again.", name=name)
    return _spec_of(path)


@lru_cache(maxsize=64)
def _spec_of(path: Path) -> DatasetSpec:
    """The spec, without the pixels, which may be many. Cached without limit in time, because a set is named after its
    content."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            count, channels, height, width = file.get_slice("pixels").get_shape()
            classes = len(np.unique(file.get_tensor("labels")))
            about = file.get_tensor("about").tobytes() if "about" in file.keys() else b"{}"  # noqa: SIM118
        given, title = _about(about, count)
    except (safetensors.SafetensorError, ValueError, OSError) as error:
        raise LabError("The kept pictures cannot be read ({error}): add them again.", error=str(error)) from None
    kind = "grey" if channels == 1 else "colour"
    called = f"{title}: {count:,} images" if title else f"{count:,} pictures"
    return DatasetSpec(
        name=path.stem,
        title=f"{called} of your own, {width}x{height}, {kind}",
        shape=(channels, height, width),
        splits=given or parts_of(count),
        classes=classes,
        source="uploaded on this machine",
        licence="its owner's",
        load=lambda: _parse(path.read_bytes())[0],
        wrong_pixel=WRONG_PIXEL,
        light=True,
    )
