"""SVHN as files on this machine: real, cut, swapped and foreign."""

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from aelib import datasets
from aelib.core.errors import LabError
from tests.support.datafiles import classes_in_all_parts, refused


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
