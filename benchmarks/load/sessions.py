"""A class in session: 50 people open the lesson, change a control, train, and see the result."""

import asyncio
import logging
import math
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from aelib.core.memory import TIDY_EVERY
from tests.support import chromium
from tests.support.server import Server

from .client import Client
from .memory import Watch, descendants, rss
from .page_state import Lost
from .rows import Row, at_most, percentiles
from .visits import LESSON, RUN, Heavy, Light, Visit

_log = logging.getLogger(__name__)

KEPT = 10  # seconds for which the server remembers a session that has left (Streamlit's default is 120)
LONG = {"epochs": 1_000_000, "model.layers": "35-256-128-2"}  # keeps a core busy until it is stopped


@dataclass
class Class:
    """A class. people: simultaneous sessions; chromium: how many of them run in Chromium; experiments: distinct
    experiments; within: seconds over which the same action of all sessions is spread."""

    people: int = 50
    chromium: int = 5
    experiments: int = 20
    epochs: int = 40_000
    within: float = 10.0
    problems: list[str] = field(default_factory=list)

    def query(self, number: int) -> dict[str, Any]:
        return {"preset": "font-best", "seed": number % self.experiments, "epochs": self.epochs}

    def visits(self, browser: Browser, url: str) -> list[Visit]:
        """The sessions, with the Chromium pages distributed evenly among them."""
        every = max(1, self.people // self.chromium)
        heavy = {number * every + every // 2 for number in range(self.chromium)}
        return [Heavy(browser, url) if number in heavy else Light(url) for number in range(self.people)]

    async def together(self, what: str, acts: Sequence[Callable[[], Awaitable[Any]]]) -> list[Any]:
        """Start the actions evenly spread over `within` seconds. The result of a failed action is None, and `problems`
        names it."""

        async def later(number: int, act: Callable[[], Awaitable[Any]]) -> Any:
            await asyncio.sleep(self.within * number / len(acts))
            try:
                return await act()
            except Exception as error:  # noqa: BLE001 - the failure of one session is a result and does not end the test
                self.problems.append(f"{what}: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
                return None

        start = time.perf_counter()
        results = await asyncio.gather(*(later(number, act) for number, act in enumerate(acts)))
        _log.info("%s: %d sessions in %.1f s", what, len(acts), time.perf_counter() - start)
        return results

    async def arrive(self, visits: Sequence[Visit]) -> list[float]:
        await self.together("opening", [lambda n=n, v=v: v.open(self.query(n)) for n, v in enumerate(visits)])
        return [visit.opened or math.inf for visit in visits]

    async def leave(self, visits: Sequence[Visit]) -> None:
        await asyncio.gather(*(visit.leave() for visit in visits), return_exceptions=True)


async def _busy(url: str) -> list[Client]:
    """Trainings of other people, one for every core."""
    clients = []
    for number in range(os.cpu_count() or 1):
        client = Client(url, LESSON, {"preset": "font-best", "seed": 9000 + number, **LONG})
        await client.__aenter__()
        await client.press(f"{RUN}:train")
        await client.until(lambda client=client: client.shown.has(f"{RUN}:stop"))
        clients.append(client)
    await asyncio.sleep(2)
    return clients


async def _at_rest(url: str) -> None:
    """Wait until the server has dropped sessions that left, which it does when a new one comes."""
    await asyncio.sleep(KEPT + TIDY_EVERY + 2)
    async with Client(url, LESSON):
        pass
    await asyncio.sleep(1)


async def _try_seeds(visit: Light, until: asyncio.Event) -> list[float]:
    """Seconds until each changed seed is answered while the class trains; infinite without an answer."""
    seconds: list[float] = []
    while not until.is_set():
        try:
            seconds.append(await visit.change(1000 + len(seconds)))
        except Lost:
            seconds.append(math.inf)
        await asyncio.sleep(0.5)
    return seconds


async def _measure(server: Server, group: Class, browser: Browser, rows: list[Row]) -> None:
    first = Light(server.url)  # one complete visit loads all code that a visit needs
    await first.open({"preset": "font-best", "seed": 8000})
    await first.train()
    await first.leave()
    await _at_rest(server.url)
    before = rss(server.pid), sum(map(rss, descendants(server.pid)))

    visits = group.visits(browser, server.url)
    who = f"{group.people} sessions ({group.chromium} in Chromium), all within {group.within:g} s"
    async with Watch(server.pid) as watch:
        opened = await group.arrive(visits)
    rows.append(percentiles(f"{who}: connection to the lesson's script finished, nothing trains", opened, 2))
    rows.append(Row("of the server's own process, cores busy meanwhile", f"{watch.cpu:.2f}"))
    drawn = max((visit.drawn for visit in visits if isinstance(visit, Heavy)), default=0.0)
    rows.append(Row("the slowest Chromium page of them, from the address to its last words", f"{drawn:.2f} s"))
    await group.leave(visits)

    busy = await _busy(server.url)
    visits = group.visits(browser, server.url)
    async with Watch(server.pid) as watch:
        opened = await group.arrive(visits)
    rows.append(percentiles("the same while every core trains", opened, 5))
    rows.append(Row("of the server's own process, cores busy meanwhile", f"{watch.cpu:.2f}"))
    light = [(number, visit) for number, visit in enumerate(visits) if isinstance(visit, Light)]
    answers: list[float] = []
    for step in (100, 0):  # there and back
        changes = [lambda n=n, v=v, s=step: v.change(s + n % group.experiments) for n, v in light]
        answers += [seconds or math.inf for seconds in await group.together("a widget", changes)]
    rows.append(percentiles("a changed seed to its answer while every core trains (by websocket)", answers, 1))
    for client in busy:
        await client.press(f"{RUN}:stop")
    await asyncio.sleep(1)
    for client in busy:
        await client.__aexit__()

    idler, over = Light(server.url), asyncio.Event()
    await idler.open(group.query(0))
    trying = asyncio.create_task(_try_seeds(idler, over))
    start = time.perf_counter()
    trained: list[bool] = []

    async def train(visit: Visit) -> bool:
        await visit.train()
        return True

    async with Watch(server.pid) as watch:
        done = await group.together("training", [lambda v=v: train(v) for v in visits])
        trained = [bool(result) for result in done]
    whole = time.perf_counter() - start
    over.set()
    rows.append(percentiles("the same while the class waits for its trainings and polls", await trying, 1))
    await idler.leave()
    share = 100 * sum(trained) / group.people
    what = f"sessions that opened, trained (one of {group.experiments} experiments) and saw the end"
    rows.append(Row(what, f"{sum(trained)} of {group.people}", "100 %", share == 100))
    rows.append(Row("from the first Train to the last result", f"{whole:.1f} s"))

    await group.leave(visits)
    await _at_rest(server.url)
    after = rss(server.pid)
    rows.append(Row("server without workers, after one visitor who trained", f"{before[0]:.0f} MB"))
    rows.append(at_most("its growth at the peak", watch.server - before[0], 100, "MB", 0))
    rows.append(at_most("its growth when all have left", after - before[0], 100, "MB", 0))
    rows.append(Row("worker processes together, before / at the peak", f"{before[1]:.0f} / {watch.workers:.0f} MB"))


async def _run(group: Class) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "home", arguments=[f"--server.disconnectedSessionTTL={KEPT}"])
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
                try:
                    await _measure(server, group, browser, rows)
                except Lost as lost:  # earlier measurements are still valid
                    rows.append(Row("the test ended early", str(lost), "to its end", False))
                await browser.close()
        finally:
            server.stop()
    counts = {problem: group.problems.count(problem) for problem in group.problems}
    return [*rows, *(Row(f"went wrong {count} times", problem) for problem, count in counts.items())]


def measure(quick: bool = False) -> list[Row]:
    group = Class(people=6, chromium=1, experiments=3, epochs=5000, within=2.0) if quick else Class()
    return asyncio.run(_run(group))
