"""Training in the background: submit(experiment) -> Job, one job for each digest, over any executor.

A job writes its progress to a small file and looks for another that asks it to stop, so it needs nothing from
whoever watches: a page may close, another may join, and the worker may be on the far side of any executor that sees
the same folder.

    home/jobs/<server>/.alive                    locked as long as the server lives
                       <digest>/job.json         who asked for what: what is found again after a kill
                                progress.json    what `Progress` says, renamed into place
                                stop             asks the worker to stop
"""

import json
import logging
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from filelock import FileLock, Timeout

from .basics import LabError
from .experiment import Experiment, ExperimentError, from_json
from .limits import Limits
from .store import DamagedRun, Store
from .training import Cancelled, Progress, fit
from .workers import Workers

State = Literal["queued", "running", "done", "failed", "cancelled"]
ATTEMPTS = 2  # a job whose worker died is tried once more
_ALIVE = ".alive"
REMEMBERED = 500  # jobs that have ended, for pages that come back for their reason

_log = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What a worker sends back. reason: one sentence where it failed or was cancelled."""

    state: State
    reason: str = ""


@dataclass
class Job:
    """One experiment on its way. people: who waits for it; reason: why it failed or was cancelled; finished: set at
    the end, however it ends; submitted, ended: seconds, as time.time()."""

    experiment: Experiment
    people: set[str] = field(default_factory=set)
    state: State = "queued"
    reason: str = ""
    attempts: int = 0
    submitted: float = field(default_factory=time.time)
    ended: float | None = None
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def digest(self) -> str:
        return self.experiment.digest

    @property
    def active(self) -> bool:
        return self.state in ("queued", "running")


def train(experiment: str, root: str, told: str, max_seconds: float = float("inf"), device: str = "auto") -> Outcome:
    """In the worker: train the experiment (JSON) and keep it in the store at `root`. told: the job's folder."""
    store, folder = Store(Path(root)), Path(told)
    described = from_json(experiment)
    stop, end = folder / "stop", time.monotonic() + max_seconds

    def report(progress: Progress) -> None:
        with suppress(OSError):  # a full disk is no reason to lose the training; saving the run will say so
            aside = folder / "progress.json.new"
            aside.write_text(json.dumps(asdict(progress)))
            aside.replace(folder / "progress.json")

    try:
        store.save(fit(described, device, report, lambda: stop.exists() or time.monotonic() > end), replace=True)
    except Cancelled as error:
        if stop.exists():
            return Outcome("cancelled", str(error))
        return Outcome("failed", f"It took longer than the {max_seconds:,.0f} s that this server allows.")
    except LabError as error:
        return Outcome("failed", str(error))
    return Outcome("done")


