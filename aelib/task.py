"""What a worker does for a job, and how the two talk: a mailbox with two ends, whatever lies between them."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from . import datasets
from .basics import LabError
from .experiment import from_json
from .run import Run
from .runfiles import pack
from .store import Store
from .training import Cancelled, Diverged, Progress, fit_many

State = Literal["queued", "running", "done", "failed", "cancelled"]


class WorkerEnd(Protocol):
    """The end of a mailbox that goes with the task to the worker, so it must survive that journey."""

    def report(self, progress: Progress) -> None:
        """Some five times a second."""

    def stop_asked(self) -> bool:
        """Asked as often."""


class Mailbox(Protocol):
    """What a job and its worker tell each other, as the server holds it."""

    def worker_end(self) -> WorkerEnd: ...

    def latest(self) -> Progress | None:
        """What was reported last, or None where nothing readable was."""

    def ask_to_stop(self) -> None:
        """Somebody no longer wants the job."""

    def clear(self) -> None:
        """Forget what was reported: the job begins again. A wish to stop still holds."""

    def close(self) -> None:
        """The job has ended; nobody asks any more."""


@dataclass(frozen=True)
class FolderMailbox:
    """Both ends, on a disk that both sides see: progress.json, renamed into place, and a file `stop`. The folder is
    there already."""

    folder: Path

    def worker_end(self) -> WorkerEnd:
        return self

    def report(self, progress: Progress) -> None:
        with suppress(OSError):  # a full disk is no reason to lose the training; saving the run will say so
            aside = self.folder / "progress.json.new"
            aside.write_text(json.dumps(asdict(progress)))
            aside.replace(self.folder / "progress.json")

    def stop_asked(self) -> bool:
        return (self.folder / "stop").exists()

    def latest(self) -> Progress | None:
        try:
            content = (self.folder / "progress.json").read_bytes()
        except OSError:
            return None
        return progress_from(content)

    def ask_to_stop(self) -> None:
        (self.folder / "stop").touch()

    def clear(self) -> None:
        (self.folder / "progress.json").unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing: the folder is removed with the job's other papers."""


class Remote(Executor, ABC):
    """An executor whose workers do not see the server's disk. size: how many tasks run at once."""

    @property
    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def mailbox(self) -> Mailbox:
        """For a new job."""


def progress_from(content: bytes) -> Progress | None:
    """Progress as JSON, believed only where every field has its type and the numbers make sense; else None."""
    try:
        found = json.loads(content)
        progress = Progress(**found)
        numbers = [progress.epoch, progress.epochs, progress.learnt, progress.total, progress.nets]
        numbers += [progress.finished, progress.wanted]
        times = [progress.loss, progress.seconds, progress.seconds_left, progress.share]
        rows = [value for row in progress.history for value in row.values()]
        named = all({"epoch", "train_loss"} <= row.keys() for row in progress.history)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    real = all(type(value) in (int, float) for value in [*numbers, *times, *rows])
    if not (named and real and all(type(value) is int for value in numbers)):
        return None
    return progress if 0 <= progress.epoch <= progress.epochs > 0 and 0 <= progress.share <= 1 else None


@dataclass(frozen=True)
class Task:
    """All that a worker needs. experiments: JSON, each; root: of the store that it shares with the server, or None
    where it sends runs home as files; max_seconds: of training; given: data sets that people gave us, name -> content,
    where the experiments are on such and the worker may not have them."""

    experiments: tuple[str, ...]
    mailbox: WorkerEnd
    root: Path | None
    max_seconds: float = float("inf")
    device: str = "auto"
    given: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Outcome:
    """What a worker sends back. reason: one sentence where it failed or was cancelled; diverged: digest -> epoch at
    which a loss was no longer a number; files: digest -> the run (see runfiles.py), where it is not in the store
    already."""

    state: State
    reason: str = ""
    diverged: dict[str, int] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] | None = field(default=None, repr=False)


def work(task: Task) -> Outcome:
    """In the worker: train, and keep every run as soon as it is there, or send all of them home. One net that diverges
    makes the task fail, one of many is counted. Raises nothing that a person should read."""
    end = time.monotonic() + task.max_seconds
    stop: Callable[[], bool] = task.mailbox.stop_asked
    files: dict[str, dict[str, bytes]] = {}
    diverged: dict[str, int] = {}
    reason = ""

    def keep(result: Run | Diverged) -> None:
        nonlocal reason
        if isinstance(result, Diverged):
            diverged[result.experiment.digest], reason = result.epoch, str(result)
        elif store is None:
            files[result.digest] = pack(result)
        else:
            store.save(result, replace=True)

    try:
        store = Store(task.root) if task.root is not None else None
        for name, content in task.given.items():
            datasets.keep_content(name, content)
        experiments = [from_json(text) for text in task.experiments]
        over = lambda: stop() or time.monotonic() > end  # noqa: E731
        fit_many(experiments, task.device, task.mailbox.report, over, keep)
    except Cancelled as error:
        if stop():
            return Outcome("cancelled", str(error), diverged, files or None)
        late = f"It took longer than the {task.max_seconds:,.0f} s that this server allows."
        return Outcome("failed", late, diverged, files or None)
    except LabError as error:
        return Outcome("failed", str(error), diverged, files or None)
    failed = len(task.experiments) == 1 and bool(diverged)
    return Outcome("failed" if failed else "done", reason if failed else "", diverged, files or None)
