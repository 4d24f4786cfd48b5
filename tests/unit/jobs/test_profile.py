"""How much of the machine the app takes."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aelib.core import memory
from aelib.jobs import JobScheduler, profile
from aelib.jobs.local_pool import LocalPool
from aelib.store import Store
from tests.support.patience import PATIENCE, wait_until
from tests.support.trainings import BEST, LONG, finished

GB = 2**30


@pytest.mark.parametrize(
    ("asked", "memory_of", "small"),
    [("", 1 * GB, True), ("", 4 * GB, False), ("", 64 * GB, False), ("small", 64 * GB, True), ("full", 1 * GB, False)],
)
def test_the_profile_is_asked_for_or_found_from_the_memory(
    asked: str, memory_of: float, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AELIB_PROFILE", asked)
    monkeypatch.setattr(memory, "total", lambda: memory_of)
    assert profile.is_small() is small
    executor = profile.local_executor()
    assert isinstance(executor, ThreadPoolExecutor if small else LocalPool)
    executor.shutdown()


@pytest.mark.parametrize(("text", "limited"), [("1048576", True), ("max", False), ("", False)])
def test_a_container_may_have_less_memory_than_its_machine(
    text: str, limited: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "memory.max"
    file.write_text(text)
    monkeypatch.setattr(memory, "_CONTAINER", (tmp_path / "absent", file))
    assert (memory.total() == 1048576) is limited
    assert memory.total() > 0


def test_a_small_server_trains_and_stops_without_a_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_PROFILE", "small")
    jobs = JobScheduler(Store())
    try:
        jobs.warm()
        assert jobs.slots == 1
        assert finished(jobs.submit(BEST)).state == "done"
        job = jobs.submit(LONG)
        wait_until(lambda: jobs.progress(job.digest))
        jobs.cancel(job.digest)
        assert finished(job).state == "cancelled"
    finally:
        jobs.close()


def test_a_worker_that_nobody_needs_ends_and_the_next_job_starts_another() -> None:
    workers = LocalPool(1, idle_seconds=0.5)
    try:
        first = workers.submit(os.getpid).result(PATIENCE)
        wait_until(lambda: not workers.pids())
        assert workers.submit(os.getpid).result(PATIENCE) != first
    finally:
        workers.shutdown(cancel_futures=True)
