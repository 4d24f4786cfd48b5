"""Files of data sets: downloads from a server on loopback that breaks off, answers nonsense, or knows no ranges."""

import hashlib
from pathlib import Path

import pytest

from aelib.core.errors import LabError
from aelib.datasets import files
from aelib.datasets.files import RemoteFile
from tests.support.download_server import CONTENT, DownloadServer


def remote(download_server: DownloadServer, checksum: str = hashlib.sha256(CONTENT).hexdigest()) -> RemoteFile:
    return RemoteFile("a.mat", f"http://127.0.0.1:{download_server.server_port}/a.mat", len(CONTENT), checksum)


def fails(file: RemoteFile) -> str:
    with pytest.raises(LabError) as caught:
        files.get("things", [file])
    assert "\n" not in str(caught.value)
    assert files.find("things", "a.mat") is None
    return str(caught.value)


def left(home: Path) -> list[str]:
    return [path.name for path in (home / "downloads" / "things").iterdir()]


def arrived(home: Path) -> bool:
    path = files.find("things", "a.mat")
    return path is not None and path.read_bytes() == CONTENT and left(home) == ["a.mat"]


@pytest.mark.parametrize("says_length", [True, False])
def test_a_download_goes_on_where_it_broke_off(says_length: bool, download_server: DownloadServer, home: Path) -> None:
    download_server.breaks_after, download_server.says_length = 200_000, says_length
    assert "goes on where it broke off" in fails(remote(download_server))
    assert left(home) == ["a.mat.part"]
    fails(remote(download_server))
    download_server.breaks_after = None
    told: list[int] = []
    files.get("things", [remote(download_server)], lambda _, done, __: told.append(done))
    assert arrived(home)
    starts = [int(wanted.removeprefix("bytes=").removesuffix("-")) for wanted in download_server.asked[1:] if wanted]
    assert len(starts) == 2
    assert 0 < starts[0] < starts[1] < len(CONTENT), "nothing is asked for twice"
    assert told == sorted(told)
    assert (told[0] > starts[1], told[-1]) == (True, len(CONTENT))


def test_a_server_that_knows_no_ranges_is_asked_for_all(download_server: DownloadServer, home: Path) -> None:
    download_server.breaks_after = 200_000
    fails(remote(download_server))
    download_server.breaks_after, download_server.ranges = None, False
    files.get("things", [remote(download_server)])
    assert download_server.asked[-1] is not None
    assert arrived(home)


def test_what_was_begun_of_another_file_is_not_taken_for_this_one(download_server: DownloadServer, home: Path) -> None:
    download_server.breaks_after = 200_000
    fails(remote(download_server))
    (home / "downloads" / "things" / "a.mat.part").write_bytes(bytes(100_000))
    download_server.breaks_after = None
    assert "not the file" in fails(remote(download_server))
    assert left(home) == []
    files.get("things", [remote(download_server)])
    assert arrived(home)


@pytest.mark.parametrize("size", [len(CONTENT), len(CONTENT) + 5])
def test_what_was_begun_and_is_too_long_is_thrown_away(size: int, download_server: DownloadServer, home: Path) -> None:
    (home / "downloads" / "things").mkdir(parents=True)
    (home / "downloads" / "things" / "a.mat.part").write_bytes(bytes(size))
    assert "not the file" in fails(remote(download_server))
    assert left(home) == []


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_a_checksum_may_be_md5_or_sha256(kind: str, download_server: DownloadServer, home: Path) -> None:
    right = hashlib.new(kind, CONTENT).hexdigest()
    wrong = hashlib.new(kind, b"other").hexdigest()
    prefix = "md5:" if kind == "md5" else ""
    assert "not the file" in fails(remote(download_server, prefix + wrong))
    assert left(home) == []
    files.get("things", [remote(download_server, prefix + right)])
    assert arrived(home)


@pytest.mark.parametrize("content", [CONTENT + b"more", CONTENT[:-1], b"", b"<html>not found</html>"])
def test_a_file_of_another_size_is_thrown_away(content: bytes, download_server: DownloadServer, home: Path) -> None:
    download_server.content = content
    fails(remote(download_server))
    assert left(home) == []


