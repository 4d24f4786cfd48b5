"""The health check of a server, for monitoring."""

import tempfile
from typing import TypedDict

from .local_pool import LocalPool
from .scheduler import JobScheduler
from .worker import RemoteExecutor


class Health(TypedDict):
    """The answer of the health check.

    Attributes:
        status: "ok", or "failing" if there is a problem.
        problems: one sentence for each problem.
        slots: number of trainings that can run at once.
        running: number of running jobs.
        queued: number of waiting jobs.
        runs: number of runs in the store.
    """

    status: str
    problems: list[str]
    slots: int
    running: int
    queued: int
    runs: int


def check(jobs: JobScheduler) -> Health:
    """Check the jobs, the executor and the store (by writing one byte). Takes milliseconds; never raises."""
    problems = []
    try:
        with tempfile.TemporaryFile(dir=jobs.store.root) as file:
            file.write(b".")
    except OSError as error:
        problems.append(f"The store cannot be written ({error.strerror}).")
    runs = 0
    try:
        runs = jobs.store.count()
    except Exception as error:  # noqa: BLE001 - any error means that the store does not work
        problems.append(f"The store cannot be read ({type(error).__name__}).")
    size = jobs.executor.size if isinstance(jobs.executor, LocalPool | RemoteExecutor) else jobs.slots
    if size == 0:
        problems.append("Nothing can train: the cluster does not answer, or has no worker.")
    if not isinstance(jobs.executor, LocalPool | RemoteExecutor) and jobs.watchdog.check():
        problems.append("A training in the server itself has hung: restart the server.")
    states = [job.state for job in jobs.active()]
    return Health(
        status="failing" if problems else "ok",
        problems=problems,
        slots=size,
        running=states.count("running"),
        queued=states.count("queued"),
        runs=runs,
    )
