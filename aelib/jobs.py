"""Training in the background: submit(experiment) -> Job, one job for each digest, over any executor.

A job writes its progress to a small file and looks for another that asks it to stop, so it needs nothing from
whoever watches: a page may close, another may join, and the worker may be on the far side of any executor that sees
the same folder.

    home/jobs/<digest>/progress.json    what `Progress` says, renamed into place
                       stop             asks the worker to stop
"""

import json
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from .basics import LabError
from .experiment import Experiment, from_json
from .store import DamagedRun, Store
from .training import Cancelled, Progress, fit
from .workers import Workers

State = Literal["queued", "running", "done", "failed", "cancelled"]
ATTEMPTS = 2  # a job whose worker died is tried once more


class Outcome(NamedTuple):
    """What a worker sends back. reason: one sentence where it failed or was cancelled."""

    state: State
    reason: str = ""


@dataclass
class Job:
    """One experiment on its way. reason: why it failed or was cancelled; done: set at the end, however it ends."""

    experiment: Experiment
    state: State = "queued"
    reason: str = ""
    attempts: int = 0
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def digest(self) -> str:
        return self.experiment.digest

    @property
    def active(self) -> bool:
        return self.state in ("queued", "running")


def train(experiment: str, root: str, device: str = "auto") -> Outcome:
    """In the worker: train the experiment (JSON) and keep it in the store at `root`."""
    store = Store(Path(root))
    described = from_json(experiment)
    folder = _folder(store, described.digest)
    stop = folder / "stop"

    def report(progress: Progress) -> None:
        aside = folder / "progress.json.new"
        aside.write_text(json.dumps(asdict(progress)))
        aside.replace(folder / "progress.json")

    try:
        store.save(fit(described, device, report, stop.exists), replace=True)
    except Cancelled as error:
        return Outcome("cancelled", str(error))
    except LabError as error:
        return Outcome("failed", str(error))
    return Outcome("done")


def _folder(store: Store, digest: str) -> Path:
    return store.root / "jobs" / digest


class Jobs:
    """All jobs of one server. Its registry outlives every page: whoever asks by digest finds the job again.

    executor: where jobs run; None keeps worker processes of our own. slots: how many run at once (the rest queue).
    """

    def __init__(self, store: Store, executor: Executor | None = None, slots: int | None = None) -> None:
        self.store = store
        self.executor = executor if executor is not None else Workers()
        self.slots = slots or (self.executor.size if isinstance(self.executor, Workers) else 1)
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._running: set[str] = set()

    def warm(self) -> None:
        """Start our own worker processes, where we keep some, before the first job asks for one."""
        if isinstance(self.executor, Workers):
            self.executor.warm()

    def submit(self, experiment: Experiment) -> Job:
        """The job for this experiment: a new one, the one that is on its way, or one that is done because the store
        has the run. A job that failed or was cancelled is started again."""
        with self._lock:
            job = self._jobs.get(experiment.digest)
            if job is not None and job.active:
                return job
            job = self._jobs[experiment.digest] = Job(experiment)
            if self._stored(experiment.digest):
                job.state = "done"
                job.finished.set()
                return job
            self._queue.append(job)
            self._dispatch()
            return job

    def get(self, digest: str) -> Job | None:
        """The job last submitted for this digest, or None."""
        return self._jobs.get(digest)

    def position(self, job: Job) -> int:
        """How many wait before it, or 0 where it does not wait."""
        with self._lock:
            return self._queue.index(job) if job in self._queue else 0

    def progress(self, digest: str) -> Progress | None:
        """The last thing the worker said, or None where it has not spoken yet."""
        try:
            return Progress(**json.loads((_folder(self.store, digest) / "progress.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def cancel(self, digest: str) -> None:
        """Ask a job to stop: at once where it is queued, within a fraction of a second where it runs."""
        with self._lock:
            job = self._jobs.get(digest)
            if job is None or not job.active:
                return
            if job in self._queue:
                self._queue.remove(job)
                self._end(job, Outcome("cancelled", "Stopped before it began, as asked."))
            else:
                (_folder(self.store, digest) / "stop").touch()

    def _stored(self, digest: str) -> bool:
        try:
            return self.store.get(digest) is not None
        except DamagedRun:  # it is trained again, and replaced
            return False

    def _dispatch(self) -> None:
        """Hand queued jobs to the executor as long as there is a free slot. Called with the lock held."""
        while self._queue and len(self._running) < self.slots:
            job = self._queue.pop(0)
            job.state = "running"
            job.attempts += 1
            self._running.add(job.digest)
            folder = _folder(self.store, job.digest)
            try:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True, exist_ok=True)
                future = self.executor.submit(train, job.experiment.to_json(), str(self.store.root))
            except OSError as error:
                self._end(job, Outcome("failed", f"The job could not be started ({error.strerror})."))
                continue
            future.add_done_callback(self._callback(job))

    def _callback(self, job: Job) -> Callable[[Future[Outcome]], None]:
        def finished(future: Future[Outcome]) -> None:
            with self._lock:
                try:
                    self._end(job, Outcome(*future.result()))
                except BrokenProcessPool:
                    self._died(job)
                except Exception as error:  # noqa: BLE001 - whatever a worker raises must end the job, not this thread
                    self._end(job, Outcome("failed", f"The worker failed ({type(error).__name__}: {error})."))
                self._dispatch()

        return finished

    def _died(self, job: Job) -> None:
        self._running.discard(job.digest)
        if job.attempts < ATTEMPTS:
            job.state = "queued"
            self._queue.insert(0, job)
        else:
            self._end(
                job,
                Outcome(
                    "failed",
                    f"Its worker process died {ATTEMPTS} times, perhaps for lack of memory: try a smaller net.",
                ),
            )

    def _end(self, job: Job, outcome: Outcome) -> None:
        self._running.discard(job.digest)
        job.state, job.reason = outcome
        with suppress(OSError):
            shutil.rmtree(_folder(self.store, job.digest))
        job.finished.set()
