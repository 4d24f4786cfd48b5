"""Files of data sets that people gave us, under home()/datasets, each named after its content."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from aelib.core.errors import LabError
from aelib.core.paths import home

_within: ContextVar[Path | None] = ContextVar("within", default=None)


def folder() -> Path:
    return _within.get() or home() / "datasets"


@contextmanager
def using_folder(other: Path) -> Iterator[None]:
    """Another folder instead, for this thread only: what is not trusted yet is tried out aside."""
    before = _within.set(other)
    try:
        yield
    finally:
        _within.reset(before)


def write(name: str, content: bytes) -> None:
    """Aside, then renamed: a file is there whole or not at all. Raises LabError."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        aside = folder() / f".{name}-{os.getpid()}-{threading.get_ident()}"
        aside.write_bytes(content)
        aside.replace(folder() / name)
    except OSError as error:
        raise LabError(f"Your data could not be kept in {folder()}: {error.strerror}.") from None


def newest(pattern: str) -> list[Path]:
    """Files by a pattern, newest first."""
    return sorted(folder().glob(pattern), key=lambda file: -file.stat().st_mtime)
