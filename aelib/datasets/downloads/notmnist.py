"""notMNIST: the letters A to J in thousands of typefaces, 28x28, white on black. Found on this machine, not downloaded.

Three forms: IDX files named like MNIST's, in a folder of their own; the archive `notMNIST_small.tar.gz`, which is read
without unpacking anything to the disk; and the folder `notMNIST_small` that results from unpacking it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets import files, idx
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits, parts_of, shuffled

from . import mnist

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

NAME = "notmnist"
SIDE = 28
LETTERS = "ABCDEFGHIJ"
SPLITS = Splits(42_000, 18_000, 10_000)  # of the 70,000 images in the IDX files
MAX_IMAGES = 100_000  # images in one file
MIN_IMAGES = 20
ARCHIVE = "notMNIST_small.tar.gz"
URL = "http://yaroslavvb.com/upload/notMNIST/notMNIST_small.tar.gz"
# size of the archive in bytes, number of its readable images, number of its unreadable images
OFFICIAL = (8_458_043, 18_724, 2)
MEMBERS = 150_000  # largest number of entries in an archive
MEMBER_BYTES = 100_000
TOTAL_BYTES = 400_000_000
UNREADABLE = 0.01  # largest share of unreadable images; the official archive is known to have two of them

_PARTS = (
    ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
)


class _Found(NamedTuple):
    """What is on this machine: pairs of an image file and a label file, or an archive, or its unpacked folder."""

    pairs: tuple[tuple[Path, Path], ...]
    counts: tuple[int, ...]
    archive: Path | None = None
    unreadable: int = 0  # number of unreadable images

    @property
    def complete(self) -> bool:
        return sum(self.counts) == sum(SPLITS) and self.counts[-1] == SPLITS.test

    @property
    def splits(self) -> Splits:
        return SPLITS if self.complete else parts_of(sum(self.counts))

    @property
    def files(self) -> dict[str, Path]:
        if self.archive is not None and self.archive.is_dir():
            return {"/".join(path.parts[-2:]): path for path in _pictures(self.archive)}
        if self.archive is not None:
            return {self.archive.name: self.archive}
        return {path.name: path for pair in self.pairs for path in pair}


def _folder() -> list[Path]:
    """The folders to search. AELIB_DATA itself is not one of them: files with these names there are MNIST's."""
    return [folder for folder in files.folders(NAME) if folder.name == NAME]


def _find(name: str) -> Path | None:
    # not in AELIB_DATA itself: files with these names there are MNIST's
    own = _folder()
    return files.find(NAME, name, [p for p in files.places(NAME) if any(f == p or f in p.parents for f in own)])


def _search() -> _Found | None:
    """Find the form with the most images; None if there is none. Raises LabError."""
    pairs: list[tuple[Path, Path]] = []
    for images, labels in _PARTS:
        if (path := _find(images)) is not None:
            other = _find(labels)
            if other is None:
                raise LabError("{path} has no labels: put {labels} into the same folder.", path=path, labels=labels)
            pairs.append((path, other))
    archive = files.find(NAME, ARCHIVE) or _unpacked_folder()
    if archive is not None and not any(images.name.startswith("train") for images, _ in pairs):
        size = _stamp(archive)[1]
        # an archive of another size must be read to count its images
        if size == OFFICIAL[0] and archive.is_file():
            return _Found((), (OFFICIAL[1],), archive, OFFICIAL[2])
        _, labels_read, unreadable = _unpacked(*_stamp(archive))
        return _Found((), (len(labels_read),), archive, unreadable)
    if not pairs:
        return None
    return _Found(tuple(pairs), tuple(_count(*files.stamp(i), *files.stamp(n)) for i, n in pairs))


@lru_cache(maxsize=16)
def _count(images: Path, _a: int, _b: int, labels: Path, _c: int, _d: int) -> int:
    count = idx.count(images, (SIDE, SIDE), MAX_IMAGES)
    if idx.count(labels, (), MAX_IMAGES) != count:
        raise LabError(
            "{labels} has not one label for each of the {count:,} images: replace it by the original.",
            labels=labels,
            count=count,
        )
    if count < MIN_IMAGES:
        raise LabError(
            "{images} has {count} images: give at least {least}.", images=images, count=count, least=MIN_IMAGES
        )
    return count


