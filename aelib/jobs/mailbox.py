"""What a job and its worker tell each other: a mailbox with two ends, whatever lies between them."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from aelib.training import Progress

State = Literal["queued", "running", "done", "failed", "cancelled"]


class WorkerEnd(Protocol):
    """The end of a mailbox that goes with the task to the worker, so it must survive that journey."""

    def report(self, progress: Progress) -> None:
        """Some five times a second."""

    def stop_requested(self) -> bool:
        """Asked as often."""


class Mailbox(Protocol):
    """What a job and its worker tell each other, as the server holds it."""

    def worker_end(self) -> WorkerEnd: ...

    def latest(self) -> Progress | None:
        """What was reported last, or None where nothing readable was."""

    def request_stop(self) -> None:
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
            temp_path = self.folder / "progress.json.new"
            temp_path.write_text(json.dumps(asdict(progress)))
            temp_path.replace(self.folder / "progress.json")

    def stop_requested(self) -> bool:
        return (self.folder / "stop").exists()

    def latest(self) -> Progress | None:
        try:
            content = (self.folder / "progress.json").read_bytes()
        except OSError:
            return None
        return progress_from(content)

    def request_stop(self) -> None:
        (self.folder / "stop").touch()

    def clear(self) -> None:
        (self.folder / "progress.json").unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing: the folder is removed with the job's other papers."""


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
