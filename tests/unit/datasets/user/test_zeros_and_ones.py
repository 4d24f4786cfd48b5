"""Lines of zeros and ones: digits with a column for each class, and glyphs whose size is said, or known."""

import numpy as np
import pytest

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import Options
from tests.support import own_data

IMAGES, LABELS = own_data.digits()
BITS = (IMAGES > 127).astype(int).reshape(60, -1)
HOT = np.eye(10, dtype=int)[LABELS]
FONT = own_data.FONT.pixels.numpy()[:, 0] // 255


def _lines(array: np.ndarray, write: str = "{:d}", between: str = " ", behind: str = "") -> str:
    return "\n".join(between.join(write.format(value) for value in line) + behind for line in array)


SEMEION = "\n".join(
    f"{pixels} {classes} "
    for pixels, classes in zip(_lines(BITS, "{:.4f}").split("\n"), _lines(HOT).split("\n"), strict=True)
)
FORMS = {
    "semeion": SEMEION,
    "commas": _lines(np.concatenate([BITS, HOT], 1), between=","),
    "classes first": _lines(np.concatenate([HOT, BITS], 1)),
    "header": ",".join([*(f"p{i}" for i in range(64)), *(f"d{i}" for i in range(10))])
    + "\n"
    + _lines(np.concatenate([BITS, HOT], 1), between=","),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_column_for_each_class(form: str) -> None:
    found = datasets.read(FORMS[form].encode(), name="semeion.data")
    assert (found.kind, found.images, found.shape, found.classes) == ("images", 60, (1, 8, 8), 10)
    assert np.array_equal(found.pixels.reshape(60, -1) // 255, BITS)
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)
    assert "10 columns were read as classes" in " ".join(map(str, found.notes))


def test_an_image_of_no_class_or_of_two_is_refused() -> None:
    """Further down than the lines by which the columns are told apart."""
    many = np.concatenate([BITS, HOT], 1)[np.arange(300) % 60]
    for value in (0, 1):
        many[250, -10:] = value
        with pytest.raises(LabError, match="line 251 has not one 1 in its 10 columns of classes") as caught:
            datasets.read(_lines(many).encode())
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("between", ["", " ", ",", ";"])
@pytest.mark.parametrize("size", [None, (7, 5)])
def test_a_line_for_each_glyph(between: str, size: tuple[int, int] | None) -> None:
    found = datasets.read(_lines(FONT.reshape(32, -1), between=between).encode(), Options(size=size))
    assert (found.kind, found.shape) == ("glyphs", (1, 7, 5))
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)


def test_rows_and_columns_are_exchanged() -> None:
    found = datasets.read(_lines(FONT.reshape(32, -1)).encode())
    turned = found.transposed()
    assert turned.shape == (1, 5, 7)
    assert np.array_equal(turned.pixels[:, 0] // 255, FONT.transpose(0, 2, 1))
    assert turned.names == found.names
    curves = datasets.read(_lines(np.arange(240).reshape(4, 60)).encode())
    with pytest.raises(LabError, match="59x1"):
        curves.transposed()


@pytest.mark.parametrize("between", ["", " "])
def test_another_size_must_be_said(between: str) -> None:
    wide = np.concatenate([FONT, np.zeros((32, 7, 1), np.uint8)], 2)[:, :7].reshape(32, -1)
    text = _lines(wide, between=between).encode()
    with pytest.raises(LabError, match=r"say the size|say their size"):
        datasets.read(text)
    found = datasets.read(text, Options(size=(7, 6)))
    assert np.array_equal(found.pixels[:, 0, :, :5] // 255, FONT)
    with pytest.raises(LabError, match=r"does not fit|numbers an image"):
        datasets.read(text, Options(size=(9, 6)))
