"""Training in the background: submit(experiment) -> Job, one job for each digest, over any executor.

Whoever watches and the worker talk through a mailbox (task.py), so a page may close, another may join, and the worker
may be a process of ours or a machine of a cluster (cluster.py).

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
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from .basics import LabError, StoreError
from .datasets import glyphs
from .experiment import Experiment, ExperimentError, from_json
from .limits import Limits
from .runfiles import unpack
from .store import DamagedRun, Store
from .task import FolderMailbox, Mailbox, Outcome, Remote, State, Task, work
from .training import Progress
from .workers import Workers

ATTEMPTS = 2  # a job whose worker died is tried once more
_ALIVE = ".alive"
REMEMBERED = 500  # jobs that have ended, for pages that come back for their reason

_log = logging.getLogger(__name__)


@dataclass
class Job:
    """One experiment on its way. people: who waits for it; reason: why it failed or was cancelled; diverged: the epoch
    at which the loss was no longer a number, where it failed for that; attempts: how often it was begun; finished: set
    at the end, however it ends; submitted, ended: seconds, as time.time()."""

    experiment: Experiment
    mailbox: Mailbox
    people: set[str] = field(default_factory=set)
    state: State = "queued"
    reason: str = ""
    diverged: int | None = None
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


class Jobs:
    """All jobs of one server. Its registry outlives every page: whoever asks by digest finds the job again.

    executor: where jobs run; None keeps worker processes of our own. slots: how many run at once (the rest queue); None
    asks the executor for its `size`, or else takes one.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor | None = None,
        slots: int | None = None,
        limits: Limits | None = None,
        device: str = "auto",
    ) -> None:
        self.store = store
        self.executor = executor if executor is not None else Workers()
        self._slots = slots
        self.limits, self.device = limits or Limits(), device
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._queue: list[Job] = []
        self._running: dict[str, Job] = {}
        self._closed = False
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

    @property
    def slots(self) -> int:
        """How many jobs run at once. A cluster may grow and shrink."""
        return self._slots or (self.executor.size if isinstance(self.executor, Workers | Remote) else 1)

    def _mailbox(self, digest: str) -> Mailbox:
        return self.executor.mailbox() if isinstance(self.executor, Remote) else FolderMailbox(self.folder_of(digest))

    def warm(self) -> None:
        """Start our own worker processes, where we keep some, before the first job asks for one."""
        if isinstance(self.executor, Workers):
            self.executor.warm()

    def close(self) -> None:
        """The server ends. What still waits or runs is stopped, and marked for the next server as after a kill."""
        with self._lock:
            left, self._queue, self._closed = self.active(), [], True
            for job in self._running.values():
                with suppress(Exception):  # a cluster that is gone needs no telling
                    job.mailbox.ask_to_stop()
        self.executor.shutdown(wait=True, cancel_futures=True)
        self._alive.release()
        if not left:
            shutil.rmtree(self.folder, ignore_errors=True)

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
                job = Job(experiment, self._mailbox(experiment.digest), {person}, "done")
                job.finished.set()
                self._remember(job)
                self._own(job)
                return job
            self.limits.refuse(experiment)
            mine = sum(person in other.people for other in self.active())
            if mine >= self.limits.max_jobs:
                raise LabError(
                    f"You have {mine} trainings waiting or running, and this server allows {self.limits.max_jobs:,.0f} "
                    "at a time: wait for one to end, or stop one."
                )
            job = Job(experiment, self._mailbox(experiment.digest), {person})
            self._write_ticket(job)
            self._remember(job)
            self._queue.append(job)
            self._dispatch()
            return job

    def join(self, digest: str, person: str) -> None:
        """This person waits for the job too, if it is still on its way."""
        with self._lock:
            job = self._jobs.get(digest)
            if job is not None and job.active:
                job.people.add(person)

    def get(self, digest: str) -> Job | None:
        """The job last submitted for this digest, or None."""
        return self._jobs.get(digest)

    def active(self) -> list[Job]:
        """Jobs that run, then those that wait, in the order in which they will run."""
        with self._lock:
            return [*self._running.values(), *self._in_turn()]

    def ended(self, person: str) -> list[Job]:
        """What this person asked for and what has ended since, newest first; the last REMEMBERED of all people."""
        with self._lock:
            theirs = [job for job in self._jobs.values() if job.ended is not None and person in job.people]
        return sorted(theirs, key=lambda job: job.ended or 0.0, reverse=True)

    def position(self, job: Job) -> int:
        """How many wait before it, or 0 where it does not wait."""
        with self._lock:
            turn = self._in_turn()
            return turn.index(job) if job in turn else 0

    def progress(self, digest: str) -> Progress | None:
        """The last thing the worker said, or None where it has not spoken yet."""
        job = self.get(digest)
        return job.mailbox.latest() if job is not None else None

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
                job.mailbox.ask_to_stop()
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
                job.mailbox.clear()  # what a worker that died had reached is no progress of this attempt
                future = self.executor.submit(work, self._task(job))
            except LabError as error:
                self._end(job, Outcome("failed", str(error)))
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, the job must not wait for ever
                self._end(job, Outcome("failed", f"The job could not be started ({type(error).__name__}: {error})."))
                continue
            future.add_done_callback(self._callback(job))

    def _task(self, job: Job) -> Task:
        away = isinstance(self.executor, Remote)
        dataset = job.experiment.dataset
        table = glyphs.table(dataset) if away and dataset.startswith(glyphs.PREFIX) else None
        root = None if away else self.store.root
        return Task(
            job.experiment.to_json(), job.mailbox.worker_end(), root, self.limits.max_seconds, self.device, table
        )

    def _callback(self, job: Job) -> Callable[[Future[Outcome]], None]:
        def finished(future: Future[Outcome]) -> None:
            try:
                outcome = self._received(job, future.result())
            except BrokenProcessPool:
                outcome = None
            except LabError as error:
                outcome = Outcome("failed", str(error))
            except BaseException as error:  # noqa: BLE001 - cancelled futures too: the job must end
                outcome = Outcome("failed", f"The worker failed ({type(error).__name__}: {error}).")
            with self._lock:
                if self._closed:  # its papers stay for the next server
                    job.finished.set()
                    return
                if outcome is None:
                    self._died(job)
                else:
                    self._end(job, outcome)
                self._dispatch()

        return finished

    def _received(self, job: Job, outcome: Outcome) -> Outcome:
        """A run that came as files is checked and kept. Raises LabError where it is not what was asked for."""
        if outcome.files is not None:
            self.store.save(unpack(outcome.files.__getitem__, job.digest), replace=True)
        return outcome

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
        job.state, job.reason, job.diverged = outcome.state, outcome.reason, outcome.diverged
        job.ended = time.time()
        if job.state == "done":
            self._own(job)
        job.mailbox.close()
        shutil.rmtree(self.folder_of(job.digest), ignore_errors=True)
        seconds = job.ended - job.submitted
        _log.info("job digest=%s seconds=%.2f result=%s %s", job.digest, seconds, job.state, job.reason)
        job.finished.set()

    def _own(self, job: Job) -> None:
        try:
            self.store.owners.add(job.digest, job.people)
        except StoreError as error:  # the run is there, only nobody can remove it from the page
            _log.warning("job digest=%s its people could not be kept: %s", job.digest, error)

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
            reason = "The server was restarted before this training ended: start it again."
            job = Job(experiment, self._mailbox(experiment.digest), people, "failed", reason, ended=time.time())
            job.finished.set()
            self._remember(job)
