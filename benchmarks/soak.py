"""A class that does what it likes for half an hour: trains, stops, leaves, comes back, uploads, exports, while workers
are killed, all at random from a seed. Afterwards nothing may be left over. Linux only; needs requirements-dev.txt.

python -m benchmarks.soak [--minutes 30] [--people 8] [--seed 0]; exit code 1 where a check fails.
Writes benchmarks/soak.md.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aelib.core import memory
from aelib.store import Store
from tests.support.server import Server

from .load.client import PATIENCE, Client
from .load.memory import descendants, rss
from .load.page_state import Lost
from .machine import table, write

PAGES = ("dense", "lab", "runs", "emoji", "denoising")
PRESETS = ("font-best", "font-20-10", "font-denoise-best", "emoji-best")
SEEDS, EPOCHS = 20, (20, 300, 4000)
KILL_EVERY = 20.0  # seconds between two killed workers, on average
MORE_MEMORY = 100.0  # MB that the server may have more than after its first quarter
SETTLES_WITHIN = 600.0  # seconds
# Streamlit keeps the session of a closed page for two minutes, in case it comes back, and each holds three open files.
SESSIONS_KEPT = 120.0
GLYPHS = "char,row0,row1,row2,row3\na,#...,....,....,####\nb,.#..,....,....,##{}#\n"


@dataclass
class Soak:
    """One server and what was done to it.

    end: of time.monotonic(), but not before `least` trainings were begun; done: number of each action; patience:
    seconds that a person waits for an answer.
    """

    server: Server
    random: random.Random
    end: float
    done: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    least: int = 0
    patience: float = PATIENCE

    @property
    def over(self) -> bool:
        return time.monotonic() > self.end and self.done["training"] >= self.least

    async def run(self, people: int) -> None:
        """Until the time is over."""
        await asyncio.gather(*(self.person() for _ in range(people)), self.killer(), self.other_process())

    async def person(self) -> None:
        """Opens pages and does something on each."""
        visitor = f"{self.random.getrandbits(128):032x}"
        while not self.over:
            page, preset = self.random.choice(PAGES), self.random.choice(PRESETS)
            query = {"preset": preset, "epochs": self.random.choice(EPOCHS), "seed": self.random.randrange(SEEDS)}
            with suppress(Lost, TimeoutError, OSError):  # a page that was left is no problem; the checks come later
                come = partial(Client, self.server.url, page, {} if page == "runs" else query, self.patience, visitor)
                async with come() as client:
                    self.done["page"] += 1
                    left = await self._act(client, page)
                if left:
                    await asyncio.sleep(self.random.uniform(0, 5))
                    async with come() as client:
                        self.done["return"] += 1
                        if client.shown.has(f"{page}-run:train") and not client.shown.notes():
                            self.problems.append(f"the page of a training that was left knows nothing of it: {query}")

    async def _act(self, client: Client, page: str) -> bool:
        """Whether the person left a training that began."""
        run = f"{page}-run"
        if not client.shown.has(f"{run}:train"):
            return False
        await client.press(f"{run}:train")
        self.done["training"] += 1
        what = self.random.choice(("wait", "wait", "stop", "leave"))
        if what == "wait":
            await client.sees("Trained just now", "Found in the store", "Stopped", within=self.patience)
        elif what == "stop":
            await asyncio.sleep(self.random.uniform(0.2, 2.0))
            if client.shown.has(f"{run}:stop"):
                await client.press(f"{run}:stop")
                self.done["stop"] += 1
                await asyncio.sleep(0.5)
        else:
            await client.until(lambda: not client.shown.has(f"{run}:train"))
        return what == "leave"

    async def killer(self) -> None:
        """Kills a worker now and then."""
        while not self.over:
            await asyncio.sleep(self.random.expovariate(1 / KILL_EVERY))
            workers = [pid for pid in descendants(self.server.pid) if rss(pid) > 100]
            if workers and not self.over:
                with suppress(ProcessLookupError):
                    os.kill(self.random.choice(workers), signal.SIGKILL)
                    self.done["kill"] += 1

    async def other_process(self) -> None:
        """A command line on the same home: uploads a glyph table, exports a run."""
        while not self.over:
            await asyncio.sleep(self.random.uniform(5, 15))
            digests = Store(self.server.home).digests()
            with tempfile.TemporaryDirectory() as folder:
                table = Path(folder) / "glyphs.csv"
                table.write_text(GLYPHS.format(self.random.choice(".#")))
                await self._command("upload", ["datasets", "--add", str(table)])
                if digests:
                    target = str(Path(folder) / "run.zip")
                    await self._command("export", ["runs", "export", self.random.choice(digests), target])

    async def _command(self, name: str, arguments: list[str]) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aelib", *arguments),
            env={**os.environ, "AELIB_HOME": str(self.server.home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _, said = await process.communicate()
        self.done[name] += 1
        if process.returncode:
            self.problems.append(f"{name}: {said.decode()[-300:]}")


def opened(pid: int) -> Counter[str]:
    """What a process has open: kind, or path without its numbers -> how many."""
    found: Counter[str] = Counter()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed just now
            target = str(one.readlink())
            found[target.partition(":")[0] if target[0] != "/" else re.sub(r"[0-9a-f]{8,}|\d+", "*", target)] += 1
    return found


@dataclass(frozen=True)
class State:
    """What a server holds: memory in MB, its threads, open files and processes; opened: the files by kind."""

    megabytes: float
    threads: int
    files: int
    processes: int
    opened: Counter[str] = field(repr=False)

    @classmethod
    def of(cls, pid: int) -> "State":
        folder = Path(f"/proc/{pid}")
        return cls(
            rss(pid),
            len(list((folder / "task").iterdir())),
            len(list((folder / "fd").iterdir())),
            len(descendants(pid)),
            opened(pid),
        )


def is_idle(server: Server) -> bool:
    """Whether no job waits or runs."""
    with urllib.request.urlopen(f"{server.url}/health") as answer:
        found = json.load(answer)
    return bool(found["running"] == found["queued"] == 0)


def settle(server: Server) -> None:
    """Wait until no job waits or runs, closed pages are forgotten, and the server has tidied. Raises TimeoutError."""
    end = time.monotonic() + SETTLES_WITHIN
    while not is_idle(server):
        if time.monotonic() > end:
            raise TimeoutError("jobs do not end")
        time.sleep(1)
    time.sleep(SESSIONS_KEPT + memory.TIDY_EVERY + 5)


def grown(before: State, after: State) -> list[str]:
    """A sentence for everything that a server holds more of."""
    problems = []
    if after.megabytes > before.megabytes + MORE_MEMORY:
        problems.append(f"memory grew from {before.megabytes:.0f} to {after.megabytes:.0f} MB")
    for name, room in (("threads", 10), ("files", 20), ("processes", 2)):
        was, now = getattr(before, name), getattr(after, name)
        if now > was + room:
            what = f": {dict(after.opened - before.opened)}" if name == "files" else ""
            problems.append(f"{name} grew from {was} to {now}{what}")
    return problems


def left_over(server: Server) -> list[str]:
    """A sentence for everything in the store or the log that should not be there. No job may wait or run."""
    store = Store(server.home)  # whoever opens it cleans up after workers that were killed
    problems = [f"temporary: {path}" for path in server.home.rglob(".writing-*")]
    problems += [f"a job is left: {path}" for path in (server.home / "jobs").glob("*/*/*.json")]
    problems += [f"{digest}: {problem}" for digest, problem in store.verify() if problem is not None]
    log = server.log.read_text(encoding="utf-8", errors="replace")
    # the last line of a traceback is the first that is not indented; a browser that leaves before it was let in is the
    # web server's own matter
    raised = re.findall(r"Traceback \(most recent call last\):\n(?:[ \t].*\n)+(\S.*)", log)
    problems += [f"an error in the log: {one}" for one in raised if "WebSocketDisconnected" not in one]
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "home", {**memory.SERVER})
        try:
            chance = random.Random(asked.seed)
            done: Counter[str] = Counter()
            problems: list[str] = []
            states = []
            for share in (0.25, 0.75):  # the first quarter fills what is kept on purpose
                soak = Soak(server, chance, time.monotonic() + 60 * asked.minutes * share, done, problems)
                asyncio.run(soak.run(asked.people))
                settle(server)
                states.append(State.of(server.pid))
            problems += grown(*states) + left_over(server)
            runs = Store(server.home).count()
        finally:
            server.stop()
    header = ["", "MB", "threads", "open files", "worker and helper processes"]
    rows = [
        [name, f"{state.megabytes:.0f}", str(state.threads), str(state.files), str(state.processes)]
        for name, state in zip(("after a quarter", "at the end"), states, strict=True)
    ]
    did = ", ".join(f"{name} {number}" for name, number in sorted(done.items()))
    body = (
        f"{asked.people} people for {asked.minutes:g} minutes, seed {asked.seed}: {did}. The store has {runs} runs."
        f"\n\nThe server when all jobs had ended, {SESSIONS_KEPT:.0f} s after the last page was closed:"
        f"\n\n{table(header, rows)}\n\n"
    )
    found = "\n".join(f"- {problem}" for problem in problems) or "Nothing is left over."
    write("soak", "A class that does what it likes", body + found, f"soak --minutes {asked.minutes:g}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
