"""Finds workers that hang without dying, whose futures would never end, by their silence, and kills them.

A worker reports about five times a second during any training (`mailbox.WorkerEnd`). A worker without reports for
SILENT seconds waits for something that will not happen: a driver, a disk, a lock.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor

from aelib.core.durations import Duration
from aelib.core.language import Lazy

from .job import Job
from .local_pool import LocalPool

_log = logging.getLogger(__name__)
SILENT = 600.0  # seconds; starting a process and compiling an engine takes a minute on a busy machine
STOPPING = 120.0  # the same limit for a job that has been asked to stop
EVERY = 10.0  # seconds between two checks


class Watchdog:
    """Checks the running jobs of one server; if they run in worker processes, a thread does this.

    Args:
        executor: where the jobs run; only processes of a `LocalPool` can be killed from outside.
        active: returns the jobs that run or wait now.
    """

    def __init__(self, executor: Executor, active: Callable[[], list[Job]]) -> None:
        self._executor, self._active = executor, active
        self._heard: dict[Job, tuple[object, float]] = {}  # latest report of each job, and when it changed
        self._closed = threading.Event()
        if isinstance(executor, LocalPool):
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def check(self, silent: float = SILENT, stopping: float = STOPPING) -> list[Job]:
        """The running jobs that have been silent for too long; if they run in a process, it is killed. Such a job then
        ends with its sentence `hung` and is not tried again, because it would hang again for as long."""
        now, hung = time.monotonic(), []
        running = [job for job in self._active() if job.state == "running"]
        self._heard = {job: heard for job, heard in self._heard.items() if job in running}
        for job in running:
            report = job.mailbox.latest()
            said = (job.attempts, None if report is None else report.seconds)
            before, since = self._heard.get(job, (None, now))
            if said != before:
                self._heard[job] = said, now
            elif now - since >= (stopping if job.stopping else silent):
                job.hung = Lazy(
                    "It gave no sign of life for {duration}, so its worker was ended: try again.",
                    duration=Duration(now - since),
                )
                hung.append(job)
                if isinstance(self._executor, LocalPool) and job.future is not None:
                    self._executor.kill(job.future)
        return hung

    def _watch(self) -> None:
        while not self._closed.wait(EVERY):
            try:
                self.check()
            except Exception:  # noqa: BLE001 - the next look may succeed; without one no hung worker would ever end
                _log.exception("the watchdog could not look at the jobs")
