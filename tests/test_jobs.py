"""Background jobs: one a digest, progress, stop, failure in a sentence, a killed worker."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from aelib import presets
from aelib.jobs import Job, Jobs
from aelib.store import Store
from aelib.workers import Workers

BEST = presets.get("font-best")
LONG = BEST.with_values({"epochs": 1_000_000})
LIMIT = 60.0  # seconds: generous, a worker has to import torch first


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def _done(job: Job) -> Job:
    assert job.finished.wait(LIMIT)
    return job


def test_a_job_over_any_executor_ends_with_a_stored_run(threads: ThreadPoolExecutor) -> None:
    jobs = Jobs(Store(), threads)
    job = _done(jobs.submit(BEST))
    assert (job.state, job.reason) == ("done", "")
    run = jobs.store.get(BEST.digest)
    assert run is not None
    assert run.metrics["learnt"] == 32
    assert not (jobs.store.root / "jobs" / BEST.digest).exists()


def test_what_is_stored_is_done_at_once_and_what_runs_is_joined(threads: ThreadPoolExecutor) -> None:
    jobs = Jobs(Store(), threads)
    _done(jobs.submit(BEST))
    written = (jobs.store.runs / BEST.digest / "run.json").stat().st_mtime_ns
    assert jobs.submit(BEST).state == "done"
    assert (jobs.store.runs / BEST.digest / "run.json").stat().st_mtime_ns == written
    running = jobs.submit(LONG)
    assert jobs.submit(LONG) is running
    assert jobs.get(LONG.digest) is running
    jobs.cancel(LONG.digest)
    _done(running)


def test_twenty_threads_asking_for_one_experiment_train_it_once(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    from aelib import jobs as module

    real = module.train

    def counted(experiment: str, root: str) -> module.Outcome:
        trained.append(experiment)
        return real(experiment, root)

    monkeypatch.setattr(module, "train", counted)
    jobs = Jobs(Store(), threads)
    askers = [threading.Thread(target=lambda: _done(jobs.submit(BEST))) for _ in range(20)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(trained) == 1


def test_the_queue_is_known_and_a_queued_job_is_stopped_at_once(threads: ThreadPoolExecutor) -> None:
    jobs = Jobs(Store(), threads, slots=1)
    first = jobs.submit(LONG)
    second, third = (jobs.submit(LONG.with_values({"seed": seed})) for seed in (1, 2))
    assert (first.state, second.state, third.state) == ("running", "queued", "queued")
    assert (jobs.position(second), jobs.position(third)) == (0, 1)
    jobs.cancel(second.digest)
    assert second.state == "cancelled"
    _until(lambda: jobs.progress(first.digest))
    progress = jobs.progress(first.digest)
    assert progress is not None
    assert 0 < progress.epoch < progress.epochs
    assert progress.history
    jobs.cancel(first.digest)
    assert _done(first).state == "cancelled"
    assert "as asked" in first.reason
    _until(lambda: third.state == "running")
    jobs.cancel(third.digest)
    _done(third)
    assert jobs.store.digests() == []


def test_a_failed_job_has_its_reason_and_may_be_asked_for_again(threads: ThreadPoolExecutor) -> None:
    jobs = Jobs(Store(), threads)
    bad = BEST.with_values(
        {"loss": "mse", "model.output_activation": "identity", "optimizer.kind": "sgd", "optimizer.learning_rate": 100}
    )
    job = _done(jobs.submit(bad))
    assert job.state == "failed"
    assert "no longer a finite number" in job.reason
    again = jobs.submit(bad)
    assert again is not job
    _done(again)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"epoch": 3}', b"\xff\xfe", b"null"])
def test_a_progress_file_that_makes_no_sense_is_no_progress(content: bytes, threads: ThreadPoolExecutor) -> None:
    jobs = Jobs(Store(), threads)
    folder = jobs.store.root / "jobs" / BEST.digest
    folder.mkdir(parents=True)
    (folder / "progress.json").write_bytes(content)
    assert jobs.progress(BEST.digest) is None


def test_a_killed_worker_is_replaced_and_its_job_tried_again_then_failed() -> None:
    workers = Workers(1)
    try:
        jobs = Jobs(Store(), workers)
        pids = [workers.submit(os.getpid).result(LIMIT)]
        job = jobs.submit(LONG)
        _until(lambda: jobs.progress(LONG.digest))
        os.kill(pids[0], signal.SIGKILL)
        _until(lambda: job.attempts == 2 and jobs.progress(LONG.digest))
        assert job.state == "running"
        (second,) = workers.pids()
        assert second not in pids
        os.kill(second, signal.SIGKILL)
        _done(job)
        assert job.state == "failed"
        assert "died" in job.reason
        assert _done(jobs.submit(BEST)).state == "done"  # and the next one has a worker again
    finally:
        workers.shutdown(cancel_futures=True)
