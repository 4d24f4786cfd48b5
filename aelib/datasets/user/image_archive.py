"""A person's own pictures in number, from a ZIP archive or a folder: kept under home()/datasets by their content.

Everything in an archive is hostile until it is read: no path of it is used for anything but a class's name, nothing is
unpacked to the disk, and what it may unpack to is limited before anything is. What is kept is our own safetensors file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets.bundled.emoji import WRONG_PIXEL
from aelib.datasets.imageset import DatasetSpec, ImageSet, parts_of, shuffled

from . import pictures, storage

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
SIDES = (28, 32, 64)  # that a set may have
PICTURES = (20, 20_000)  # fewest and most in a set
CLASSES = (2, 100)  # folders that count as classes
MAX_ARCHIVE = 500_000_000  # bytes, packed
MAX_TOTAL = 1_000_000_000  # bytes, unpacked
MAX_RATIO = 50  # unpacked to packed: pictures are packed already
RATIO_FROM = 1_000_000  # bytes from which the ratio counts
UNREADABLE = 0.05  # share of pictures that may be left out
MAX_PIXELS = 2_000_000_000  # of all pictures together as they come: reading these takes a minute or two
MAX_ENTRIES = 50_000  # of an archive, folders and what is no picture included
MAX_NAME = 60

_ENTRY = b"PK\x01\x02"  # how every entry in the list of a ZIP archive begins
_READ = (".png", ".jpg", ".jpeg")
_PICTURES = (*_READ, ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif")  # the others are told to be unreadable
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
_Entry = tuple[str, Callable[[], bytes]]  # path as text, and how to get the content


def read_zip(
    content: bytes,
    name: str,
    side: int,
    colour: bool,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[ImageSet, list[str]]:
    """The pictures of an archive, each the middle square, side × side, and the names of those that cannot be read.

    Their order is mixed, always the same way; a class is the folder that a picture is in. on_progress is told the share
    that has been read. Raises LabError with what is wrong with the archive, and where it was cancelled.
    """
    shown = name[:60]
    if len(content) > MAX_ARCHIVE:
        raise LabError(f"{shown} has {len(content):,} bytes: give at most {MAX_ARCHIVE:,}.")
    if content.count(_ENTRY) > MAX_ENTRIES:  # before the list is read, which takes room for each
        raise LabError(f"{shown} has more than {MAX_ENTRIES:,} entries: pack the pictures only.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = _checked(archive.infolist(), shown)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise LabError(f"{shown} is not a ZIP archive that can be read: pack the pictures again.") from None
    with archive:  # entries that are damaged are counted as they are read
        entries = [(m.filename, _member(archive, m)) for m in members]
        return _read(entries, shown, side, colour, on_progress, cancelled)


def _checked(members: Sequence[zipfile.ZipInfo], shown: str) -> list[zipfile.ZipInfo]:
    """The pictures' entries. Raises LabError where one is what no archive of pictures has."""
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise LabError(f"{shown} unpacks to more than {MAX_TOTAL:,} bytes: give fewer or smaller pictures.")
    found = []
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        entry = member.filename[:60]
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
            raise LabError(f"{shown} has the entry {entry!r}, which leads out of it: pack the pictures again.")
        if member.external_attr >> 28 == 0xA:
            raise LabError(f"{shown} has the link {entry!r}: pack the pictures themselves.")
        if member.flag_bits & 1:
            raise LabError(f"{shown} is locked with a password: pack the pictures without one.")
        if path.suffix.lower() in _ARCHIVES:
            raise LabError(f"{shown} has the archive {entry!r} in it: unpack that first.")
        if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise LabError(f"{shown} has the entry {entry!r}, which grows to {member.file_size:,} bytes: leave it out.")
        if not member.is_dir() and _wanted(path):
            found.append(member)
    return found


