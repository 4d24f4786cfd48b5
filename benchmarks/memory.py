"""Memory of a process after a training, and of a server, by how malloc is set. Linux with glibc only.

python -m benchmarks.memory
"""

import argparse
import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from aelib.core import memory
from aelib.experiment import presets
from aelib.training import fit
from aelib.ui.shell.lessons import LESSONS, Lesson
from tests.support.server import Server

from .load.client import Client
from .load.memory import Watch, descendants, rss
from .load.visits import FINISHED, PATIENCE, Light
from .machine import table, write

NETS = ("letters-7x7-best", "house-numbers-autoencoder", "photographs-3")
# way -> environment of the process. Only the first calls mallopt and malloc_trim.
MALLOPT = "set in the process, as `fit` does"
KEEPS = {"MALLOC_MMAP_THRESHOLD_": str(memory._LARGEST), "MALLOC_TRIM_THRESHOLD_": str(memory._KEPT)}
WAYS = {MALLOPT: {}, "variables": KEEPS, "neither": {}}
SERVERS = {"not set": {}, "2": {"MALLOC_ARENA_MAX": "2"}}
PEOPLE, SEEDS = 40, 10
FEW = 2  # epochs: more of them need no more memory
TIDIED = memory.TIDY_EVERY + 5  # seconds after which a server has tidied


def _train(net: str, way: str) -> dict[str, float]:
    """Train one epoch in this process: processor seconds, and memory in MB."""
    torch.set_num_threads(1)
    if way != MALLOPT:
        memory._libc = lambda: None
    experiment = presets.get(net).with_values({"epochs": 1})
    before, start = rss(os.getpid()), resource.getrusage(resource.RUSAGE_SELF)
    fit(experiment, "cpu")
    end = resource.getrusage(resource.RUSAGE_SELF)
    gc.collect()
    return {
        "seconds": end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime,
        "before": before,
        "peak": end.ru_maxrss / 1024,
        "after": rss(os.getpid()),
    }


def trainings() -> str:
    rows = []
    for net in NETS:
        for way, environment in WAYS.items():
            command = [sys.executable, "-m", "benchmarks.memory", "--net", net, "--way", way]
            done = subprocess.run(
                command, check=True, capture_output=True, text=True, env={**os.environ, **environment}
            )
            found = json.loads(done.stdout.splitlines()[-1])
            sizes = [f"{found[name]:,.0f}" for name in ("before", "peak", "after")]
            rows.append([net, way, f"{found['seconds']:.1f}", *sizes])
    return (
        "## After a training\n\nOne epoch with `fit` in a process of its own, one thread. Variables are "
        f"{', '.join(f'{name}={value}' for name, value in KEEPS.items())}.\n\n"
        + table(["preset", "thresholds", "processor s", "MB before", "MB at the peak", "MB after"], rows)
    )


async def _class(server: Server) -> tuple[float, float]:
    """Memory of the server in MB, its workers not counted, at the peak and while people are still on its pages, which
    show the results of what they trained."""
    everybody = [Light(server.url) for _ in range(PEOPLE)]
    queries = [{"preset": "font-best", "epochs": 2000, "seed": number % SEEDS} for number in range(PEOPLE)]
    try:
        async with Watch(server.pid) as watch:
            await asyncio.gather(*(one.open(query) for one, query in zip(everybody, queries, strict=True)))
            await asyncio.gather(*(one.train() for one in everybody))
        await asyncio.sleep(TIDIED)
        return watch.server, rss(server.pid)
    finally:
        await asyncio.gather(*(one.leave() for one in everybody))


def servers() -> str:
    rows = []
    for way, environment in SERVERS.items():
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder) / "home", environment)
            try:
                sizes = rss(server.pid), *asyncio.run(_class(server))
                rows.append([way, *(f"{size:,.0f}" for size in sizes)])
            finally:
                server.stop()
    return (
        f"## A server\n\n{PEOPLE} people by websocket open a lesson at once, train one of {SEEDS} experiments and stay."
        " Workers are not counted.\n\n"
        + table(["MALLOC_ARENA_MAX", "MB before", "MB at the peak", "MB with all of them"], rows)
    )


SMALL = {**memory.SERVER, "AELIB_PROFILE": "small"}
ASKED = 690  # MB, what Streamlit's Community Cloud gives an app at least


async def _train_lesson(server: Server, lesson: Lesson) -> float:
    """Open a lesson, train its preset for a few epochs, look at the result: memory of the server afterwards, in MB."""
    async with Client(server.url, lesson.name, {"preset": lesson.preset, "epochs": FEW}) as client:
        await client.press(f"{lesson.name.replace('_', '-')}-run:train")
        await client.sees(*FINISHED, within=PATIENCE)
        await asyncio.sleep(1.0)
        return _together(server.pid)


def _together(pid: int) -> float:
    """Memory of a server and all its processes, in MB."""
    return rss(pid) + sum(map(rss, descendants(pid)))


def small() -> str:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        everything = Server(Path(folder) / "all", SMALL)
        try:
            for lesson in LESSONS:
                alone = Server(Path(folder) / lesson.name, SMALL)
                try:
                    start, size = _together(alone.pid), asyncio.run(_train_lesson(alone, lesson))
                finally:
                    alone.stop()
                in_turn = asyncio.run(_train_lesson(everything, lesson))
                rows.append([lesson.title, lesson.preset, *(f"{one:,.0f}" for one in (start, size, in_turn))])
                print(rows[-1], file=sys.stderr)
        finally:
            everything.stop()
    return (
        f"## A small server\n\n`AELIB_PROFILE=small`, MALLOC_ARENA_MAX=2: the server with all its processes, in MB,"
        f" after {FEW} epochs of each lesson's first preset, with the result on the page. {ASKED} MB are asked for.\n\n"
        + table(["lesson", "preset", "before", "after it alone", "after it and those above it, one server"], rows)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", help=argparse.SUPPRESS)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--small", action="store_true", help="only the small server, printed")
    options = parser.parse_args()
    if options.net:
        print(json.dumps(_train(options.net, options.way)))
    elif options.small:
        print(small())
    else:
        write("memory", "Memory", f"{trainings()}\n\n{servers()}\n\n{small()}")


if __name__ == "__main__":
    main()
