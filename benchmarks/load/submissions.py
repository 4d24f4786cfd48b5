"""A class that presses Train at the same time: an experiment must be trained once, however many people ask for it."""

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from aelib.experiment import presets
from aelib.jobs import Job, JobScheduler, Limits
from aelib.jobs.local_pool import LocalPool, P, T
from aelib.store import Store

from .rows import Row, exactly

THREADS = 20


class Counting(LocalPool):
    """The local pool, counting the trainings that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0
        self._counting = threading.Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        with self._counting:
            self.given += 1
        return super().submit(fn, *args, **kwargs)


def measure(quick: bool = False) -> list[Row]:
    submissions, distinct = (40, 4) if quick else (200, 10)
    base = presets.get("font-best").with_values({"epochs": 500 if quick else 5000})
    experiments = [base.with_values({"seed": seed}) for seed in range(distinct)]
    with tempfile.TemporaryDirectory() as folder:
        store, workers = Store(Path(folder)), Counting()
        jobs = JobScheduler(store, workers, slots=workers.size, limits=Limits())
        together = threading.Barrier(THREADS)

        def person(number: int) -> list[Job]:
            together.wait()
            mine = range(number, submissions, THREADS)
            return [jobs.submit(experiments[(turn + turn // THREADS) % distinct], f"person {number}") for turn in mine]

        with ThreadPoolExecutor(THREADS) as pool:
            asked = [job for theirs in pool.map(person, range(THREADS)) for job in theirs]
        ended = sum(job.finished.wait(300) and job.state == "done" for job in asked)
        stored = len(store.digests())
        workers.shutdown()
    what = f"trainings for {submissions} submissions of {distinct} experiments from {THREADS} threads at once"
    return [
        exactly(what, workers.given, distinct),
        exactly("submissions that ended as done", ended, submissions),
        exactly("runs in the store", stored, distinct),
    ]
