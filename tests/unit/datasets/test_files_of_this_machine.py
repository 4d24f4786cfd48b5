"""Sets that lie on this machine as files (SVHN, notMNIST, Fashion-MNIST), real, cut, swapped and foreign."""

import gzip
import io
import shutil
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import torch
from PIL import Image

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import idx
from aelib.datasets.downloads import notmnist
from tests.support.datafiles import refused


def classes_in_all_parts(name: str) -> None:
    splits, labels = datasets.spec(name).splits, datasets.load(name).labels
    for part in labels.split(list(splits)):
        assert int(torch.bincount(part, minlength=10).min()) > 0


# --- SVHN -----------------------------------------------------------------------------------------------------


def mat(path: Path, count: int = 70, **changes: object) -> None:
    numbers = np.random.default_rng(0)
    content = {
        "X": numbers.integers(0, 256, (32, 32, 3, count), dtype=np.uint8),
        "y": (np.arange(count, dtype=np.uint8) % 10 + 1)[:, None],
    }
    path.parent.mkdir(exist_ok=True, parents=True)
    scipy.io.savemat(path, {key: value for key, value in (content | changes).items() if value is not None})


def test_svhn_is_the_file_that_is_here(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    described, images = datasets.spec("svhn"), datasets.load("svhn")
    assert described.missing() is None
    assert described.splits == (1621, 695, 386)
    assert "grey" in described.title
    found = scipy.io.loadmat(real_data / "svhn" / "svhn_gray_test_subset_32x32.mat")
    assert images.pixels[17].tolist() == found["X"][..., 17].transpose(2, 0, 1).tolist()
    assert images.labels.tolist() == (found["y"].ravel() % 10).tolist()
    classes_in_all_parts("svhn")


def test_the_two_official_files_are_one_set(data: Path) -> None:
    mat(data / "svhn" / "train_32x32.mat", 100)
    alone = datasets.spec("svhn")
    assert alone.splits == (60, 26, 14)
    mat(data / "test_32x32.mat", 30)  # in AELIB_DATA itself
    both = datasets.spec("svhn")
    assert both.splits == (80, 20, 30)
    assert "colour" in both.title
    assert len(datasets.load("svhn")) == 130
    assert len({alone.content, both.content, ""}) == 3
    assert datasets.canonical("svhn") == f"svhn:{both.content}"


def test_half_a_download_is_not_the_set(data: Path, home: Path) -> None:
    folder = home / "downloads" / "svhn"
    mat(folder / "train_32x32.mat")
    assert "test_32x32.mat" in refused("svhn"), "the second has not begun"
    (folder / "test_32x32.mat.part").write_bytes(b"MATLAB")
    assert "test_32x32.mat" in refused("svhn")
    mat(data / "test_32x32.mat")  # brought by hand meanwhile
    assert datasets.spec("svhn").splits == (56, 14, 70)


def test_another_file_of_the_same_name_is_another_set(data: Path) -> None:
    mat(data / "svhn" / "test_32x32.mat")
    first = datasets.canonical("svhn")
    mat(data / "svhn" / "test_32x32.mat", y=np.ones((70, 1), np.uint8))
    assert datasets.canonical("svhn") != first
    assert set(datasets.load("svhn").labels.tolist()) == {1}


def test_where_svhn_is_not_there_one_sentence_says_what_to_do(data: Path) -> None:
    assert "--get svhn" in refused("svhn")
    assert datasets.spec("svhn").images == 73_257 + 26_032


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"X": None}, "not the images X"),
        ({"y": None}, "labels y"),
        ({"X": np.zeros((32, 32, 3, 70))}, "not the images X"),
        ({"X": np.zeros((28, 28, 3, 70), np.uint8)}, "not the images X"),
        ({"X": np.zeros((32, 32, 3, 70), object)}, "not the images X"),
        ({"y": np.ones((69, 1), np.uint8)}, "labels y"),
        ({"count": 5}, "5 images"),
    ],
)
def test_a_mat_file_of_another_kind_is_refused(changes: dict[str, object], says: str, data: Path) -> None:
    mat(data / "svhn" / "test_32x32.mat", **changes)  # type: ignore[arg-type]
    assert says in refused("svhn")


@pytest.mark.parametrize("label", [0, 11])
def test_labels_that_no_digit_has_are_refused(label: int, data: Path) -> None:
    mat(data / "svhn" / "test_32x32.mat", y=np.full((70, 1), label, np.uint8))
    with pytest.raises(LabError, match="1 to 10"):
        datasets.load("svhn")


@pytest.mark.parametrize("content", [b"", b"not a MATLAB file", b"\x80\x04N.", bytes(1000)])
def test_what_is_no_mat_file_is_refused(content: bytes, data: Path) -> None:
    (data / "svhn").mkdir()
    (data / "svhn" / "test_32x32.mat").write_bytes(content)
    assert "test_32x32.mat" in refused("svhn")


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_mat_file_that_was_cut_is_refused(share: float, data: Path) -> None:
    path = data / "svhn" / "test_32x32.mat"
    mat(path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(LabError, match="replace it by the original") as caught:
        datasets.load("svhn")
    assert "\n" not in str(caught.value)


# --- notMNIST -------------------------------------------------------------------------------------------------


def _idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def put_idx(folder: Path, part: str, count: int) -> None:
    folder.mkdir(exist_ok=True)
    numbers = np.random.default_rng(count)
    images, labels = numbers.integers(0, 256, (count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8) % 10
    (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(_idx(images), 1))
    (folder / f"{part}-labels-idx1-ubyte").write_bytes(_idx(labels))


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


def test_idx_files_that_are_swapped_cut_or_foreign_are_refused(data: Path) -> None:
    folder = data / "notmnist"
    put_idx(folder, "t10k", 100)
    images, labels = folder / "t10k-images-idx3-ubyte", folder / "t10k-labels-idx1-ubyte"
    whole = gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes())
    images.write_bytes(whole)
    assert len(datasets.load("notmnist")) == 100
    images.write_bytes(labels.read_bytes())
    assert "not an IDX file of images" in refused("notmnist")
    images.write_bytes(_idx(np.zeros((100, 32, 32), np.uint8)))
    assert "32x32" in refused("notmnist")
    images.write_bytes(_idx(np.zeros((99, 28, 28), np.uint8)))
    assert "one label for each" in refused("notmnist")
    images.write_bytes(b"")
    assert "images" in refused("notmnist")
    images.write_bytes(whole[:-1])
    with pytest.raises(LabError, match="replace it"):
        datasets.load("notmnist")
    images.write_bytes(whole)
    labels.unlink()
    assert "t10k-labels" in refused("notmnist")


def test_a_count_in_a_header_is_not_believed_without_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 28, 28))
    with pytest.raises(LabError, match="4,294,967,295"):
        idx.read_counted(path, (28, 28), 1000)
    path.write_bytes(_idx(np.arange(12, dtype=np.uint8).reshape(3, 2, 2)))
    assert idx.read_counted(path, (2, 2), 1000).tolist() == np.arange(12).reshape(3, 2, 2).tolist()


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
