"""What tests of files of data sets share."""

import struct

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.core.errors import LabError


def refused(name: str) -> str:
    """The sentence with which both `missing` and `load` refuse a data set that is not on this machine."""
    missing = datasets.spec(name).missing()
    assert missing is not None
    sentence = str(missing)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    with pytest.raises(LabError) as caught:
        datasets.load(name)
    assert str(caught.value) == sentence
    assert datasets.spec(name).content == ""
    assert name in [one.name for one in datasets.available()], "a damaged set does not hide the others"
    return sentence


def classes_in_all_parts(name: str) -> None:
    splits, labels = datasets.spec(name).splits, datasets.load(name).labels
    for part in labels.split(list(splits)):
        assert int(torch.bincount(part, minlength=10).min()) > 0


def idx_bytes(shape: tuple[int, ...], content: bytes) -> bytes:
    """An IDX file of bytes whose header gives this shape, whatever its content."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + content


def idx_file(array: np.ndarray) -> bytes:
    return idx_bytes(array.shape, array.tobytes())
