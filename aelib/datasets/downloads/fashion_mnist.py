"""Fashion-MNIST: 70,000 pictures of clothes in MNIST's form, found in its folder or downloaded (see
files.py)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets import files, idx
from aelib.datasets.files import RemoteFile
from aelib.datasets.imageset import DatasetSpec, ImageSet, numbered

from . import mnist, prepared

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

NAME = "fashion_mnist"
_MIRROR = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
FILES = [
    RemoteFile(name, _MIRROR + name, size, checksum)
    for name, size, checksum in (
        ("train-images-idx3-ubyte.gz", 26_421_880, "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", 29_515, "md5:25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", 4_422_102, "md5:bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", 5_148, "md5:bb300cfdad3c16e7a12a480ee83cd310"),
    )
]


def _read(path: Path, *shape: int) -> Tensor:
    numbers = idx.read(path, shape)
    if hashlib.sha256(numbers.numpy().tobytes()).hexdigest() in mnist.CONTENT.values():
        raise LabError("{path} is MNIST's and not Fashion-MNIST's: replace it by the original.", path=path)
    return numbers


def _load(found: list[Path]) -> ImageSet:
    train, train_labels, test, test_labels = found
    splits, side = mnist.SPLITS, mnist.SIDE
    pixels = torch.cat([_read(train, splits.train, side, side), _read(test, splits.test, side, side)])[:, None]
    labels = torch.cat([_read(train_labels, splits.train), _read(test_labels, splits.test)]).long()
    if int(labels.max()) > 9:
        raise LabError("The label files of {name} hold numbers above 9: replace them by the originals.", name=NAME)
    return ImageSet(pixels, numbered(labels), labels)


def spec() -> DatasetSpec:
    """The set as it is on this machine. The spec includes a fingerprint of the files: only packed files have a known
    checksum."""
    paths = {file.name: path for file in FILES if (path := files.find(NAME, file.name)) is not None}
    missing = files.missing(NAME, FILES)
    records = prepared.find(NAME) if missing else []
    if records:
        paths, missing = {path.name: path for path in records}, None

    def load() -> ImageSet:
        if missing:
            raise LabError(missing)
        return prepared.load(records, described) if records else _load(list(paths.values()))

    described = DatasetSpec(
        name=NAME,
        title="Fashion-MNIST: 70,000 clothes, 28x28",
        shape=(1, mnist.SIDE, mnist.SIDE),
        splits=mnist.SPLITS,
        classes=10,
        source="H. Xiao, K. Rasul, R. Vollgraf (Zalando Research), arXiv:1708.07747; IDX files",
        licence="MIT",
        load=load,
        missing=lambda: missing,
        content="" if missing else files.fingerprint(paths),
    )
    return described
