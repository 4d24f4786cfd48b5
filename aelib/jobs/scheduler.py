"""Training in the background: submit(experiment) -> Job, one job for each digest, over any executor.

A job is one experiment, or a group of experiments that train together. The scheduler and the worker communicate through
a mailbox (mailbox.py), so a page may close, another may join, and the worker may be a local process (local_pool.py) or
a machine of a cluster (dask_cluster.py). The next server finds the jobs that a killed one did not finish (recovery.py).

One lock protects the state of the jobs. Network and disk access happens outside the lock, except for writing a pending
job, so that no page waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

from aelib import datasets
from aelib.core.errors import LabError, StoreError
from aelib.core.language import N_, Lazy
from aelib.experiment import Experiment, digest_of
from aelib.store import Store, unpack
from aelib.training import Progress, groups

from . import people
from .job import Job, digest_of_all, fair_order
from .limits import Limits
from .local_pool import LocalPool
from .mailbox import FolderMailbox, Mailbox
from .pace import Pace, slowdown
from .profile import local_executor
from .recovery import PendingJob, PendingJobs
from .watchdog import Watchdog
from .worker import Outcome, RemoteExecutor, TrainingTask, beginning, run_task

ATTEMPTS = 2  # number of times that a job is started if its worker dies
MAX_ENDED_JOBS = 500  # ended jobs that stay known, for pages that ask later why a job failed
# time in seconds for stopped trainings to save their nets; systemd and Docker are told to wait for 30
CLOSES_WITHIN = 15.0
MAX_NETS_PER_JOB = 50  # small enough that a hundred nets use two cores

_log = logging.getLogger(__name__)


class JobScheduler:
    """All jobs of one server. It outlives every page: a job is found again by its digest.

    Raises LabError.

    Args:
        store: where runs are found and saved.
        executor: where jobs run; None for this machine, as its memory allows (`profile.local_executor`).
        slots: number of jobs that run at once, the rest wait; None for the executor's `size`, or 1 if it has none.
        limits: what a person may train; None for the defaults.
        device: auto, cpu, cuda or mps.
        is_server: whether to report the jobs that an earlier server did not finish; a command does not.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor | None = None,
        slots: int | None = None,
        limits: Limits | None = None,
        device: str = "auto",
        is_server: bool = True,
    ) -> None:
        self.store = store
        self.pending_jobs = PendingJobs(store.root)
        self.pace = Pace(device, store.root / "pace.json")
        self.executor = executor if executor is not None else local_executor()
        self._slots = slots
        self.limits, self.device = limits or Limits(), device
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._of: dict[str, Job] = {}  # digest of an experiment -> the latest job that contains it
        self._queue: list[Job] = []
        self._running: dict[str, Job] = {}
        self._closed = False
        self.watchdog = Watchdog(self.executor, self.active)
        if is_server:
            for pending in self.pending_jobs.interrupted():
                self._restore(pending)

    @property
    def slots(self) -> int:
        """Number of jobs that run at once, at least 1. A cluster may grow and shrink."""
        return self._slots or (
            max(1, self.executor.size) if isinstance(self.executor, LocalPool | RemoteExecutor) else 1
        )

    def warm(self) -> None:
        """Start the local worker processes, if there are any, before the first job needs one."""
        if isinstance(self.executor, LocalPool):
            self.executor.warm()

    def close(self) -> None:
        """End the server. Single nets that are training are saved in their current state if their workers do so within
        CLOSES_WITHIN seconds; all jobs that have not ended are left for the next server, as after a kill."""
        with self._lock:
            left, self._queue, self._closed = self.active(), [], True
        for job in left:
            with suppress(Exception):  # errors do not matter: a cluster may not answer
                job.mailbox.request_stop()
        self.watchdog.close()
        end = time.monotonic() + CLOSES_WITHIN
        for job in left:
            if job.state == "running":
                job.finished.wait(max(0.0, end - time.monotonic()))
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.pending_jobs.close(retain=bool(left))

    def submit(self, experiment: Experiment, person: str = "", fresh: bool = False, start: str | None = None) -> Job:
        """The job for this experiment: a new one, the one that already waits or runs, or a finished one if the store
        has the run. A job that failed or was cancelled is started again. fresh: train even if the store has the run,
        and replace it; start: digest of a stored run that is the beginning of the experiment (`training.longer`), from
        which training continues. If that run has no optimiser state, training starts at epoch 1, with the same result.

        Raises LabError if the experiment is invalid, or if it or the person's number of jobs exceeds a limit.
        """
        digest = digest_of(experiment)
        stored = not fresh and digest in self.store
        if not stored:
            self.limits.check(experiment)
        return self._place((experiment,), person, digest, stored, start=start)

    def submit_all(
        self,
        experiments: Sequence[Experiment],
        person: str = "",
        fresh: bool = False,
        page: tuple[str, dict[str, str]] | None = None,
    ) -> list[Job]:
        """Jobs for many experiments at once; nets of one shape train together.

        Experiments that are stored or known to diverge get no job (unless `fresh`); jobs that already wait or run are
        joined. All of them count as one job of the person. page: see `Job`. Raises LabError as `submit`, and if the
        estimated time exceeds a limit.
        """
        for experiment in experiments:
            self.limits.check(experiment)
        asked = [digest_of(experiment) for experiment in experiments]
        known = set() if fresh else self.store.known(asked)
        missing = {digest: one for digest, one in zip(asked, experiments, strict=True) if digest not in known}
        self.limits.check_duration(list(missing.values()))
        request = digest_of_all(asked)
        jobs: dict[int, Job] = {}
        new: list[Experiment] = []
        for digest, experiment in missing.items():
            job = self.join(digest, person)
            if job is None:
                new.append(experiment)
            else:
                jobs[id(job)] = job
        for group in groups(new, MAX_NETS_PER_JOB):
            job = self._place(tuple(new[i] for i in group), person, request, stored=False, page=page)
            jobs[id(job)] = job
        return list(jobs.values())

    def _place(
        self,
        experiments: tuple[Experiment, ...],
        person: str,
        request: str,
        stored: bool,
        page: tuple[str, dict[str, str]] | None = None,
        start: str | None = None,
    ) -> Job:
        """Join the job for these experiments, or create it."""
        digest = digest_of_all([digest_of(one) for one in experiments])
        joined = self.join(digest, person)
        if joined is not None:
            return joined
        job = Job(experiments, self._mailbox(digest), {person}, request, page, start=start)
        if stored:
            job.state, job.people = "done", {person}
            people.own_too(self.store, job)
            job.finished.set()
            with self._lock:
                self._remember(job)
            return job
        with self._lock:
            other = self.join(digest, person)  # another request was faster
            if other is not None:
                return other
            if self._closed:
                raise LabError("The server is being stopped: ask again when it is back.")
            mine = {one.request for one in [*self._running.values(), *self._queue] if person in one.people}
            if request not in mine:
                self.limits.check_jobs(len(mine))
            self.pending_jobs.write(digest, PendingJob(experiments, {person}))
            self._remember(job)
            self._queue.append(job)
        self._dispatch()
        return job

    def estimate(self, experiments: Sequence[Experiment]) -> float:
        """Estimated seconds until all of these are trained, if no other job waits before them and this machine stays as
        busy as it is now."""
        each = [self.pace.seconds([experiments[i] for i in part]) for part in groups(experiments, MAX_NETS_PER_JOB)]
        return max(max(each, default=0.0), sum(each) / self.slots)

    def join(self, digest: str, person: str) -> Job | None:
        """Add a person to the job of this digest and return it; None if no such job waits or runs."""
        with self._lock:
            job = self.get(digest)
            if job is None or not job.active:
                return None
            (job.resubmitted_by if job.stopping else job.people).add(person)
            people.write(self.pending_jobs, job)
            return job

    def get(self, digest: str) -> Job | None:
        """The last job for the digest of an experiment or of a group, or None."""
        return self._jobs.get(digest) or self._of.get(digest)

    def active(self) -> list[Job]:
        """Running jobs, then waiting ones in the order in which they will run."""
        with self._lock:
            return [*self._running.values(), *self._fair_order()]

    def ended(self, person: str) -> list[Job]:
        """This person's jobs that have ended, newest first, among the last MAX_ENDED_JOBS of all people."""
        with self._lock:
            theirs = [job for job in self._jobs.values() if job.ended is not None and person in job.people]
        return sorted(theirs, key=lambda job: job.ended or 0.0, reverse=True)

    def position(self, job: Job) -> int:
        """Number of jobs that wait before this one; 0 if it does not wait."""
        with self._lock:
            turn = self._fair_order()
            return turn.index(job) if job in turn else 0

    def progress(self, digest: str) -> Progress | None:
        """The worker's last report, or None if there is none yet."""
        job = self.get(digest)
        return job.mailbox.latest() if job is not None else None

    def cancel(self, digest: str, person: str = "") -> bool:
        """Remove a person from a job. The job stops only if no one else waits for it: immediately if it is queued,
        within a fraction of a second if it runs. Returns whether it stops."""
        with self._lock:
            job = self.get(digest)
            if job is None or not job.active:
                return False
            job.people.discard(person)
            job.stopped_by.add(person)
            people.write(self.pending_jobs, job)
            if job.people:
                return False
            job.stopping = True
            queued = job in self._queue
            if queued:
                self._queue.remove(job)
        if queued:
            self._end(job, Outcome("cancelled", Lazy("Stopped before it began, as asked.")))
        else:
            job.mailbox.request_stop()
        return True

    def _fair_order(self) -> list[Job]:
        return fair_order(self._queue, self._running.values())

    def _dispatch(self) -> None:
        """Send queued jobs to the executor while there is a free slot."""
        while True:
            with self._lock:
                if not self._queue or len(self._running) >= self.slots:
                    return
                job = self._fair_order()[0]
                self._queue.remove(job)
                job.state = "running"
                job.attempts += 1
                job.started, job.slowdown = time.time(), slowdown()
                self._running[job.digest] = job
            try:
                job.mailbox.clear()  # reports of a worker that died do not belong to this attempt
                job.future = future = self.executor.submit(run_task, self._task(job))
            except LabError as error:
                self._end(job, Outcome("failed", error.text))
            except Exception as error:  # noqa: BLE001 - on any error, the job must end
                self._end(job, Outcome("failed", Lazy("The job could not be started ({error}).", error=repr(error))))
            else:
                future.add_done_callback(self._callback(job))

    def _task(self, job: Job) -> TrainingTask:
        remote = isinstance(self.executor, RemoteExecutor)
        names = {one.dataset for one in job.experiments} if remote else set()
        uploaded = {name: content for name in names if (content := datasets.content_of(name)) is not None}
        left = job.experiments
        if job.attempts > 1 and len(left) > 1:  # do not train again what the dead worker has saved
            known = self.store.known(job.digests)
            left = tuple(one for one, digest in zip(left, job.digests, strict=True) if digest not in known) or left[:1]
        return TrainingTask(
            left,
            job.mailbox.worker_end(),
            None if remote else self.store.root,
            self.limits.max_seconds,
            self.device,
            uploaded,
            beginning(self.store, job.start) if job.start is not None else None,
        )

    def _callback(self, job: Job) -> Callable[[Future[Outcome]], None]:
        def finished(future: Future[Outcome]) -> None:
            outcome: Outcome | None = None
            try:
                outcome = self._received(future.result())
            except BrokenProcessPool:
                pass
            except LabError as error:
                outcome = Outcome("failed", error.text)
            except BaseException as error:  # noqa: BLE001 - cancelled futures too: the job must end
                outcome = Outcome("failed", Lazy("The worker failed ({error}).", error=repr(error)))
            if self._closed and (outcome is None or outcome.state != "done"):
                self._leave(job, outcome)
                return
            if outcome is None:
                self._died(job)
            else:
                self._end(job, outcome)
            self._dispatch()

        return finished

    def _leave(self, job: Job, outcome: Outcome | None) -> None:
        """Leave a job to the next server, because this one ends."""
        if outcome is not None:
            people.own(self.store, job, outcome)
            job.kept = outcome.kept
            people.write(self.pending_jobs, job)
        job.finished.set()

    def _received(self, outcome: Outcome) -> Outcome:
        """Check and store runs that arrived as files. Raises LabError if they do not match their digests."""
        for digest, files in (outcome.files or {}).items():
            self.store.save(unpack(files.__getitem__, digest, with_optimizer=True), replace=True)
        return outcome

    def _died(self, job: Job) -> None:
        if job.attempts < ATTEMPTS and job.people and not job.hung:
            _log.warning("job digest=%s its worker died, trying again", job.digest)
            with self._lock:
                self._running.pop(job.digest, None)
                job.state = "queued"
                self._queue.insert(0, job)
        elif job.stopping:
            self._end(job, Outcome("cancelled", Lazy("Stopped, as asked.")))
        else:
            died = N_("Its worker process died {times} times, perhaps for lack of memory: try a smaller net.")
            self._end(job, Outcome("failed", job.hung or Lazy(died, times=job.attempts)))

    def _end(self, job: Job, outcome: Outcome) -> None:
        people.own(self.store, job, outcome)
        if outcome.diverged:
            with suppress(StoreError):  # without this record, the experiment would be trained again and diverge again
                self.store.note_diverged(outcome.diverged)
        with self._lock:
            self._running.pop(job.digest, None)
            job.state, job.why, job.diverged = outcome.state, outcome.why, outcome.diverged
            job.kept, job.ended, job.future = outcome.kept, time.time(), None
            job.mailbox.close()
            self.pending_jobs.remove(job.digest)
        whole = job.start is None and job.attempts == 1 and job.experiment.early_stop.kind == "none"
        if outcome.state == "done" and whole and job.started is not None:
            self.pace.note(job.experiments, job.ended - job.started, job.slowdown)
        seconds = job.ended - job.submitted
        _log.info("job digest=%s seconds=%.2f result=%s %s", job.digest, seconds, job.state, job.reason)
        for person in job.resubmitted_by:  # submitted again while it was being stopped
            with suppress(LabError):
                self._place(job.experiments, person, job.request, stored=False)
        job.finished.set()

    def _mailbox(self, digest: str) -> Mailbox:
        if isinstance(self.executor, RemoteExecutor):
            return self.executor.mailbox()
        return FolderMailbox(self.pending_jobs.folder_of(digest))

    def _remember(self, job: Job) -> None:
        """Add a job, newest last, and drop all but the last MAX_ENDED_JOBS of the ended jobs."""
        self._jobs.pop(job.digest, None)
        self._jobs[job.digest] = job
        self._of |= dict.fromkeys(job.digests, job)
        ended = [digest for digest, other in self._jobs.items() if not other.active]
        for digest in ended[: max(0, len(ended) - MAX_ENDED_JOBS)]:
            gone = self._jobs.pop(digest)
            for own in gone.digests:
                if self._of.get(own) is gone:
                    del self._of[own]

    def _restore(self, pending: PendingJob) -> None:
        """Add a job that an earlier server did not finish, so that its people can see its result."""
        job = pending.ended(self.store, self._mailbox(pending.digest))
        people.own(self.store, job, Outcome(job.state))  # the runs that were saved before that server ended
        self._remember(job)
