"""Known sets as TensorFlow datasets prepares them, made small."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import catalog
from aelib.datasets.downloads import mnist, prepared
from aelib.datasets.imageset import Splits
from tests.support import own_data
from tests.support.other_programs import records

IMAGES, LABELS = own_data.digits()
LARGE = np.zeros((60, 28, 28), np.uint8)
LARGE[:, :8, :8] = IMAGES


def _prepared(folder: Path, name: str, pieces: int = 1) -> None:
    folder.mkdir(parents=True)
    for part, of in (("train", slice(40)), ("test", slice(40, 60))):
        for number in range(pieces):
            some = slice(number, None, pieces)
            file = folder / f"{name}-{part}.tfrecord-{number:05}-of-{pieces:05}"
            file.write_bytes(records(LARGE[of][some], LABELS[of][some]))


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_records_of_a_known_set_are_found(name: str, data: Path) -> None:
    missing = datasets.spec(name)
    assert missing.missing() is not None
    _prepared(data / name / "3.0.1", name)
    found = datasets.spec(name)
    assert found.missing() is None
    assert found.content, "another order is another set"
    with pytest.raises(LabError, match=rf"has not the images of {name}"):
        datasets.load(name)


def test_the_newest_version_that_is_whole_counts(data: Path) -> None:
    _prepared(data / "mnist" / "3.0.1", "mnist", 2)
    _prepared(data / "mnist" / "3.0.10", "mnist", 2)
    assert {path.parent.name for path in prepared.find("mnist")} == {"3.0.10"}
    (data / "mnist" / "3.0.10" / "mnist-test.tfrecord-00001-of-00002").unlink()
    found = prepared.find("mnist")
    assert {path.parent.name for path in found} == {"3.0.1"}
    images = prepared.load(found, replace(mnist.SPEC, splits=Splits(train=40, test=20)))
    order = [*range(0, 40, 2), *range(1, 40, 2), *range(40, 60, 2), *range(41, 60, 2)]
    assert np.array_equal(images.pixels[:, 0].numpy(), LARGE[order])
    assert np.array_equal(images.labels.numpy(), LABELS[order])


def test_another_set_among_the_records_of_mnist_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _prepared(data / "mnist" / "3.0.1", "mnist")
    monkeypatch.setattr(mnist, "SPLITS", Splits(train=40, test=20))
    monkeypatch.setattr(mnist, "SPEC", replace(mnist.SPEC, splits=mnist.SPLITS))
    catalog._load.cache_clear()
    with pytest.raises(LabError, match="is not MNIST's"):
        datasets.load("mnist")
