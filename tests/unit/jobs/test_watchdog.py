"""A worker that hangs without dying is ended, and its job says so."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aelib.jobs import Job, JobScheduler, scheduler
from aelib.jobs.health import check
from aelib.jobs.local_pool import LocalPool
from aelib.store import Store
from tests.support.patience import PATIENCE, wait_until
from tests.support.trainings import BEST, LONG, finished


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be made to hang on Windows")
def test_a_worker_that_hangs_is_ended_with_a_sentence_and_the_next_one_trains() -> None:
    workers = LocalPool(1)
    jobs = JobScheduler(Store(), workers)

    def hanging() -> Job:
        job = jobs.submit(LONG)
        wait_until(lambda: jobs.progress(job.digest))
        (pid,) = workers.pids()
        os.kill(pid, signal.SIGSTOP)
        return job

    try:
        job = hanging()
        assert jobs.watchdog.check() == []
        wait_until(lambda: jobs.watchdog.check(silent=1.0))
        assert (finished(job).state, job.attempts) == ("failed", 1)
        assert job.reason.startswith("It gave no sign of life for ")
        job = hanging()  # one that does not stop when it is asked to is ended sooner
        jobs.cancel(job.digest)
        wait_until(lambda: jobs.watchdog.check(silent=PATIENCE, stopping=1.0))
        assert (finished(job).state, job.reason) == ("cancelled", "Stopped, as asked.")
        assert finished(jobs.submit(BEST)).state == "done"
    finally:
        jobs.close()


def test_a_server_without_workers_says_that_it_must_be_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = threading.Event()

    def hangs(_: object) -> None:
        opened.wait(PATIENCE)

    monkeypatch.setattr(scheduler, "run_task", hangs)
    with ThreadPoolExecutor(1) as threads:
        jobs = JobScheduler(Store(), threads)
        jobs.submit(BEST)
        try:
            jobs.watchdog.check(silent=0.0)
            monkeypatch.setattr(jobs.watchdog, "check", lambda real=jobs.watchdog.check: real(silent=0.0))
            assert check(jobs)["problems"] == ["A training in the server itself has hung: restart the server."]
        finally:
            opened.set()
