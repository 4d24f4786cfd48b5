"""MNIST: 70,000 handwritten digits as IDX files, found on this machine or downloaded (see files.py); and a binary
version with black and white pixels only, for likelihoods."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.core.random import generator
from aelib.datasets import files, idx
from aelib.datasets.files import RemoteFile
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits, numbered
from aelib.datasets.user.reader import read

from . import prepared

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

NAME = "mnist"
BINARY_NAME = "mnist_binary"
SIDE = 28
SPLITS = Splits(train=60_000, test=10_000)

_MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
FILES = [
    RemoteFile(name, _MIRROR + name, size, checksum)
    for name, size, checksum in (
        (
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        ("train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    )
]
CONTENT = {  # sha256 of the uncompressed content, so it does not depend on the compression
    "train-images-idx3-ubyte.gz": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "train-labels-idx1-ubyte.gz": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "t10k-images-idx3-ubyte.gz": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "t10k-labels-idx1-ubyte.gz": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
SORTED = (  # sha256 of the sorted images with their labels appended: train, test
    "386a0fff07efe9ae3f934853780556ca1fe630371d4964508a3e3256c2063b0e",
    "292a2c8e9008782f6c6c94df46012a17c808c2666413d175e62502bbcf68dd61",
)


def _read(file: RemoteFile, *shape: int) -> Tensor:
    path = files.find(NAME, file.name)
    if path is None:
        raise LabError(files.missing(NAME, FILES) or "")
    numbers = idx.read(path, shape)
    # other data sets (Fashion-MNIST, KMNIST) have files with the same names and shapes
    if hashlib.sha256(numbers.numpy().tobytes()).hexdigest() != CONTENT[file.name]:
        raise LabError("{path} is not MNIST's, though it looks like it: replace it by the original.", path=path)
    return numbers


def _npz() -> Path | None:
    """The file in which Keras stores MNIST."""
    return files.find(NAME, "mnist.npz")


def _from_npz(path: Path) -> ImageSet:
    """The images of Keras' file, which must be identical to MNIST. Raises LabError."""
    found = read(path)
    train, test = SPLITS.train, SPLITS.train + SPLITS.test
    parts = (slice(0, train), slice(train, test))
    arrays = [one[part] for part in parts for one in (found.pixels, found.labels) if one is not None]
    digests = [hashlib.sha256(one.astype(np.uint8).tobytes()).hexdigest() for one in arrays]
    if digests != [CONTENT[file.name] for file in FILES]:
        raise LabError("{path} is not MNIST's, though it is called so: replace it by the original.", path=path)
    labels = torch.from_numpy(np.concatenate([arrays[1], arrays[3]]))
    return ImageSet(torch.from_numpy(found.pixels), numbered(labels), labels)


def _missing() -> Lazy | None:
    missing = files.missing(NAME, FILES)
    return missing if missing and _npz() is None and not prepared.find(NAME) else None


def _from_records(paths: Sequence[Path]) -> ImageSet:
    """The images that TensorFlow Datasets has prepared, which must be MNIST's in the order of that tool. Raises
    LabError."""
    images = prepared.load(paths, SPEC)
    rows = np.concatenate([images.pixels.numpy().reshape(len(images), -1), images.labels.numpy()[:, None]], 1)
    rows = rows.astype(np.uint8)
    for part, digest in zip((rows[: SPLITS.train], rows[SPLITS.train :]), SORTED, strict=True):
        if hashlib.sha256(b"".join(sorted(row.tobytes() for row in part))).hexdigest() != digest:
            raise LabError(
                "{path} is not MNIST's, though it is called so: replace it by the original.", path=paths[0].parent
            )
    return images


def _other_order() -> str:
    """A fingerprint of the TensorFlow Datasets files if there are no others, because their order differs from the usual
    one."""
    if not files.missing(NAME, FILES) or _npz() is not None:
        return ""
    return files.fingerprint({path.name: path for path in prepared.find(NAME)})


def _load() -> ImageSet:
    if files.missing(NAME, FILES) and (npz := _npz()) is not None:
        return _from_npz(npz)
    if files.missing(NAME, FILES) and (paths := prepared.find(NAME)):
        return _from_records(paths)
    train, train_labels, test, test_labels = FILES
    pixels = torch.cat([_read(train, SPLITS.train, SIDE, SIDE), _read(test, SPLITS.test, SIDE, SIDE)])[:, None]
    labels = torch.cat([_read(train_labels, SPLITS.train), _read(test_labels, SPLITS.test)]).long()
    if int(labels.max()) > 9:
        raise LabError("The label files of mnist hold numbers above 9: replace them by the originals.")
    return ImageSet(pixels, numbered(labels), labels)


SPEC = DatasetSpec(
    name=NAME,
    title="MNIST: 70,000 digits, 28x28",
    shape=(1, SIDE, SIDE),
    splits=SPLITS,
    classes=10,
    source="Y. LeCun, C. Cortes, C. J. C. Burges; IDX files",
    licence="CC BY-SA 3.0, as commonly given",
    load=_load,
    missing=_missing,
)


def _load_binary() -> ImageSet:
    """Each pixel is white with a probability equal to its grey value (Salakhutdinov & Murray 2008). The draw is always
    the same, but it is not the draw that they published."""
    grey = _load()
    random = generator(0, "binary pixels")
    white = torch.rand(grey.pixels.shape, generator=random) < grey.pixels / 255
    return ImageSet(white.to(torch.uint8) * 255, grey.names, grey.labels)


BINARY = replace(
    SPEC,
    name=BINARY_NAME,
    title="MNIST in black and white: 70,000 digits, 28x28",
    source="MNIST, each pixel white with the probability that its grey value is",
    load=_load_binary,
)


def spec() -> DatasetSpec:
    """The set as it is on this machine. The order of the images is part of the spec if it is not the usual one."""
    return replace(SPEC, content=content) if (content := _other_order()) else SPEC


def binary_spec() -> DatasetSpec:
    """Like `spec`, for black and white pixels."""
    return replace(BINARY, content=content) if (content := _other_order()) else BINARY
