"""How a job and its worker exchange progress and the request to stop: a mailbox with two ends."""

import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from aelib.training import Picture, Progress

State = Literal["queued", "running", "done", "failed", "cancelled"]

MAX_SECONDS = 1e12  # longest time that is accepted in a report: some 30,000 years


class WorkerEnd(Protocol):
    """The worker's end of a mailbox. It is sent to the worker with the task, so it must be picklable."""

    def report(self, progress: Progress) -> None:
        """Report progress; called about five times a second."""

    def stop_requested(self) -> bool:
        """Whether the job should stop; called as often."""


class Mailbox(Protocol):
    """The server's end of a mailbox."""

    def worker_end(self) -> WorkerEnd:
        """The other end, for the worker."""

    def latest(self) -> Progress | None:
        """The last readable report, or None if there is none."""

    def request_stop(self) -> None:
        """Ask the worker to stop."""

    def clear(self) -> None:
        """Drop the reports, because the job starts again. A request to stop stays in force."""

    def close(self) -> None:
        """Release the mailbox: the job has ended."""


@dataclass(frozen=True)
class FolderMailbox:
    """Both ends, in an existing folder on a disk that both sides can access: progress.json, replaced atomically, and a
    file `stop`."""

    folder: Path

    def worker_end(self) -> WorkerEnd:
        return self

    def report(self, progress: Progress) -> None:
        with suppress(OSError):  # a full disk must not stop the training; saving the run reports it
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
        """Does nothing: the scheduler removes the folder with the pending job."""


def progress_from(content: bytes) -> Progress | None:
    """Progress from JSON; None unless every field has its type, the numbers are consistent, and a page can show
    them."""
    try:
        found = json.loads(content)
        picture = Picture.from_json(found.pop("picture", None))
        progress = Progress(**found, picture=picture)
        numbers = [progress.epoch, progress.epochs, progress.learnt, progress.total, progress.nets]
        numbers += [progress.finished, progress.wanted]
        times = [progress.seconds, progress.seconds_left]
        rows = [value for row in progress.history for value in row.values()]
        named = all({"epoch", "train_loss"} <= row.keys() for row in progress.history)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    real = all(type(value) in (int, float) for value in [*numbers, *times, *rows, progress.loss, progress.share])
    if not (named and real and all(type(value) is int for value in numbers)):
        return None
    # NaN fails every comparison; 10**400 is valid JSON, but cannot be formatted
    shown = all(0 <= value <= MAX_SECONDS for value in times) and abs(progress.loss) <= sys.float_info.max
    return progress if shown and 0 <= progress.epoch <= progress.epochs > 0 and 0 <= progress.share <= 1 else None
