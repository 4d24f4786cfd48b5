"""A short version of `make soak`: what a class leaves behind that does what it likes."""

import asyncio
import random
import sys
import time
from pathlib import Path

import pytest

from benchmarks import soak
from benchmarks.load.memory import descendants
from tests.support.patience import PATIENCE, wait_until
from tests.support.server import Server

SECONDS = 20.0
LEAST = 2  # trainings that are begun on each server, whatever the machine


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes in /proc")


@pytest.mark.parametrize("count", [pytest.param(1, id="one-server")])
def test_nothing_is_left_of_a_class_that_trains_stops_leaves_and_loses_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(soak, "KILL_EVERY", SECONDS / 3)
    monkeypatch.setattr(soak, "EPOCHS", (20, 300))
    monkeypatch.setattr(soak, "SEEDS", 3)  # so that people, and servers, train the same
    servers: list[Server] = []
    try:
        servers += [Server(tmp_path / "home") for _ in range(count)]
        end = time.monotonic() + SECONDS
        crowds = [
            soak.Soak(server, random.Random(seed), end, least=LEAST, patience=PATIENCE)
            for seed, server in enumerate(servers)
        ]

        async def everybody() -> None:
            await asyncio.gather(*(crowd.run(3 // count) for crowd in crowds))

        asyncio.run(everybody())
        wait_until(lambda: all(map(soak.is_idle, servers)), "the end of all trainings")
        for server, crowd in zip(servers, crowds, strict=True):
            assert crowd.problems + soak.left_over(server) == []
        processes = [pid for server in servers for pid in descendants(server.pid)]
    finally:
        for server in servers:
            server.stop()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes), "the end of every process")
    assert list((tmp_path / "home" / "jobs").iterdir()) == []