def _read(images: Path, labels: Path) -> tuple[Tensor, Tensor]:
    pixels, classes = idx.read_counted(images, (SIDE, SIDE), MAX_IMAGES), idx.read_counted(labels, (), MAX_IMAGES)
    if hashlib.sha256(pixels.numpy().tobytes()).hexdigest() in mnist.CONTENT.values():
        raise LabError("{images} is MNIST's and not notMNIST's: replace it by the original.", images=images)
    if int(classes.max()) >= len(LETTERS):
        raise LabError("{labels} has numbers above 9: replace it by the original.", labels=labels)
    return pixels[:, None], classes.long()


class _Bounded(io.RawIOBase):
    """The decompressed bytes of an archive, with a size limit: a small file can unpack to any size."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self.file, self.left = file, TOTAL_BYTES

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(min(self.left + 1, size if size >= 0 else self.left + 1))
        self.left -= len(content)
        if self.left < 0:
            raise LabError(
                "The archive unpacks to more than {most:,} bytes: replace it by the original.", most=TOTAL_BYTES
            )
        return content


def _unpacked_folder() -> Path | None:
    """The folder where the archive was unpacked, or that has its folders A to J; None if there is no such folder."""
    for place in files.folders(NAME):
        for folder in (place / "notMNIST_small", place / "notMNIST_large", place):
            if all((folder / letter).is_dir() for letter in LETTERS):
                return folder
    return None


def _pictures(folder: Path) -> list[Path]:
    """The image files, in the order of the letters. Raises LabError if there are too many."""
    found = [path for letter in LETTERS for path in sorted((folder / letter).glob("[!.]*.png"))]
    if len(found) > MAX_IMAGES:
        raise LabError(
            "{folder} has {count:,} images: give at most {most:,}, such as notMNIST_small.",
            folder=folder,
            count=len(found),
            most=MAX_IMAGES,
        )
    return found


def _stamp(path: Path) -> tuple[Path, int, int]:
    """Like `files.stamp`; for a folder, the total size of its images and the time of the newest. Raises OSError."""
    if not path.is_dir():
        return files.stamp(path)
    found = [picture.stat() for picture in _pictures(path)]
    return path, sum(one.st_size for one in found), max((one.st_mtime_ns for one in found), default=0)


def _members(path: Path) -> Iterator[tuple[int, str, bytes]]:
    """Class, name and content of each image, from an archive (whose paths are never used as paths on disk) or from the
    unpacked folder. Raises LabError."""
    if path.is_dir():
        for picture in _pictures(path):
            if picture.is_file() and picture.stat().st_size <= MEMBER_BYTES:
                letter = picture.parent.name
                yield LETTERS.index(letter), f"{letter}/{picture.name}"[:80], picture.read_bytes()
        return
    with gzip.open(path) as packed, tarfile.open(fileobj=_Bounded(packed), mode="r|") as archive:
        for number, member in enumerate(archive):
            if number >= MEMBERS or member.size > MEMBER_BYTES:
                raise LabError(
                    "{path} is not notMNIST's: give at most {most:,} files of at most {most_bytes:,} bytes each.",
                    path=path,
                    most=MEMBERS,
                    most_bytes=MEMBER_BYTES,
                )
            name = PurePosixPath(member.name)
            letter = name.parent.name
            if member.isfile() and name.suffix == ".png" and not name.name.startswith(".") and letter in tuple(LETTERS):
                file = archive.extractfile(member)
                yield LETTERS.index(letter), f"{letter}/{name.name}"[:80], file.read() if file else b""


def _unpacked(path: Path, size: int, time: int) -> tuple[Tensor, Tensor, int]:
    """Pixels and labels of all readable images, and the number of unreadable ones. Raises LabError."""
    found = _attempted(path, size, time)
    if isinstance(found, Lazy):
        raise LabError(found)
    return found


@lru_cache(maxsize=1)
def _attempted(path: Path, _size: int, _time: int) -> tuple[Tensor, Tensor, int] | Lazy:
    """The same, or the error: errors are cached too, because they take as long to find."""
    try:
        return _read_archive(path)
    except LabError as error:
        return error.text


def _read_archive(path: Path) -> tuple[Tensor, Tensor, int]:
    pixels: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    unreadable: list[str] = []
    try:
        for label, name, content in _members(path):
            image = _decoded(content)
            if image is None:
                unreadable.append(name)
            else:
                pixels.append(image)
                labels.append(label)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise LabError(
            "{path} cannot be read ({error}): replace it by the original, from {url}.",
            path=path,
            error=str(error),
            url=URL,
        ) from None
    if len(unreadable) > max(2, UNREADABLE * len(pixels)):
        raise LabError(
            "{count} images of {path} cannot be read, {first} first: replace it by the original.",
            count=len(unreadable),
            path=path,
            first=unreadable[0],
        )
    if len(pixels) < MIN_IMAGES:
        raise LabError(
            "{path} has {count} images in folders A to J: replace it by the original, from {url}.",
            path=path,
            count=len(pixels),
            url=URL,
        )
    return torch.from_numpy(np.stack(pixels))[:, None], torch.tensor(labels), len(unreadable)


def _decoded(content: bytes) -> NDArray[np.uint8] | None:
    """The pixels of an image, or None if the content is not an image of this size."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            return np.asarray(image.convert("L")) if image.size == (SIDE, SIDE) else None
    except Exception:  # noqa: BLE001 - whatever a decoder raises on damaged bytes; the caller counts them
        return None


