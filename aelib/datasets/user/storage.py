"""The user's data sets as files in home()/datasets, each named after its content.

A run from another machine includes its data set, and both are checked before either is saved (store/archive.py). During
this check the data set is in a temporary folder, which `using_folder` selects for one thread. An argument instead would
have to pass through everything that looks up a data set by name, which is everything that reads an experiment:
`resolve`, `build`, `unpack`, every method of `Run` and the functions of `datasets`, about forty calls. None of them has
another reason to know that folders exist.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from aelib.core.errors import LabError, reason_of
from aelib.core.paths import home

_within: ContextVar[Path | None] = ContextVar("within", default=None)


def folder() -> Path:
    return _within.get() or home() / "datasets"


@contextmanager
def using_folder(other: Path) -> Iterator[None]:
    """Use another folder, in this thread only: for checking data that is not trusted yet."""
    before = _within.set(other)
    try:
        yield
    finally:
        _within.reset(before)


def write(name: str, content: bytes) -> None:
    """Write to a temporary file and rename it, so that a file is complete or absent. Raises LabError."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        temp_path = folder() / f".{name}-{os.getpid()}-{threading.get_ident()}"
        temp_path.write_bytes(content)
        temp_path.replace(folder() / name)
    except OSError as error:
        raise LabError(
            "Your data could not be kept in {folder}: {reason}.", folder=folder(), reason=reason_of(error)
        ) from None


def newest(pattern: str) -> list[Path]:
    """Files that match a pattern, newest first."""
    return sorted(folder().glob(pattern), key=lambda file: -file.stat().st_mtime)
