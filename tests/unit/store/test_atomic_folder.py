"""Folders that a killed writer leaves behind."""

import os
import subprocess
import sys
import time

import filelock
import pytest

from aelib.store import Store
from aelib.training import Run


@pytest.fixture
def store() -> Store:
    return Store()


def test_what_a_killed_writer_left_goes_when_the_store_is_opened(store: Store, font_run: Run) -> None:
    """A worker was killed while it saved; another that still saves keeps its folder."""
    code = """
import os, sys
from aelib.store import Store, store
def killed(path, content):
    path.write_bytes(content)
    os.write(1, b"!")
    sys.stdin.read()
store._write = killed
Store().save(Store().get(sys.argv[1]), replace=True)
"""
    store.save(font_run)
    command = [sys.executable, "-c", code, font_run.digest]
    dead, alive = (subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2))
    try:
        for process in (dead, alive):
            assert process.stdout is not None
            assert process.stdout.read(1) == b"!"
        assert len(list(store.runs.glob(".writing-*"))) == 2
        dead.kill()
        dead.communicate()
        assert Store().get(font_run.digest) is not None
        assert len(list(store.runs.glob(".writing-*"))) == 1
    finally:
        alive.communicate()
    assert alive.returncode == 0
    assert [path.name for path in store.runs.iterdir()] == [font_run.digest]
    assert not any(problem for _, problem in store.verify())


@pytest.mark.parametrize("passed", [7200, -7200], ids=["two hours later", "after the clock was set back by two hours"])
def test_what_an_earlier_version_left_goes_after_an_hour(store: Store, passed: float) -> None:
    left = store.runs / ".writing-0123456789abcdef-x"
    left.mkdir()
    Store()
    assert left.exists()
    os.utime(left, (time.time() - passed,) * 2)
    Store()
    assert not left.exists()


def test_a_folder_of_another_user_does_not_keep_the_store_closed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    left = store.runs / ".writing-0123456789abcdef-x"
    left.mkdir()
    (left / "writer.lock").touch()
    locked = filelock.FileLock.acquire

    def acquire(self: filelock.FileLock, *arguments: object, **named: object) -> object:
        if str(self.lock_file).endswith("writer.lock"):
            raise PermissionError(13, "Permission denied")
        return locked(self, *arguments, **named)

    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)
    Store()
    assert left.exists()
