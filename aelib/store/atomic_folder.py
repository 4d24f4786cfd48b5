"""Folders in which runs are written before they are moved into place.

Each folder has a file that its writer keeps locked, so that a cleanup can tell an active writer from one that was
killed.
"""

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = ".writing-"
LEFTOVER_AGE = 3600.0  # seconds after which a folder without a locked file is assumed to be abandoned

_WRITER = "writer.lock"


class TemporaryFolder:
    """A new folder in `parent`, held by this writer. Create it and move it only while no cleanup runs. Raises OSError.

    Attributes:
        path: path of the folder.
    """

    def __init__(self, parent: Path, name: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{name}-", dir=parent))
        self._writer = FileLock(self.path / _WRITER, thread_local=False)
        try:
            self.path.chmod(0o755)
            self._writer.acquire()
        except OSError:
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def move_into_place(self, target: Path) -> None:
        """Give the folder its final name. Raises OSError, also if a folder of this name exists."""
        self._let_go()
        self.path.rename(target)

    def remove(self) -> None:
        """Remove the folder, unless it has been moved."""
        with suppress(OSError):  # if it cannot be removed, whoever opens the store next will remove it
            self._let_go()
        shutil.rmtree(self.path, ignore_errors=True)

    def _let_go(self) -> None:
        self._writer.release()
        (self.path / _WRITER).unlink(missing_ok=True)


def name_for_deleted(parent: Path) -> Path:
    """A name in `parent` for a folder that is about to be removed."""
    return parent / f"{PREFIX}deleted-{os.urandom(4).hex()}"


def remove_abandoned(parent: Path) -> None:
    """Remove the folders whose writer was killed. Nobody may create or move one at the same time."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # its writer has just removed it
            if _is_abandoned(path):
                shutil.rmtree(path, ignore_errors=True)


def is_old(path: Path) -> bool:
    """Whether nothing has been written to a folder for a long time. Raises FileNotFoundError."""
    return abs(time.time() - path.stat().st_mtime) > LEFTOVER_AGE  # absolute value, because clocks may be set back


def _is_abandoned(path: Path) -> bool:
    writer = path / _WRITER
    if not writer.exists():
        return is_old(path)
    try:
        with FileLock(writer, timeout=0):
            return True
    except Timeout:
        return False
    except OSError:  # it belongs to another user of this machine: nothing is known of its writer
        return is_old(path)