def test_a_server_that_refuses_is_named_and_what_has_come_is_kept(download_server: DownloadServer, home: Path) -> None:
    download_server.breaks_after = 200_000
    fails(remote(download_server))
    download_server.status = 404
    assert "answers 404" in fails(remote(download_server))
    assert left(home) == ["a.mat.part"]


def test_no_server_at_all_is_one_sentence(download_server: DownloadServer) -> None:
    file = remote(download_server)
    download_server.shutdown()
    download_server.server_close()
    assert "no connection to the server" in fails(file)


def test_a_folder_that_cannot_be_written_is_one_sentence(download_server: DownloadServer, home: Path) -> None:
    home.mkdir()
    (home / "downloads").write_text("a file where the folder should be")
    with pytest.raises(LabError, match="cannot be kept"):
        files.get("things", [remote(download_server)])


def test_two_downloads_of_one_set_at_a_time_are_one_too_many(download_server: DownloadServer, home: Path) -> None:
    refused: list[str] = []

    def again(*_: object) -> None:
        if not refused:
            with pytest.raises(LabError) as caught:
                files.get("things", [remote(download_server)])
            refused.append(str(caught.value))

    files.get("things", [remote(download_server)], again)
    assert "already" in refused[0]
    assert arrived(home)


def test_a_download_is_checked_reported_and_found_afterwards(download_server: DownloadServer) -> None:
    reported: list[tuple[str, int, int]] = []
    assert files.missing("things", [remote(download_server)]) is not None
    files.get("things", [remote(download_server)], lambda *step: reported.append(step))
    assert files.missing("things", [remote(download_server)]) is None
    assert reported[-1] == ("a.mat", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in reported] == sorted(done for _, done, _ in reported)
    asked = list(download_server.asked)
    files.get("things", [remote(download_server)])
    assert download_server.asked == asked, "it is here"


@pytest.mark.parametrize("kind", ["other content", "not there"])
def test_a_download_that_is_wrong_leaves_nothing_behind(kind: str, download_server: DownloadServer, home: Path) -> None:
    if kind == "other content":
        download_server.content = b"something else"
    else:
        download_server.status = 404
    assert "could not be downloaded" in fails(remote(download_server))
    assert not [path for path in (home / "downloads").rglob("*") if path.is_file()]


USUAL = {
    "mnist": [
        "train-images-idx3-ubyte",
        "train-images.idx3-ubyte",
        "train-images-idx3-ubyte (1).gz",
        "TRAIN-IMAGES-IDX3-UBYTE.GZ",
        "MNIST/raw/train-images-idx3-ubyte",
        "mnist/MNIST/raw/train-images-idx3-ubyte.gz",
        "train-images-idx3-ubyte/train-images-idx3-ubyte",
        "downloads/cvdf-datasets_mnist_train-images-idx3-ubyteDDna.gz",
        "downloads/extracted/GZIP.cvdf-datasets_mnist_train-images-idx3-ubyteDDna",
    ],
    "fashion_mnist": [
        "fashion_mnist/train-images-idx3-ubyte.gz",
        "FashionMNIST/raw/train-images-idx3-ubyte",
        "fashion-mnist/train-images-idx3-ubyte.gz",
        "datasets/fashion-mnist/train-images-idx3-ubyte.gz",
    ],
}


@pytest.mark.parametrize(("dataset", "name"), [(set_, name) for set_, names in USUAL.items() for name in names])
def test_a_file_is_found_where_other_programs_leave_it(data: Path, dataset: str, name: str) -> None:
    (data / name).parent.mkdir(parents=True, exist_ok=True)
    (data / name).write_bytes(b"")
    assert files.find(dataset, "train-images-idx3-ubyte.gz") == data / name
    other = "mnist" if dataset == "fashion_mnist" else "fashion_mnist"
    if not name.startswith("mnist"):
        assert files.find(other, "train-images-idx3-ubyte.gz") is None


def test_what_is_only_alike_is_not_taken(data: Path) -> None:
    for name in (
        "._train-images-idx3-ubyte.gz",
        "emnist-train-images-idx3-ubyte",
        "downloads/kuzushiji_train-images-idx3-ubyte",
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(b"")
    assert files.find("mnist", "train-images-idx3-ubyte.gz") is None
