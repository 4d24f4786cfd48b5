"""What a worker does for a job: train, and save every run or send it back."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from aelib import datasets
from aelib.core.errors import LabError
from aelib.experiment import from_json
from aelib.store import Store, pack
from aelib.training import Cancelled, Diverged, Run, fit_many

from .mailbox import Mailbox, State, WorkerEnd


class RemoteExecutor(Executor, ABC):
    """An executor whose workers do not see the server's disk. size: how many tasks run at once."""

    @property
    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def mailbox(self) -> Mailbox:
        """For a new job."""


@dataclass(frozen=True)
class TrainingTask:
    """All that a worker needs. experiments: JSON, each; root: of the store that it shares with the server, or None
    where it sends runs home as files; max_seconds: of training; given: data sets that people gave us, name -> content,
    where the experiments are on such and the worker may not have them."""

    experiments: tuple[str, ...]
    mailbox: WorkerEnd
    root: Path | None
    max_seconds: float = float("inf")
    device: str = "auto"
    user_datasets: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Outcome:
    """What a worker sends back. reason: one sentence where it failed or was cancelled; diverged: digest -> epoch at
    which a loss was no longer a number; files: digest -> the run (see runfiles.py), where it is not in the store
    already."""

    state: State
    reason: str = ""
    diverged: dict[str, int] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] | None = field(default=None, repr=False)


def run_task(task: TrainingTask) -> Outcome:
    """In the worker: train, and keep every run as soon as it is there, or send all of them home. One net that diverges
    makes the task fail, one of many is counted. Raises nothing that a person should read."""
    end = time.monotonic() + task.max_seconds
    stop: Callable[[], bool] = task.mailbox.stop_requested
    files: dict[str, dict[str, bytes]] = {}
    diverged: dict[str, int] = {}
    reason = ""

    def on_result(result: Run | Diverged) -> None:
        nonlocal reason
        if isinstance(result, Diverged):
            diverged[result.experiment.digest], reason = result.epoch, str(result)
        elif store is None:
            files[result.digest] = pack(result)
        else:
            store.save(result, replace=True)

    try:
        store = Store(task.root) if task.root is not None else None
        for name, content in task.user_datasets.items():
            datasets.save_content(name, content)
        experiments = [from_json(text) for text in task.experiments]
        over = lambda: stop() or time.monotonic() > end  # noqa: E731
        fit_many(experiments, task.device, task.mailbox.report, over, on_result)
    except Cancelled as error:
        if stop():
            return Outcome("cancelled", str(error), diverged, files or None)
        late = f"It took longer than the {task.max_seconds:,.0f} s that this server allows."
        return Outcome("failed", late, diverged, files or None)
    except LabError as error:
        return Outcome("failed", str(error), diverged, files or None)
    failed = len(task.experiments) == 1 and bool(diverged)
    return Outcome("failed" if failed else "done", reason if failed else "", diverged, files or None)
