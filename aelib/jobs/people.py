"""The people of a job on disk: who waits for it (for the next server), and who owns its runs."""

import logging

from aelib.core.errors import LabError, StoreError
from aelib.experiment import digest_of
from aelib.store import Store

from .job import Job
from .recovery import PendingJob, PendingJobs
from .worker import Outcome

_log = logging.getLogger(__name__)


def own(store: Store, job: Job, outcome: Outcome) -> None:
    """Record who owns the job's runs: all of them, or those that were saved before it ended."""
    saved = job.digests if outcome.state == "done" else [one for one in job.digests if one in store]
    people = job.people if outcome.state == "done" else job.people | job.stopped_by
    try:
        for digest in saved:
            store.owners.add(digest, people)
        if outcome.kept is not None:
            store.owners.add(digest_of(outcome.kept), people)
    except StoreError as error:  # the run is stored, but nobody can delete it on the page
        _log.warning("job digest=%s its people could not be saved: %s", job.digest, error)


def own_too(store: Store, job: Job) -> None:
    """Record that these people requested a run that is already stored. A run without owners, such as an
    administrator's, stays without, because an owner may delete it."""
    try:
        is_owned = bool(store.owners.of(job.digest))
    except StoreError:
        return
    if is_owned:
        own(store, job, Outcome("done"))


def write(pending_jobs: PendingJobs, job: Job) -> None:
    """Tell the next server who waits for a job now, and which run was kept of it."""
    try:
        pending_jobs.update(job.digest, PendingJob(job.experiments, job.people | job.resubmitted_by, job.kept))
    except LabError as error:  # the training itself goes on
        _log.warning("job digest=%s its people could not be written: %s", job.digest, error)
