"""MNIST: real, missing, and another set under its name."""

import math
from pathlib import Path

import pytest

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import catalog
from tests.support.datafiles import idx_bytes


def test_mnist_is_the_original(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    assert datasets.spec("mnist").missing() is None
    images = datasets.load("mnist")
    assert images.pixels.shape == (70_000, 1, 28, 28)
    assert images.labels[:5].tolist() == [5, 0, 4, 1, 9]  # as in the file's description
    assert images.labels[60_000:60_003].tolist() == [7, 2, 1]
    assert len(datasets.evaluation_set("mnist")) == 1000
    assert set(datasets.evaluation_set("mnist").labels.tolist()) == set(range(10))


def test_black_and_white_pixels_are_drawn_from_the_grey_ones_and_always_the_same(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    grey, drawn = datasets.load("mnist"), datasets.load("mnist_binary")
    assert drawn.labels.equal(grey.labels)
    assert drawn.pixels.unique().tolist() == [0, 255]
    part = slice(0, 5000)
    probability, white = grey.pixels[part] / 255.0, drawn.pixels[part] / 255.0
    assert not white[probability == 0].any()
    assert white[probability == 1].all()
    for low, high in ((0.1, 0.3), (0.4, 0.6), (0.7, 0.9)):
        some = (probability > low) & (probability < high)
        assert float(white[some].mean()) == pytest.approx(float(probability[some].mean()), abs=0.02)
    catalog._load.cache_clear()
    assert datasets.load("mnist_binary").pixels.equal(drawn.pixels)


def test_where_mnist_is_not_there_one_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    catalog._load.cache_clear()
    missing = datasets.spec("mnist").missing()
    assert missing is not None
    assert "datasets --get mnist" in str(missing)
    assert str(tmp_path / "mnist") in str(missing)
    with pytest.raises(LabError, match="train-images-idx3-ubyte"):
        datasets.load("mnist")


def test_another_set_in_mnists_clothes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fashion-MNIST has files of the same names and shapes."""
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    for name, shape in (("train-images-idx3-ubyte", (60_000, 28, 28)), ("t10k-images-idx3-ubyte", (10_000, 28, 28))):
        (tmp_path / name).write_bytes(idx_bytes(shape, bytes(math.prod(shape))))
    for name, count in (("train-labels-idx1-ubyte", 60_000), ("t10k-labels-idx1-ubyte", 10_000)):
        (tmp_path / name).write_bytes(idx_bytes((count,), bytes(count)))
    catalog._load.cache_clear()
    with pytest.raises(LabError, match="is not MNIST's"):
        datasets.load("mnist")
