"""The work of a worker: train, then save every run or send it back."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.experiment import Experiment, digest_of
from aelib.store import Store, pack, unpack
from aelib.training import HAND, TIME, Cancelled, Diverged, Run, fit_many

from .mailbox import Mailbox, State, WorkerEnd

_log = logging.getLogger(__name__)


class RemoteExecutor(Executor, ABC):
    """An executor whose workers have no access to the server's disk."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of tasks that run at once; 0 if the cluster does not answer."""

    @abstractmethod
    def mailbox(self) -> Mailbox:
        """A mailbox for a new job."""


@dataclass(frozen=True)
class TrainingTask:
    """Everything a worker needs to train.

    Attributes:
        experiments: what to train.
        mailbox: the worker's end.
        root: folder of the store that the worker shares with the server; None if it sends runs back as files.
        max_seconds: limit on the wall time of the training.
        device: auto, cpu, cuda or mps.
        user_datasets: name -> content of the uploaded data sets that the experiments use, for a remote worker.
        start: digest and files of a run, with its optimiser's state, from which training of a single net continues.
    """

    experiments: tuple[Experiment, ...]
    mailbox: WorkerEnd
    root: Path | None
    max_seconds: float = float("inf")
    device: str = "auto"
    user_datasets: dict[str, bytes] = field(default_factory=dict, repr=False)
    start: tuple[str, dict[str, bytes]] | None = field(default=None, repr=False)


def beginning(store: Store, digest: str) -> tuple[str, dict[str, bytes]] | None:
    """The stored run of this digest as `TrainingTask.start`; None if training must start at epoch 1, because the run
    cannot be read or has no optimiser state."""
    try:
        run = store.get(digest, with_optimizer=True)
    except LabError as error:
        _log.warning("training does not go on from run %s, which cannot be read: %s", digest, error)
        return None
    return None if run is None or not run.optimizer_state else (digest, pack(run).files)


@dataclass(frozen=True)
class Outcome:
    """The result of a task.

    Attributes:
        state: done, failed or cancelled.
        why: one sentence if it failed or was cancelled, else empty; translated when it is shown.
        diverged: digest -> epoch at which the loss was no longer finite.
        files: digest -> files of the run (see `aelib.store.pack`) if the worker does not share the store.
        kept: the experiment of the run that was saved when a single net was stopped.
    """

    state: State
    why: Lazy | str = ""
    diverged: dict[str, int] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] | None = field(default=None, repr=False)
    kept: Experiment | None = None


def run_task(task: TrainingTask) -> Outcome:
    """Train in the worker, and save every run as soon as it is finished, or send all of them back.

    A single net that is stopped, or reaches its time limit, is saved as the run of the epochs that it has trained. Of
    several nets, only those that have ended are saved, because the request that started them needs complete runs.

    If the only net of a task diverges, the task fails; if one of several does, it is recorded in `diverged`. A LabError
    is not raised: the outcome contains its sentence.
    """
    end = time.monotonic() + task.max_seconds
    stop: Callable[[], bool] = task.mailbox.stop_requested
    files: dict[str, dict[str, bytes]] = {}
    diverged: dict[str, int] = {}
    why: Lazy | str = ""
    kept: Experiment | None = None

    def on_result(result: Run | Diverged) -> None:
        nonlocal why, kept
        if isinstance(result, Run) and result.stopped in (HAND, TIME):
            kept = result.experiment
        if isinstance(result, Diverged):
            diverged[digest_of(result.experiment)], why = result.epoch, result.text
        elif store is None:
            files[result.digest] = pack(result).files
        else:
            store.save(result, replace=True)

    def ends() -> str:
        """Why training should end now, as in `Run.stopped`; "" if it should not."""
        return HAND if stop() else TIME if time.monotonic() > end else ""

    try:
        store = Store(task.root) if task.root is not None else None
        for name, content in task.user_datasets.items():
            datasets.save_content(name, content)
        begin = None
        if task.start is not None:
            begin = unpack(task.start[1].__getitem__, task.start[0], with_optimizer=True)
        experiments, report = list(task.experiments), task.mailbox.report
        if len(experiments) == 1:
            fit_many(experiments, task.device, report, on_result=on_result, stop=ends, start=begin)
        else:
            fit_many(experiments, task.device, report, lambda: bool(ends()), on_result)
    except Cancelled as error:
        if stop():
            return Outcome("cancelled", error.text, diverged, files or None)
        return Outcome("failed", _too_long(task), diverged, files or None)
    except LabError as error:
        return Outcome("failed", error.text, diverged, files or None)
    if kept is not None:
        if stop():
            text = Lazy("It was stopped, and is kept as it was after epoch {epochs:,}.", epochs=kept.epochs)
            return Outcome("cancelled", text, diverged, files or None, kept)
        text = Lazy(
            "It took longer than the {seconds:,.0f} s that this server allows, and is kept as it was after epoch "
            "{epochs:,}.",
            seconds=task.max_seconds,
            epochs=kept.epochs,
        )
        return Outcome("failed", text, diverged, files or None, kept)
    failed = len(task.experiments) == 1 and bool(diverged)
    return Outcome("failed" if failed else "done", why if failed else "", diverged, files or None)


def _too_long(task: TrainingTask) -> Lazy:
    return Lazy("It took longer than the {seconds:,.0f} s that this server allows.", seconds=task.max_seconds)
