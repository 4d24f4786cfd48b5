"""notMNIST as IDX files and as its archive: real, cut, swapped and foreign."""

import gzip
import io
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets.downloads import notmnist
from tests.support.datafiles import classes_in_all_parts, idx_file, refused


def put_idx(folder: Path, part: str, count: int) -> None:
    folder.mkdir(exist_ok=True)
    numbers = np.random.default_rng(count)
    images, labels = numbers.integers(0, 256, (count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8) % 10
    (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_file(images), 1))
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx_file(labels))


def test_notmnist_is_the_file_that_is_here(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    described, images = datasets.spec("notmnist"), datasets.load("notmnist")
    assert (described.missing(), described.splits) == (None, (6000, 2571, 1429))
    assert torch.bincount(images.labels).tolist() == [1000] * 10
    assert images.names[0].startswith("ABCDEFGHIJ"[int(images.labels[0])])
    classes_in_all_parts("notmnist")


def test_seventy_thousand_are_divided_as_the_documents_divide_them(data: Path) -> None:
    put_idx(data / "notmnist", "train", 60_000)
    put_idx(data / "notmnist", "t10k", 10_000)
    assert datasets.spec("notmnist").splits == (42_000, 18_000, 10_000)
    tested = datasets.test_set("notmnist")
    assert tested.labels[:12].tolist() == [*range(10), 0, 1], "the images to test by are those of their file, in order"
    assert datasets.training_set("notmnist").labels[:12].tolist() != [*range(10), 0, 1]


def test_mnists_files_are_not_taken_for_notmnists(real_data: Path, data: Path) -> None:
    put_idx(data, "t10k", 100)  # in AELIB_DATA itself, where MNIST's may lie
    sentence = refused("notmnist")
    assert str(data / "notmnist") in sentence
    assert notmnist.URL in sentence
    assert datasets.spec("notmnist").splits == (42_000, 18_000, 10_000)
    shutil.copytree(real_data / "mnist", data / "notmnist", ignore=shutil.ignore_patterns("train*"))
    with pytest.raises(LabError, match="is MNIST's"):
        datasets.load("notmnist")


def test_idx_files_that_are_swapped_cut_or_foreign_are_refused(data: Path) -> None:
    folder = data / "notmnist"
    put_idx(folder, "t10k", 100)
    images, labels = folder / "t10k-images-idx3-ubyte", folder / "t10k-labels-idx1-ubyte"
    whole = gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes())
    images.write_bytes(whole)
    assert len(datasets.load("notmnist")) == 100
    images.write_bytes(labels.read_bytes())
    assert "not an IDX file of images" in refused("notmnist")
    images.write_bytes(idx_file(np.zeros((100, 32, 32), np.uint8)))
    assert "32x32" in refused("notmnist")
    images.write_bytes(idx_file(np.zeros((99, 28, 28), np.uint8)))
    assert "one label for each" in refused("notmnist")
    images.write_bytes(b"")
    assert "images" in refused("notmnist")
    images.write_bytes(whole[:-1])
    with pytest.raises(LabError, match="replace it"):
        datasets.load("notmnist")
    images.write_bytes(whole)
    labels.unlink()
    assert "t10k-labels" in refused("notmnist")


def png(size: tuple[int, int] = (28, 28), value: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("L", size, value).save(out, "PNG")
    return out.getvalue()


def put_tar(data: Path, members: list[tuple[str, bytes]]) -> Path:
    path = data / "notMNIST_small.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def letters(count: int) -> list[tuple[str, bytes]]:
    return [(f"notMNIST_small/{'ABCDEFGHIJ'[i % 10]}/{i}.png", png(value=i % 10 * 20)) for i in range(count)]


def test_the_archive_of_notmnist_is_read_as_it_is(data: Path) -> None:
    broken = [("notMNIST_small/A/RGVtb2NyYXRpY2FCb2xkT2xkc3R5bGUgQm9sZC50dGY=.png", b""), ("x/F/b.png", b"\x89PNG")]
    others = [("../../B/../escape.png", png()), ("notMNIST_small/.DS_Store", b"x"), ("notMNIST_small/Z/1.png", png())]
    put_tar(data, [*sorted(letters(350)), *broken, *others])
    images = datasets.load("notmnist")
    assert "350 letters A to J (2 more cannot be read)" in datasets.spec("notmnist").title
    assert datasets.spec("notmnist").splits == (210, 90, 50)
    assert torch.equal(images.pixels[:, 0, 0, 0].long(), 20 * images.labels)
    classes_in_all_parts("notmnist")
    assert [path.name for path in data.rglob("*")] == ["notMNIST_small.tar.gz"], "nothing is unpacked"


@pytest.mark.parametrize("place", [".", "notmnist", "notmnist/notMNIST_small"])
def test_the_archive_may_be_unpacked(data: Path, place: str) -> None:
    for name, content in [*letters(100), ("notMNIST_small/A/broken.png", b""), ("notMNIST_small/A/._0.png", b"x")]:
        to = data / place / (name.partition("/")[2] if place != "." else name)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content)
    described, images = datasets.spec("notmnist"), datasets.load("notmnist")
    assert described.missing() is None
    assert "100 letters A to J (1 more cannot be read)" in described.title
    assert torch.equal(images.pixels[:, 0, 0, 0].long(), 20 * images.labels)
    before = described.content
    (data / place / ("notMNIST_small" if place == "." else "") / "J" / "9.png").write_bytes(b"another size")
    described = datasets.spec("notmnist")
    assert described.content != before
    assert "(2 more cannot be read)" in described.title


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ([*letters(100), *((f"x/A/b{i}.png", b"bad") for i in range(4))], "4 images"),
        ([*letters(30), ("x/A/large.png", bytes(200_000))], "at most"),
        (letters(5), "5 images"),
        ([*letters(30), *((f"x/B/s{i}.png", png((8, 8))) for i in range(3))], "3 images"),
    ],
)
def test_an_archive_that_is_not_notmnists_is_refused(members: list[tuple[str, bytes]], says: str, data: Path) -> None:
    put_tar(data, members)
    assert says in refused("notmnist")


def test_an_archive_that_is_cut_or_grows_without_end_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put_tar(data, letters(200))
    path.write_bytes(path.read_bytes()[:-500])
    assert "cannot be read" in refused("notmnist")
    put_tar(data, letters(300))
    monkeypatch.setattr(notmnist, "TOTAL_BYTES", 50_000)
    assert "unpacks to more" in refused("notmnist")