def _wanted(path: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in _PICTURES and not hidden


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if member.file_size > pictures.MAX_BYTES:
            return b""
        try:
            with archive.open(member) as file:
                return file.read(pictures.MAX_BYTES + 1)
        except Exception:  # noqa: BLE001 - a damaged entry, of a packing that we do not know: no picture
            return b""

    return read


def read_folder(folder: Path, side: int, colour: bool) -> tuple[ImageSet, list[str]]:
    """As `read_zip`, from a folder on this machine; links are not followed."""
    entries: list[_Entry] = []
    for path in _walk(folder):
        if len(entries) > PICTURES[1]:
            break
        entries.append((str(path.relative_to(folder)), partial(_file, path)))
    return _read(entries, str(folder), side, colour)


def _file(path: Path) -> bytes:
    """Nothing of one that is too large, which is then no picture."""
    return path.read_bytes() if path.stat().st_size <= pictures.MAX_BYTES else b""


def _walk(folder: Path) -> Iterator[Path]:
    for root, inner, names in os.walk(folder):
        inner.sort()
        for name in sorted(names):
            path = Path(root, name)
            if path.is_file() and not path.is_symlink() and _wanted(PurePosixPath(*path.relative_to(folder).parts)):
                yield path


def _read(
    entries: Sequence[_Entry],
    shown: str,
    side: int,
    colour: bool,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[ImageSet, list[str]]:
    if side not in SIDES:
        raise LabError(f"The side is {side}: choose {', '.join(map(str, SIDES))}.")
    if not PICTURES[0] <= len(entries) <= PICTURES[1]:
        count = f"{len(entries):,}" if len(entries) <= PICTURES[1] else "too many"
        raise LabError(f"{shown} has {count} pictures: give {PICTURES[0]} to {PICTURES[1]:,}, as PNG or JPEG.")
    read: list[Tensor] = []
    folders: list[str] = []
    skipped: list[str] = []
    left = MAX_PIXELS
    for number, (name, content) in enumerate(entries):
        if cancelled():
            raise LabError("Stopped, as asked.")
        on_progress(number / len(entries))
        path = PurePosixPath(name.replace("\\", "/"))
        try:
            if path.suffix.lower() not in _READ:
                raise LabError(f"{name} is not a PNG or JPEG picture.")
            packed = content()
            left -= pictures.pixels_of(packed)
            if left >= 0:
                read.append(pictures.read(packed, name, side, colour))
        except (LabError, OSError):  # counted, and told
            skipped.append(name[:60])
            if len(skipped) > UNREADABLE * len(entries):
                raise LabError(
                    f"More than {UNREADABLE:.0%} of the {len(entries):,} pictures in {shown} cannot be read, "
                    f"{', '.join(skipped[:3])} among them: save them again as PNG or JPEG."
                ) from None
        else:
            folders.append(path.parent.name)
        if left < 0:
            raise LabError(f"The pictures in {shown} have more than {MAX_PIXELS:,} pixels: make them smaller first.")
    if len(read) < PICTURES[0]:
        raise LabError(f"{shown} has {len(read)} pictures that can be read: give at least {PICTURES[0]}.")
    return _mixed(torch.stack(read), folders), skipped


def _mixed(pixels: Tensor, folders: Sequence[str]) -> ImageSet:
    classes = sorted(set(folders))
    if not CLASSES[0] <= len(classes) <= CLASSES[1]:
        classes, folders = ["picture"], ["picture"] * len(folders)
    order = shuffled(len(pixels), "collection")
    labels = torch.tensor([classes.index(folder) for folder in folders])[order]
    short = ["".join(c for c in one if c.isprintable()).strip()[:20] or "no folder" for one in classes]
    names = tuple(f"{short[label]} (image {i})" for i, label in enumerate(labels.tolist()))
    return ImageSet(pixels[order], names, labels)


def save(images: ImageSet) -> str:
    """Keep a collection; returns the data set's name, the same for the same pictures and classes. Raises LabError."""
    if not PICTURES[0] <= len(images) <= PICTURES[1]:
        raise LabError(f"These are {len(images)} pictures: give {PICTURES[0]} to {PICTURES[1]:,}.")
    digest = hashlib.sha256(json.dumps([images.names, list(images.pixels.shape), images.labels.tolist()]).encode())
    digest.update(images.pixels.numpy().tobytes())
    name = PREFIX + digest.hexdigest()[:12]
    names = torch.tensor(list(json.dumps(images.names).encode()), dtype=torch.uint8)
    tensors = {"pixels": images.pixels.contiguous(), "labels": images.labels.contiguous(), "names": names}
    storage.write(f"{name}.safetensors", safetensors_torch.save(tensors))
    return name


def save_content(content: bytes) -> str:
    """As `keep`, from the content of a kept file. Raises LabError."""
    return save(_parse(content))


def _parse(content: bytes) -> ImageSet:
    try:
        tensors = safetensors_torch.load(content)
        pixels, labels = tensors["pixels"], tensors["labels"]
        names = json.loads(tensors["names"].numpy().tobytes())
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise LabError(f"The kept pictures cannot be read ({error}): add them again.") from None
    fits = pixels.dtype == torch.uint8 and pixels.dim() == 4 and pixels.shape[1] in (1, 3)
    if not (
        fits
        and isinstance(names, list)
        and all(isinstance(name, str) and 0 < len(name) <= MAX_NAME for name in names)
        and tuple(pixels.shape[2:]) in {(side, side) for side in SIDES}
        and PICTURES[0] <= len(pixels) == len(names) <= PICTURES[1]
        and len(set(names)) == len(names)
        and labels.dtype == torch.int64
        and labels.shape == (len(pixels),)
        and 0 <= int(labels.min()) <= int(labels.max()) < CLASSES[1]
    ):
        raise LabError("The kept pictures are not what was written: add them again.")
    return ImageSet(pixels, tuple(names), labels)


def stored_spec(name: str) -> DatasetSpec:
    """The spec of a collection that `keep` has stored. Raises LabError where it is not on this machine."""
    if not re.fullmatch(PREFIX + r"[0-9a-f]{12}", name):
        raise LabError(f"dataset is {name[:60]!r}: a collection is named {PREFIX} and 12 hexadecimal digits.")
    path = storage.folder() / f"{name}.safetensors"
    if not path.is_file():
        raise LabError(f"dataset is {name!r}, pictures that are not on this machine: add them again.")
    return _spec_of(path)


@lru_cache(maxsize=64)
def _spec_of(path: Path) -> DatasetSpec:
    """Cached for good: a set is named after its content. Without the pixels, which may be many."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            count, channels, side, _ = file.get_slice("pixels").get_shape()
            classes = len(np.unique(file.get_tensor("labels")))
    except (safetensors.SafetensorError, ValueError, OSError) as error:
        raise LabError(f"The kept pictures cannot be read ({error}): add them again.") from None
    kind = "grey" if channels == 1 else "colour"
    return DatasetSpec(
        name=path.stem,
        title=f"{count:,} pictures of your own, {side}x{side}, {kind}",
        shape=(channels, side, side),
        splits=parts_of(count),
        classes=classes,
        source="uploaded on this machine",
        licence="its owner's",
        load=lambda: _parse(path.read_bytes()),
        wrong_pixel=WRONG_PIXEL,
        light=True,
    )
