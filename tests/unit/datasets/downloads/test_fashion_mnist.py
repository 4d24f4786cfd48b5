"""Fashion-MNIST, whose files have MNIST's names."""

import gzip
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.core.errors import LabError
from tests.support.datafiles import refused


def _clothes(folder: Path) -> None:
    """Four files of Fashion-MNIST's form: every image and label has the number of its class."""
    folder.mkdir(parents=True)
    for part, count in (("train", 60_000), ("t10k", 10_000)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = np.repeat(labels, 28 * 28)
        for name, axes, content in (
            (f"{part}-images-idx3-ubyte.gz", (count, 28, 28), images),
            (f"{part}-labels-idx1-ubyte.gz", (count,), labels),
        ):
            header = struct.pack(f">BBBB{len(axes)}I", 0, 0, 8, len(axes), *axes)
            (folder / name).write_bytes(gzip.compress(header + content.tobytes(), 1))


def test_fashion_mnist_lies_in_a_folder_of_its_own(data: Path) -> None:
    _clothes(data / "fashion_mnist")
    described = datasets.spec("fashion_mnist")
    assert described.missing() is None
    assert (described.splits.train, described.splits.test) == (60_000, 10_000)
    images = datasets.load("fashion_mnist")
    assert torch.equal(images.pixels[:, 0, 5, 5].long(), images.labels)
    assert datasets.canonical("fashion_mnist") == f"fashion_mnist:{described.content}"


def test_mnists_files_are_not_taken_for_fashion_mnists(real_data: Path, data: Path) -> None:
    shutil.copytree(real_data / "mnist", data, dirs_exist_ok=True)  # where MNIST's may lie
    assert "--get fashion_mnist" in refused("fashion_mnist")
    shutil.copytree(real_data / "mnist", data / "fashion_mnist")
    with pytest.raises(LabError, match="is MNIST's"):
        datasets.load("fashion_mnist")