class Jobs:
    """All jobs of one server. Its registry outlives every page: whoever asks by digest finds the job again.

    executor: where jobs run; None keeps worker processes of our own. slots: how many run at once (the rest queue).
    """

    def __init__(
        self, store: Store, executor: Executor | None = None, slots: int | None = None, limits: Limits | None = None
    ) -> None:
        self.store = store
        self.executor = executor if executor is not None else Workers()
        self.slots = slots or (self.executor.size if isinstance(self.executor, Workers) else 1)
        self.limits = limits or Limits()
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._running: dict[str, Job] = {}
        self.folder = store.root / "jobs" / secrets.token_hex(4)
        self._alive = FileLock(self.folder / _ALIVE, thread_local=False)
        try:
            self.folder.mkdir(parents=True)
            self._alive.acquire(timeout=0)
        except OSError as error:
            raise LabError(f"Jobs cannot be kept in {self.folder} ({error.strerror}): choose AELIB_HOME.") from None
        self._find_interrupted()

    def folder_of(self, digest: str) -> Path:
        """Where a job of this server and its worker leave each other word."""
        return self.folder / digest

    def warm(self) -> None:
        """Start our own worker processes, where we keep some, before the first job asks for one."""
        if isinstance(self.executor, Workers):
            self.executor.warm()

    # --- asking ---------------------------------------------------------------------------------------------

    def submit(self, experiment: Experiment, person: str = "") -> Job:
        """The job for this experiment: a new one, the one that is on its way, or one that is done because the store
        has the run. A job that failed or was cancelled is started again.

        Raises LabError where the experiment, or the person's number of jobs, is over a limit.
        """
        with self._lock:
            job = self._jobs.get(experiment.digest)
            if job is not None and job.active:
                job.people.add(person)
                return job
            if self._stored(experiment.digest):
                job = Job(experiment, {person}, "done")
                job.finished.set()
                self._remember(job)
                return job
            self.limits.refuse(experiment)
            mine = sum(person in other.people for other in self.active())
            if mine >= self.limits.max_jobs:
                raise LabError(
                    f"You have {mine} trainings waiting or running, and this server allows {self.limits.max_jobs:,.0f} "
                    "at a time: wait for one to end, or stop one."
                )
            job = Job(experiment, {person})
            self._write_ticket(job)
            self._remember(job)
            self._queue.append(job)
            self._dispatch()
            return job

    def get(self, digest: str) -> Job | None:
        """The job last submitted for this digest, or None."""
        return self._jobs.get(digest)

    def active(self) -> list[Job]:
        """Jobs that run, then those that wait, in the order in which they will run."""
        with self._lock:
            return [*self._running.values(), *self._in_turn()]

    def position(self, job: Job) -> int:
        """How many wait before it, or 0 where it does not wait."""
        with self._lock:
            turn = self._in_turn()
            return turn.index(job) if job in turn else 0

    def progress(self, digest: str) -> Progress | None:
        """The last thing the worker said, or None where it has not spoken yet."""
        try:
            return Progress(**json.loads((self.folder_of(digest) / "progress.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def cancel(self, digest: str, person: str = "") -> bool:
        """Somebody no longer wants a job. It stops only when nobody else waits for it: at once where it is queued,
        within a fraction of a second where it runs. Returns whether it stops."""
        with self._lock:
            job = self._jobs.get(digest)
            if job is None or not job.active:
                return False
            job.people.discard(person)
            if job.people:
                return False
            if job in self._queue:
                self._queue.remove(job)
                self._end(job, Outcome("cancelled", "Stopped before it began, as asked."))
            else:
                (self.folder_of(digest) / "stop").touch()
            return True

    # --- whose turn it is -----------------------------------------------------------------------------------

    def _in_turn(self) -> list[Job]:
        """The queue in the order in which it will run: everybody's first job before anybody's second."""
        before = Counter(person for job in self._running.values() for person in job.people)
        ranked: list[tuple[int, int, Job]] = []
        for order, job in enumerate(self._queue):
            ranked.append((min((before[person] for person in job.people), default=0), order, job))
            before.update(job.people)
        return [job for _, _, job in sorted(ranked, key=lambda entry: entry[:2])]

    def _dispatch(self) -> None:
        """Hand queued jobs to the executor as long as there is a free slot. Called with the lock held."""
        while self._queue and len(self._running) < self.slots:
            job = self._in_turn()[0]
            self._queue.remove(job)
            job.state = "running"
            job.attempts += 1
            self._running[job.digest] = job
            try:
                # what a worker that died had reached is no progress of this attempt; a wish to stop still holds
                (self.folder_of(job.digest) / "progress.json").unlink(missing_ok=True)
                future = self.executor.submit(
                    train,
                    job.experiment.to_json(),
                    str(self.store.root),
                    str(self.folder_of(job.digest)),
                    self.limits.max_seconds,
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, the job must not wait for ever
                self._end(job, Outcome("failed", f"The job could not be started ({type(error).__name__}: {error})."))
                continue
            future.add_done_callback(self._callback(job))

    def _callback(self, job: Job) -> Callable[[Future[Outcome]], None]:
        def finished(future: Future[Outcome]) -> None:
            with self._lock:
                try:
                    self._end(job, Outcome(*future.result()))
                except BrokenProcessPool:
                    self._died(job)
                except BaseException as error:  # noqa: BLE001 - cancelled futures too: the job must end
                    self._end(job, Outcome("failed", f"The worker failed ({type(error).__name__}: {error})."))
                self._dispatch()

        return finished

    def _died(self, job: Job) -> None:
        if job.attempts < ATTEMPTS and job.people:
            _log.warning("job digest=%s its worker died, trying again", job.digest)
            self._running.pop(job.digest, None)
            job.state = "queued"
            self._queue.insert(0, job)
        else:
            reason = f"Its worker process died {job.attempts} times, perhaps for lack of memory: try a smaller net."
            self._end(job, Outcome("failed", reason))

    def _end(self, job: Job, outcome: Outcome) -> None:
        self._running.pop(job.digest, None)
        job.state, job.reason = outcome
        job.ended = time.time()
        shutil.rmtree(self.folder_of(job.digest), ignore_errors=True)
        seconds = job.ended - job.submitted
        _log.info("job digest=%s seconds=%.2f result=%s %s", job.digest, seconds, job.state, job.reason)
        job.finished.set()

    # --- what is kept ---------------------------------------------------------------------------------------

    def _remember(self, job: Job) -> None:
        """Newest last; of those that have ended only so many are kept."""
        self._jobs.pop(job.digest, None)
        self._jobs[job.digest] = job
        ended = [digest for digest, other in self._jobs.items() if not other.active]
        for digest in ended[: max(0, len(ended) - REMEMBERED)]:
            del self._jobs[digest]

    def _stored(self, digest: str) -> bool:
        try:
            return self.store.get(digest) is not None
        except DamagedRun:  # it is trained again, and replaced
            return False

    def _write_ticket(self, job: Job) -> None:
        """So that a server that is killed knows afterwards what it did not finish. Raises LabError."""
        folder = self.folder_of(job.digest)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            ticket = {"experiment": job.experiment.model_dump(mode="json"), "people": sorted(job.people)}
            (folder / "job.json").write_text(json.dumps(ticket))
        except OSError as error:
            raise LabError(
                f"The job could not be written to {folder} ({error.strerror}): make room or choose another AELIB_HOME."
            ) from None

    def _find_interrupted(self) -> None:
        """Jobs of a server that was killed: marked, so that whoever asks hears of it and can ask for them again."""
        for other in self.store.root.glob("jobs/*/"):
            if other != self.folder:
                with suppress(Timeout), FileLock(other / _ALIVE, timeout=0):  # else its server lives
                    self._adopt(other)
                    shutil.rmtree(other, ignore_errors=True)

    def _adopt(self, folder: Path) -> None:
        for path in folder.glob("*/job.json"):
            try:
                ticket = json.loads(path.read_text())
                experiment = from_json(json.dumps(ticket["experiment"]))
                people = {str(person) for person in ticket["people"]}
            except (OSError, ValueError, TypeError, KeyError, ExperimentError) as error:
                _log.warning("job %s cannot be read: %s", path.parent.name, error)
                continue
            job = Job(
                experiment, people, "failed", "The server was restarted before this training ended: start it again."
            )
            job.finished.set()
            self._remember(job)
