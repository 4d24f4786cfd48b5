"""A job, and the order in which jobs run."""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from aelib.core.language import Lazy
from aelib.experiment import Experiment, digest_of

from .mailbox import Mailbox, State


@dataclass(eq=False)
class Job:
    """One or more experiments that train together.

    Attributes:
        experiments: what is trained.
        mailbox: how the server and the worker exchange progress and the request to stop.
        people: who waits for the job.
        request: the digest of everything that was submitted in one request, of which this job may be a part.
        page: path and query parameters of the page that submitted it, to link back to it.
        state: queued, running, done, failed or cancelled.
        why: one sentence on why it failed or was cancelled, for any language; plain English from a worker of an earlier
            version.
        diverged: digest -> epoch at which the loss was no longer finite.
        start: digest of the run from which training of a single net continues.
        kept: the experiment of the run that was saved when a single net was stopped.
        stopped_by: people who withdrew from it.
        attempts: number of times that a worker started it.
        stopping: whether it has been asked to stop.
        future: what its executor gave for its last start; None when it has ended.
        hung: one sentence if its worker hung, see `watchdog`.
        resubmitted_by: people who submitted it again while it was being stopped.
        submitted: time of submission in seconds, as from time.time().
        started: time of its last start; None while it is queued.
        slowdown: how busy the machine was at the start, see `pace.slowdown`.
        ended: time of its end in seconds; None while it is queued or running.
        finished: set when it has ended in any state.
        digests: digests of its experiments, in their order.
        digest: digest of the job: see `digest_of_all`.

    Raises LabError if the data set, or another choice, of an experiment does not exist on this machine.
    """

    experiments: tuple[Experiment, ...]
    mailbox: Mailbox
    people: set[str] = field(default_factory=set)
    request: str = ""
    page: tuple[str, dict[str, str]] | None = None
    state: State = "queued"
    why: Lazy | str = ""
    diverged: dict[str, int] = field(default_factory=dict)
    start: str | None = None
    kept: Experiment | None = None
    stopped_by: set[str] = field(default_factory=set)
    attempts: int = 0
    stopping: bool = False
    future: Future[Any] | None = field(default=None, repr=False)
    hung: Lazy | None = None
    resubmitted_by: set[str] = field(default_factory=set)
    submitted: float = field(default_factory=time.time)
    started: float | None = None
    slowdown: float = 1.0
    ended: float | None = None
    finished: threading.Event = field(default_factory=threading.Event)
    digests: tuple[str, ...] = field(init=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        # computed once: a data set may be removed from this machine while its job waits
        self.digests = tuple(digest_of(one) for one in self.experiments)
        self.digest = digest_of_all(self.digests)

    @property
    def experiment(self) -> Experiment:
        """The first experiment; most jobs have only one."""
        return self.experiments[0]

    @property
    def reason(self) -> str:
        """Why it failed or was cancelled, in the language of the current session."""
        return str(self.why)

    @property
    def active(self) -> bool:
        """Whether the job waits or runs."""
        return self.state in ("queued", "running")


def digest_of_all(digests: Sequence[str]) -> str:
    """The digest of a job, 16 hexadecimal digits: for one experiment its own digest, for several a hash of theirs."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16]


def fair_order(queue: Sequence[Job], running: Iterable[Job]) -> list[Job]:
    """The queue in the order in which it runs: round robin over people.

    The first job of every person comes before the second job of anyone; running jobs count. Ties run in the order of
    submission.
    """
    before = Counter(person for job in running for person in job.people)
    ranked: list[tuple[int, int, Job]] = []
    for order, job in enumerate(queue):
        ranked.append((min((before[person] for person in job.people), default=0), order, job))
        before.update(job.people)
    return [job for _, _, job in sorted(ranked, key=lambda entry: entry[:2])]
