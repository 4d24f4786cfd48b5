"""Sparse tables, as LIBSVM and scikit-learn write them."""

import io

import numpy as np
import pytest
from sklearn.datasets import dump_svmlight_file

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import Options
from tests.support import own_data

IMAGES, LABELS = own_data.digits()
TOP_LEFT = IMAGES.copy()
TOP_LEFT[0, 0, 0] = 9  # an index 0, where they count from 0


def _sparse(images: np.ndarray, zero_based: bool, comment: str = "") -> bytes:
    out = io.BytesIO()
    flat = images.reshape(len(images), -1).astype(float)
    dump_svmlight_file(flat, LABELS[: len(images)], out, zero_based=zero_based, comment=comment)
    return out.getvalue()


@pytest.mark.parametrize("zero_based", [False, True])
@pytest.mark.parametrize("comment", ["", "digits"])
@pytest.mark.parametrize("images", [IMAGES, TOP_LEFT])
def test_a_sparse_table(images: np.ndarray, zero_based: bool, comment: str) -> None:
    found = datasets.read(_sparse(images, zero_based, comment), name="digits.t")
    assert (found.images, found.shape, found.classes) == (60, (1, 8, 8), 10)
    assert np.array_equal(found.pixels[:, 0], images)
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)
    assert f"counted from {int(not zero_based)}" in str(found.notes[0])


def test_pixels_at_the_end_that_are_0_everywhere_are_not_there() -> None:
    dark = IMAGES.copy()
    dark[:, 7, 5:] = 0
    found = datasets.read(_sparse(dark, False))
    assert np.array_equal(found.pixels[:, 0], dark)
    assert "pixel 61: read as 8x8" in str(found.notes[1])


def test_other_numbers_colours_and_a_size_that_is_said() -> None:
    scaled = datasets.read(_sparse(IMAGES / 255, False))
    assert np.array_equal(scaled.pixels[:, 0], IMAGES)
    colour = np.repeat(IMAGES[:, None], 3, 1)
    colour[:, 2] //= 2
    found = datasets.read(_sparse(colour, False))
    assert found.shape == (3, 8, 8)
    assert np.array_equal(found.pixels, colour)
    assert datasets.read(_sparse(IMAGES[:, :7], False), Options(size=(7, 8))).shape == (1, 7, 8)


def test_the_parts_of_libsvm() -> None:
    files = [("digits", _sparse(IMAGES[:40], False)), ("digits.t", _sparse(IMAGES[:20], False))]
    found = datasets.read(files)
    assert (found.parts, found.shape) == ({"train": 40, "test": 20}, (1, 8, 8))
    assert found.classes == 10


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"\n6 ", b"\n6 3:x ", "line 5 is '6 3:x"),
        (b"\n6 ", b"\n6 40:1 ", "line 5 is '6 40:1"),
        (b"\n", b" 999999999000:1\n", "no square"),
        (b"\n", b" 16777216:1\n", "bytes of pixels"),
        (b"\n6 ", b"\n6 70:nan ", "line 5"),
    ],
)
def test_a_sparse_table_that_is_broken_is_refused(old: bytes, new: bytes, says: str) -> None:
    whole = _sparse(IMAGES, False)
    assert old in whole
    with pytest.raises(LabError, match=f"a sparse table of LIBSVM.*{says}") as caught:
        datasets.read(whole.replace(old, new, 1))
    assert "\n" not in str(caught.value)
