"""Worker processes of our own."""

import os
import signal

from aelib.experiment import digest_of
from aelib.jobs import JobScheduler
from aelib.jobs.local_pool import LocalPool
from aelib.store import Store
from tests.support.patience import PATIENCE, wait_until
from tests.support.trainings import BEST, LONG, finished


def test_a_killed_worker_is_replaced_and_its_job_tried_again_then_failed() -> None:
    workers = LocalPool(1)
    try:
        jobs = JobScheduler(Store(), workers)
        pids = [workers.submit(os.getpid).result(PATIENCE)]
        os.kill(pids[0], signal.SIGINT)  # Ctrl-C in the server's terminal
        assert workers.submit(os.getpid).result(PATIENCE) == pids[0]
        job = jobs.submit(LONG)
        wait_until(lambda: jobs.progress(digest_of(LONG)))
        os.kill(pids[0], signal.SIGKILL)
        wait_until(lambda: job.attempts == 2 and jobs.progress(digest_of(LONG)))
        assert job.state == "running"
        (second,) = workers.pids()
        assert second not in pids
        os.kill(second, signal.SIGKILL)
        finished(job)
        assert job.state == "failed"
        assert "died" in job.reason
        assert finished(jobs.submit(BEST)).state == "done"  # and the next one has a worker again
    finally:
        workers.shutdown(cancel_futures=True)
