"""A server that is asked to end, as by `systemctl restart`, while people train on it, and the one after it."""

import asyncio
from pathlib import Path

import pytest

from aelib.store import Store
from benchmarks.load.client import Client
from tests.support.patience import PATIENCE, wait_until
from tests.support.server import STOPS_WITHIN, Server
from tests.support.trainings import LONG_VALUES

KEPT = "The server was restarted before this training ended"


async def _trains(url: str, visitor: str) -> None:
    """Starts a training that does not end, and leaves."""
    async with Client(url, "dense", {"preset": "font-best", **LONG_VALUES}, PATIENCE, visitor) as client:
        await client.press("dense-run:train")
        await client.until(lambda: client.shown.has("dense-run:stop"))


async def _returns(url: str, visitor: str) -> str:
    """The page that this visitor finds, and the run that was kept."""
    async with Client(url, "dense", {"preset": "font-best", **LONG_VALUES}, PATIENCE, visitor) as client:
        await client.sees(KEPT)
        await client.press("dense-run:open-kept")
        await client.until(lambda: client.shown.has("dense-run:go-on"))
        return client.query


@pytest.mark.parametrize("profile", ["full", "small"])
def test_what_runs_when_the_server_is_asked_to_end_is_kept(tmp_path: Path, profile: str) -> None:
    server = Server(tmp_path / "home", {"AELIB_PROFILE": profile})
    visitor = "a" * 32
    try:
        asyncio.run(_trains(server.url, visitor))
        wait_until(lambda: list(server.home.glob("jobs/*/*/progress.json")), "the training")
        server.process.terminate()
        assert server.process.wait(STOPS_WITHIN) is not None
        (kept,) = Store(server.home).digests()
        run = Store(server.home).get(kept)
        assert run is not None
        server.start()
        assert f"epochs={run.epochs}" in asyncio.run(_returns(server.url, visitor))
        assert "Traceback" not in server.log.read_text(encoding="utf-8")
    finally:
        server.stop()
