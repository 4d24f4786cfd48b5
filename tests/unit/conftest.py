"""Fixtures of several unit tests."""

import threading
from collections.abc import Iterator

import pytest

from tests.support.shop import Shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A server to download from."""
    server = Shop()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
