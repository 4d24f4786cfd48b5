"""What a disk can do to a class server: full, or read-only."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from aelib.core.errors import LabError, StoreError
from aelib.experiment import digest_of, presets
from aelib.jobs import JobScheduler, worker
from aelib.jobs.health import check
from aelib.store import Store
from aelib.training import Run, fit, fit_many
from tests.support.patience import PATIENCE
from tests.support.trainings import finished

TINY = presets.get("font-best").with_values({"epochs": 20})


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("NOT TESTED HERE: a full and a read-only disk; mounting a tmpfs needs root on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert shutil.disk_usage(folder).free == 0


def _read_only(folder: Path, value: bool) -> None:
    subprocess.run(["mount", "-o", f"remount,{'ro' if value else 'rw'}", str(folder)], check=True)


def test_a_full_disk_ends_in_one_sentence_and_loses_nothing(disk: Path) -> None:
    store = Store(disk)
    before = fit(TINY, "cpu")
    store.save(before)
    _fill(disk)
    another = fit(TINY.with_values({"seed": 1}), "cpu")
    with pytest.raises(StoreError, match="make room"):
        store.save(another)
    with pytest.raises(StoreError, match="make room"):
        store.save(before, replace=True)
    assert store.digests() == [before.digest]
    run = store.get(before.digest)
    assert run is not None
    assert run.metrics == before.metrics
    with ThreadPoolExecutor(1) as threads, pytest.raises(LabError):
        JobScheduler(store, threads).submit(another.experiment)
    (disk / "filler").unlink()
    store.save(another)
    assert len(store.digests()) == len(store.summaries()) == 2


def test_a_disk_that_fills_up_while_a_job_runs_fails_that_job(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained, full = threading.Event(), threading.Event()

    def training(*arguments: Any, on_result: Callable[[Run], None], **others: Any) -> list[Any]:
        def save_later(run: Run) -> None:
            trained.set()
            assert full.wait(PATIENCE)
            on_result(run)

        return fit_many(*arguments, on_result=save_later, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "fit_many", training)
    with ThreadPoolExecutor(1) as threads:
        jobs = JobScheduler(Store(disk), threads)
        job = jobs.submit(TINY)
        assert trained.wait(PATIENCE)
        _fill(disk)
        full.set()
        finished(job)
    assert job.state == "failed"
    assert "make room" in job.reason
    assert list((disk / "runs").iterdir()) == []


def test_a_store_that_becomes_read_only_says_so_and_still_opens_runs(disk: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        jobs = JobScheduler(Store(disk), threads)
        jobs.store.save(fit(TINY, "cpu"))
        assert check(jobs)["status"] == "ok"
        jobs.pending_jobs._alive.release()  # Linux refuses while a file is open for writing; a disk that fails does not ask
        _read_only(disk, True)
        assert check(jobs)["status"] == "failing"
        assert jobs.submit(TINY, "somebody").state == "done"
        assert jobs.store.get(digest_of(TINY)) is not None
        with pytest.raises(LabError, match="could not be written"):
            jobs.submit(TINY.with_values({"seed": 1}))
        with pytest.raises(StoreError):
            jobs.store.delete(digest_of(TINY))
        with pytest.raises(StoreError):
            Store(disk)
        _read_only(disk, False)
        assert check(jobs)["status"] == "ok"
        assert jobs.store.digests() == [digest_of(TINY)]
