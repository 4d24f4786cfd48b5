"""What a disk can do to a class server: full, read-only, half-written files, nonsense in the job's folder."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aelib.core.errors import LabError, StoreError
from aelib.experiment import presets
from aelib.jobs import JobScheduler, worker
from aelib.jobs.health import check
from aelib.jobs.mailbox import FolderMailbox, progress_from
from aelib.store import DamagedRun, Store
from aelib.training import Progress, Run, fit, fit_many
from tests.support.patience import PATIENCE
from tests.support.trainings import finished

TINY = presets.get("font-best").with_values({"epochs": 20})


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)], capture_output=True, check=False
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

    def training(*arguments: Any) -> list[Any]:
        *others, save = arguments

        def save_later(run: Run) -> None:
            trained.set()
            assert full.wait(PATIENCE)
            save(run)

        return fit_many(*others, save_later)  # type: ignore[arg-type]

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
        assert jobs.store.get(TINY.digest) is not None
        with pytest.raises(LabError, match="could not be written"):
            jobs.submit(TINY.with_values({"seed": 1}))
        with pytest.raises(StoreError):
            jobs.store.delete(TINY.digest)
        with pytest.raises(StoreError):
            Store(disk)
        _read_only(disk, False)
        assert check(jobs)["status"] == "ok"
        assert jobs.store.digests() == [TINY.digest]


@pytest.mark.parametrize("name", ["weights.safetensors", "snapshots.safetensors", "run.json"])
@pytest.mark.parametrize("keep", [0, 1, 100])
def test_a_truncated_file_is_a_damaged_run(name: str, keep: int) -> None:
    store = Store()
    store.save(fit(TINY, "cpu"))
    path = store.runs / TINY.digest / name
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DamagedRun, match="train it again"):
        store.get(TINY.digest)
    assert [digest for digest, problem in store.verify() if problem] == [TINY.digest]


SAID = Progress(3, 10, 0.5, 1, 32, 1.0, 2.0, [{"epoch": 1, "train_loss": 0.7}])
_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(some.binary(max_size=200))
def test_any_bytes_in_a_progress_file_are_no_progress(content: bytes) -> None:
    assert progress_from(content) is None


@given(some.sampled_from(sorted(SAID.__dict__)), _json)
def test_a_progress_file_with_a_field_of_another_kind_is_believed_only_where_it_makes_sense(
    name: str, value: object
) -> None:
    content = json.dumps({**SAID.__dict__, name: value}).encode()
    progress = progress_from(content)
    if progress is not None:
        assert 0 <= progress.epoch / progress.epochs <= 1
        assert f"{progress.seconds_left:.0f} {progress.loss:.5f} {progress.learnt:,}"
        assert all(record["epoch"] >= 0 or record["train_loss"] for record in progress.history)


def test_a_mailbox_gives_back_what_was_put_in(tmp_path: Path) -> None:
    mailbox = FolderMailbox(tmp_path)
    assert mailbox.latest() is None
    assert not mailbox.stop_requested()
    mailbox.report(SAID)
    assert mailbox.latest() == SAID
    mailbox.clear()
    assert mailbox.latest() is None
    mailbox.request_stop()
    mailbox.clear()
    assert mailbox.stop_requested()
