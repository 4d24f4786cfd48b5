"""The load test's client speaks to the server as the front end does."""

import asyncio
from pathlib import Path

from benchmarks.load.client import Client
from tests.support.patience import PATIENCE
from tests.support.server import Server


def test_a_websocket_client_opens_the_lesson_and_changes_a_control(tmp_path: Path) -> None:
    async def visit(url: str) -> None:
        async with Client(url, "dense", {"preset": "font-best", "seed": 3}, PATIENCE) as client:
            assert client.problem == ""
            assert client.shown.has("dense-run:train")
            assert client.shown.states[client.shown.find("dense:seed").id].int_value == 3
            await client.set("dense:seed", 4)
            assert "seed=4" in client.query
            assert client.shown.has("dense-run:train")  # still the lesson, not the first page

    server = Server(tmp_path / "server")
    try:
        asyncio.run(visit(server.url))
    finally:
        server.stop()
