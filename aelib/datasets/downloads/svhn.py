"""SVHN: photographed house numbers, cropped to one digit, as MATLAB files. Found on this machine or downloaded.

Uses the two official files, or any `*32x32.mat` in the set's own folder: then the set has the images of that file.
`DatasetSpec.content` identifies the files.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets import files
from aelib.datasets.files import RemoteFile
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits, numbered, parts_of

if TYPE_CHECKING:
    import scipy.io as scipy_io
    import torch
else:
    torch, scipy_io = lazy("torch"), lazy("scipy.io")

NAME = "svhn"
SIDE = 32
_NOMINAL = Splits(58_606, 14_651, 26_032)  # for the official files
MAX_IMAGES = 150_000  # images in one file
MIN_IMAGES = 20
_HOME = "http://ufldl.stanford.edu/housenumbers/"
FILES = [
    RemoteFile(name, _HOME + name, size, f"md5:{md5}")  # its publisher gives no other checksum
    for name, size, md5 in (
        ("train_32x32.mat", 182_040_794, "e26dedcc434d2e4c54c9b2d4a06d8373"),
        ("test_32x32.mat", 64_275_384, "eb5a983be6a315427106f1b768adde73"),
    )
]


class _Found(NamedTuple):
    """The files on this machine, and the number of images in each."""

    paths: tuple[Path, ...]
    counts: tuple[int, ...]

    @property
    def splits(self) -> Splits:
        """The official training file is split into four fifths for training and one for validation; a single file is
        divided."""
        if len(self.counts) == 1:
            return parts_of(self.counts[0])
        train, test = self.counts
        return Splits(round(0.8 * train), train - round(0.8 * train), test)

    @property
    def grey(self) -> bool:
        """Whether the images are grey, judged by the files' names."""
        return any("gray" in path.name.lower() or "grey" in path.name.lower() for path in self.paths)


def _paths() -> tuple[Path, ...]:
    official = [path for file in FILES if (path := _find(file.name)) is not None]
    if official:
        return tuple(official)
    others = (path for folder in _own_folders() for path in sorted(folder.glob("*32x32.mat")) if path.is_file())
    return tuple(others)[:1]


def _find(name: str) -> Path | None:
    return files.find(NAME, name)


def _own_folders() -> list[Path]:
    return [folder for folder in files.folders(NAME) if folder.name == NAME]


def _search() -> _Found | None:
    """None if there are no files. Raises LabError if a file's content does not match its name."""
    paths = _paths()
    try:
        return _Found(paths, tuple(_count(*files.stamp(path)) for path in paths)) if paths else None
    except OSError as error:
        raise LabError(
            "{path} cannot be read ({reason}): replace it by the original.",
            path=error.filename,
            reason=reason_of(error),
        ) from None


@lru_cache(maxsize=16)
def _count(path: Path, _size: int, _time: int) -> int:
    """Number of images that a file claims to have. Raises LabError."""
    try:
        found = {name: (shape, kind) for name, shape, kind in scipy_io.whosmat(path)}
    except Exception as error:  # noqa: BLE001 - whatever the parser raises on damaged bytes
        raise LabError(
            "{path} cannot be read as a MATLAB file ({error}): replace it by the original.",
            path=path,
            error=_short(error),
        ) from None
    shape, kind = found.get("X", ((), ""))
    count = shape[3] if len(shape) == 4 else 0
    images = shape == (SIDE, SIDE, 3, count) and kind == "uint8"
    if not images or found.get("y", ((),))[0] not in ((count, 1), (1, count)):
        raise LabError(
            "{path} has not the images X ({side}x{side}x3xN bytes) and labels y (Nx1) of SVHN: replace it by the "
            "original.",
            path=path,
            side=SIDE,
        )
    if not MIN_IMAGES <= count <= MAX_IMAGES:
        raise LabError(
            "{path} has {count:,} images: give {least} to {most:,}.",
            path=path,
            count=count,
            least=MIN_IMAGES,
            most=MAX_IMAGES,
        )
    return int(count)


def _short(error: Exception) -> str:
    return (str(error).split("\n")[0] or type(error).__name__)[:80]


def _read(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images × 3 × 32 × 32, and their labels, 0 to 9. Raises LabError."""
    try:
        found: dict[str, Any] = scipy_io.loadmat(path, variable_names=["X", "y"])
        pixels, labels = found["X"].transpose(3, 2, 0, 1), found["y"].ravel()
    except Exception as error:  # noqa: BLE001
        raise LabError(
            "{path} is damaged ({error}): replace it by the original.", path=path, error=_short(error)
        ) from None
    if labels.dtype.kind not in "uif" or pixels.dtype != np.uint8 or not np.isin(labels, np.arange(1, 11)).all():
        raise LabError(
            "{path} has labels other than 1 to 10, where 10 means digit 0: replace it by the original.", path=path
        )
    return np.ascontiguousarray(pixels), labels.astype(np.int64) % 10


def _load(found: _Found) -> ImageSet:
    # Keep the order: neighbours are crops of the same house number, which must not appear in two parts.
    read = [_read(path) for path in found.paths]
    labels = torch.from_numpy(np.concatenate([labels for _, labels in read]))
    pixels = torch.from_numpy(np.concatenate([pixels for pixels, _ in read]) if len(read) > 1 else read[0][0])
    return ImageSet(pixels, numbered(labels), labels)


def spec() -> DatasetSpec:
    """The set as it is on this machine, without the pixels. A damaged set counts as missing; `missing` gives the
    reason."""
    try:
        found = _search()
    except LabError as error:
        return _described(_NOMINAL, error.text)
    if found is None or files.half_way(NAME, FILES):  # an incomplete download would be a different set
        return _described(_NOMINAL, files.missing(NAME, FILES))
    return _described(
        found.splits,
        None,
        kind="grey" if found.grey else "colour",
        content=files.fingerprint({path.name: path for path in found.paths}),
        load=lambda: _load(found),
    )


def _described(
    splits: Splits,
    missing: Lazy | None,
    kind: str = "colour",
    content: str = "",
    load: Callable[[], ImageSet] | None = None,
) -> DatasetSpec:
    def absent() -> ImageSet:
        raise LabError(missing or "")

    return DatasetSpec(
        name=NAME,
        title=f"SVHN: {sum(splits):,} digits of house numbers, {SIDE}x{SIDE}, {kind}",
        shape=(3, SIDE, SIDE),
        splits=splits,
        classes=10,
        source="Y. Netzer et al., Reading Digits in Natural Images with Unsupervised Feature Learning, 2011",
        licence="for non-commercial use only",
        load=load or absent,
        light=True,
        missing=lambda: missing,
        content=content,
    )
