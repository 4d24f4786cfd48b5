"""Where the files of a person's data sets are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aelib.datasets.user import storage


@pytest.fixture
def neighbour() -> Iterator[ThreadPoolExecutor]:
    """Another thread of the server."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(storage.folder).result()  # the thread exists before the test changes anything
        yield pool


def test_another_folder_holds_in_this_thread_only(home: Path, tmp_path: Path, neighbour: ThreadPoolExecutor) -> None:
    trial = tmp_path / "trial"
    with storage.using_folder(trial):
        storage.write("one.csv", b"mine")
        neighbour.submit(storage.write, "two.csv", b"theirs").result()
        assert [path.name for path in storage.newest("*.csv")] == ["one.csv"]
    assert [path.name for path in trial.iterdir()] == ["one.csv"]
    assert [path.name for path in (home / "datasets").iterdir()] == ["two.csv"]
    assert storage.folder() == home / "datasets"


def test_another_folder_ends_with_an_error_too(home: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broken"), storage.using_folder(tmp_path / "trial"):
        raise RuntimeError("broken")
    assert storage.folder() == home / "datasets"
