"""Start-up time of commands, of the app and of a worker, as a ratio to `python -c "import torch"` in the same run.

python -m benchmarks.startup [--json]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aelib.experiment import digest_of, presets
from tests.support.server import Server

from . import machine
from .load.visits import Light

AELIB = ["-m", "aelib"]
DIGEST = digest_of(presets.get("font-best"))
COMMANDS = {
    "aelib --help": [*AELIB, "--help"],
    "aelib presets": [*AELIB, "presets"],
    "aelib presets font-best": [*AELIB, "presets", "font-best"],
    "aelib datasets": [*AELIB, "datasets"],
    "aelib train font-best --fresh": [*AELIB, "train", "font-best", "--fresh"],
    "aelib train font-best, stored": [*AELIB, "train", "font-best"],
    "aelib report, of one run": [*AELIB, "report", DIGEST, "--html", os.devnull],
    "aelib runs list": [*AELIB, "runs", "list"],
    "aelib runs verify": [*AELIB, "runs", "verify"],
}
WORKER = ["-c", "from aelib.jobs.local_pool import LocalPool, _ready; p = LocalPool(1); p.submit(_ready).result()"]
TORCH = "import torch"
REPEATS, APP_REPEATS = 3, 1


def seconds(arguments: list[str], home: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AELIB_HOME": str(home)},
    )
    return time.perf_counter() - start


def first_page(home: Path) -> float:
    """Seconds from the start of the server's process until the first visitor has all of a lesson."""

    async def visit(url: str) -> None:
        visitor = Light(url)
        await visitor.open({"preset": "font-best"})
        await visitor.leave()

    start = time.perf_counter()
    server = Server(home)
    try:
        asyncio.run(visit(server.url))
        return time.perf_counter() - start
    finally:
        server.stop()


def measure() -> dict[str, float]:
    """Median seconds of each command. The commands alternate, so that a busy moment affects all of them."""
    every = {TORCH: ["-c", TORCH], **COMMANDS, "a process with one worker, ready": WORKER}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        for arguments in every.values():
            seconds(arguments, home)  # fills the caches of files and machine code
        rounds = [{name: seconds(arguments, home) for name, arguments in every.items()} for _ in range(REPEATS)]
        found = {name: statistics.median(one[name] for one in rounds) for name in every}
        found["the app, to its first lesson"] = statistics.median(first_page(home) for _ in range(APP_REPEATS))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures, write nothing")
    options = parser.parse_args()
    found = measure()
    torch = found.pop(TORCH)
    if options.json:
        ratios = {name: each / torch for name, each in found.items()}
        print(json.dumps({"import_torch_seconds": torch, "ratios": ratios}))
        return
    rows = []
    for name, each in found.items():
        shown = f"`{name}`" if name.startswith("aelib") else name
        rows.append([shown, f"{each:.2f}", f"{each / torch:.2f}", f"{each - torch:+.2f}"])
    epochs = presets.get("font-best").epochs
    body = (
        f"Median of {REPEATS} runs ({APP_REPEATS} of the app) with one run in the store, in turns with `{TORCH}`,\n"
        f"which takes {torch:.2f} s. `train --fresh` trains {epochs:,} epochs; the machine code of the compiled\n"
        "engine is in Numba's cache, as after the first training on a machine.\n\n"
    )
    header = ["what", "seconds", f"ratio to `{TORCH}`", "seconds more than that"]
    machine.write("startup", "Start-up", body + machine.table(header, rows))


if __name__ == "__main__":
    main()