def _load(found: _Found) -> ImageSet:
    try:
        if found.archive is not None:
            read = [_unpacked(*_stamp(found.archive))[:2]]
        else:
            read = [_read(*pair) for pair in found.pairs]
    except OSError as error:
        raise LabError(
            "{path} cannot be read ({reason}): replace it by the original.",
            path=error.filename,
            reason=reason_of(error),
        ) from None
    pixels, labels = (torch.cat(each) for each in zip(*read, strict=True))
    # the archive is ordered by letter, so the images are shuffled; in a complete set the test images keep their place
    last = len(labels) - found.counts[-1] if found.complete else len(labels)
    order = torch.cat([shuffled(last, NAME), torch.arange(last, len(labels))])
    labels = labels[order]
    names = tuple(f"{LETTERS[label]} (image {i})" for i, label in enumerate(labels.tolist()))
    return ImageSet(pixels[order], names, labels)


def spec() -> DatasetSpec:
    """The set as it is on this machine, without the pixels. A damaged set counts as missing; `missing` gives the
    reason."""
    missing, content, found = None, "", None
    try:
        found = _search()
        if found is None:
            missing = Lazy(
                "{name} is not on this machine: put train-images-idx3-ubyte.gz, t10k-images-idx3-ubyte.gz and their "
                "labels into {folder}, or {archive} (8 MB) from {url}.",
                name=NAME,
                folder=_folder()[0],
                archive=ARCHIVE,
                url=URL,
            )
        else:
            content = files.fingerprint(found.files, ends=found.archive is None or not found.archive.is_dir())
    except LabError as error:
        missing = error.text
    except OSError as error:
        missing = Lazy(
            "{path} cannot be read ({reason}): replace it by the original.",
            path=error.filename,
            reason=reason_of(error),
        )

    def load() -> ImageSet:
        if found is None or missing:
            raise LabError(missing or "")
        return _load(found)

    splits = SPLITS if found is None else found.splits
    lost = f" ({found.unreadable} more cannot be read)" if found is not None and found.unreadable else ""
    return DatasetSpec(
        name=NAME,
        title=f"notMNIST: {sum(splits):,} letters A to J{lost}, {SIDE}x{SIDE}",
        shape=(1, SIDE, SIDE),
        splits=splits,
        classes=len(LETTERS),
        source="Y. Bulatov, notMNIST, 2011",
        licence="none stated by its author",
        load=load,
        missing=lambda: missing,
        content=content,
    )
