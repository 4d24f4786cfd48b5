"""Fixtures of several unit tests."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.download_server import DownloadServer


@pytest.fixture
def download_server() -> Iterator[DownloadServer]:
    """A server to download from."""
    server = DownloadServer()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Another server, with nothing on it."""

    def move() -> Path:
        there = tmp_path / "elsewhere"
        monkeypatch.setenv("AELIB_HOME", str(there))
        return there

    return move
