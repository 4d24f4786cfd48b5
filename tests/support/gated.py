"""A job's work that waits for a file before it begins, in any process, so that a test decides when it begins."""

import os
import time
from pathlib import Path

from aelib.jobs import worker

FOLDER = "AELIB_TEST_GATE"  # environment of the workers: where `open` lets them begin
OPEN = "open"


def run_task(task: worker.TrainingTask) -> worker.Outcome:
    """Writes a file named by this process, waits for the file `open`, then does what a job does."""
    folder = Path(os.environ[FOLDER])
    (folder / str(os.getpid())).touch()
    while not (folder / OPEN).exists():
        time.sleep(0.05)
    return worker.run_task(task)


def begun(folder: Path) -> set[int]:
    """The processes that have taken a task and wait."""
    return {int(path.name) for path in folder.iterdir() if path.name != OPEN}
