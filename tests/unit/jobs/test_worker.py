"""What a worker does for a job."""

from concurrent.futures import ThreadPoolExecutor

from aelib.jobs import JobScheduler, Limits
from aelib.store import Store
from tests.support.trainings import LONG, finished


def test_a_training_that_takes_too_long_is_ended_with_a_reason(threads: ThreadPoolExecutor) -> None:
    job = finished(JobScheduler(Store(), threads, limits=Limits(max_seconds=0.3)).submit(LONG))
    assert job.state == "failed"
    assert "longer than" in job.reason
