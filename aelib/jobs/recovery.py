"""A server's unfinished jobs on disk, so that the next server finds them if this one is killed.

home/jobs/<server>/.alive                    locked while the server runs
                   <job>/job.json            experiments, and the people who submitted them
                         progress.json, stop the job's mailbox (see mailbox.py)
"""

import json
import logging
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy
from aelib.experiment import Experiment, digest_of, parse, resolve
from aelib.store import Store

from .job import Job, digest_of_all
from .mailbox import Mailbox

_ALIVE = ".alive"
_TRIES = 5
_log = logging.getLogger(__name__)


class PendingJob(NamedTuple):
    """A job that has not ended: its experiments and the people who wait for it. kept: see `Job`; set if its server was
    shut down properly."""

    experiments: tuple[Experiment, ...]
    people: set[str]
    kept: Experiment | None = None

    @property
    def digest(self) -> str:
        """The digest of the job."""
        return digest_of_all([digest_of(one) for one in self.experiments])

    def ended(self, store: Store, mailbox: Mailbox) -> Job:
        """The job in the form that its people see on the next server: failed, so that they can start it again."""
        why = Lazy("The server was restarted before this training ended: start it again.")
        if self.kept is not None:
            why = Lazy(
                "The server was restarted before this training ended: it is kept as it was after epoch {epochs:,}.",
                epochs=self.kept.epochs,
            )
        job = Job(self.experiments, mailbox, self.people, self.digest, None, "failed", why, ended=time.time())
        job.kept = self.kept
        if all(digest in store for digest in job.digests):
            job.state, job.why = "done", ""  # the server was killed after the run was saved
        job.finished.set()
        return job


class PendingJobs:
    """The pending jobs of one server: a folder that is locked while the server runs. Raises LabError if it cannot be
    written."""

    def __init__(self, root: Path) -> None:
        self.jobs = root / "jobs"
        for _ in range(_TRIES):
            self.folder = self.jobs / secrets.token_hex(4)
            self._alive = FileLock(self.folder / _ALIVE, thread_local=False)
            try:
                self.folder.mkdir(parents=True)
                self._alive.acquire(timeout=5)
            except OSError as error:  # Timeout is one
                raise self._refused(self.folder, error) from None
            if (self.folder / _ALIVE).exists():  # otherwise another server removed it before it was locked
                return
            self._alive.release()
        raise LabError(
            "No folder for jobs could be locked in {jobs}: too many servers start there at once.", jobs=self.jobs
        )

    def folder_of(self, job: str) -> Path:
        """The folder of a job, which also holds its mailbox."""
        return self.folder / job

    def write(self, job: str, pending: PendingJob) -> None:
        """Write a new pending job. job: its digest. Raises LabError if it cannot be written."""
        folder = self.folder_of(job)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        except OSError as error:
            raise self._refused(folder, error) from None
        self.update(job, pending)

    def update(self, job: str, pending: PendingJob) -> None:
        """Replace the file of a pending job atomically, because other people wait for it now. Raises LabError if it
        cannot be written."""
        folder = self.folder_of(job)
        found = {
            "experiments": [experiment.model_dump(mode="json") for experiment in pending.experiments],
            "people": sorted(pending.people),
            "kept": pending.kept and pending.kept.model_dump(mode="json"),
        }
        written = folder / "job.json.new"
        try:
            written.write_text(json.dumps(found))
            written.replace(folder / "job.json")
        except OSError as error:
            raise self._refused(folder, error) from None

    def remove(self, job: str) -> None:
        """Remove a job that has ended, with its mailbox."""
        shutil.rmtree(self.folder_of(job), ignore_errors=True)

    def close(self, retain: bool) -> None:
        """Called when the server ends. retain: leave the pending jobs for the next server."""
        self._alive.release()
        if not retain:
            shutil.rmtree(self.folder, ignore_errors=True)

    def interrupted(self) -> Iterator[PendingJob]:
        """Pending jobs of servers that no longer run; each is returned once."""
        for other in self.jobs.glob("*/"):
            if other != self.folder:
                with suppress(Timeout), FileLock(other / _ALIVE, timeout=0):  # otherwise its server still runs
                    yield from _read(other)
                    shutil.rmtree(other, ignore_errors=True)

    @staticmethod
    def _refused(folder: Path, error: OSError) -> LabError:
        return LabError(
            "The job could not be written to {folder} ({reason}): make room or choose another AELIB_HOME.",
            folder=folder,
            reason=reason_of(error),
        )


def _read(server: Path) -> Iterator[PendingJob]:
    for path in server.glob("*/job.json"):
        try:
            found = json.loads(path.read_text())
            experiments = tuple(parse(one) for one in found["experiments"])
            people = {str(person) for person in found["people"]}
            kept = parse(found["kept"]) if found.get("kept") else None  # earlier versions did not write this field
            if not experiments:
                raise ValueError("no experiment")
            for one in experiments:
                resolve(one)  # raises an error if its data set is no longer on this machine
        except (OSError, ValueError, TypeError, KeyError, RecursionError, LabError) as error:
            _log.warning("job %s cannot be read: %s", path.parent.name, error)
            continue
        yield PendingJob(experiments, people, kept)
