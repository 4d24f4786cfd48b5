"""What a worker does for a job."""

from concurrent.futures import ThreadPoolExecutor

from aelib.experiment import digest_of
from aelib.jobs import JobScheduler, Limits
from aelib.store import Store
from aelib.training import longer
from tests.support.trainings import BEST, LONG, finished


def test_a_training_that_takes_too_long_is_ended_with_a_reason_and_kept(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, limits=Limits(max_seconds=0.3))
    job = finished(jobs.submit(LONG))
    assert job.state == "failed"
    assert "longer than" in job.reason
    assert job.kept is not None
    run = jobs.store.get(digest_of(job.kept))
    assert run is not None
    assert run.stopped == "time"
    assert f"after epoch {run.epochs:,}" in job.reason
    assert job.digest not in jobs.store, "its experiment is still to be trained"


def test_a_training_that_goes_on_uses_the_stored_state(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    finished(jobs.submit(BEST))
    whole = longer(BEST, BEST.epochs, 30)
    assert finished(jobs.submit(whole, start=digest_of(BEST))).state == "done"
    first, run = jobs.store.get(digest_of(BEST)), jobs.store.get(digest_of(whole))
    assert first is not None
    assert run is not None
    assert run.seconds > first.seconds, "its own time comes on top"
    assert run.history[: len(first.history)] == first.history


def test_a_start_that_is_gone_costs_only_time(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    whole = longer(BEST, BEST.epochs, 30)
    assert finished(jobs.submit(whole, start=digest_of(BEST))).state == "done"
    run = jobs.store.get(digest_of(whole))
    assert run is not None
    assert run.epochs == BEST.epochs + 30
