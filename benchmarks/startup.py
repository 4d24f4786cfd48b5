"""Start-up time of commands, as a ratio to `python -c "import torch"` in the same run.

python -m benchmarks.startup [--json]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from . import machine

COMMANDS = {
    "aelib --help": ["-m", "aelib", "--help"],
    "aelib presets": ["-m", "aelib", "presets"],
    "aelib presets font-best": ["-m", "aelib", "presets", "font-best"],
    "aelib datasets": ["-m", "aelib", "datasets"],
    "aelib runs list": ["-m", "aelib", "runs", "list"],
}
TORCH = "import torch"
REPEATS = 9


def seconds(arguments: list[str], home: str) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "AELIB_HOME": home}
    )
    return time.perf_counter() - start


def measure() -> dict[str, float]:
    """Median seconds of each command. The commands alternate, so that a busy moment affects all of them."""
    every = {TORCH: ["-c", TORCH], **COMMANDS}
    with tempfile.TemporaryDirectory() as home:
        for arguments in every.values():
            seconds(arguments, home)  # fills the file cache
        rounds = [{name: seconds(arguments, home) for name, arguments in every.items()} for _ in range(REPEATS)]
    return {name: statistics.median(one[name] for one in rounds) for name in every}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures, write nothing")
    found = measure()
    ratios = {name: found[name] / found[TORCH] for name in COMMANDS}
    if parser.parse_args().json:
        print(json.dumps({"import_torch_seconds": found[TORCH], "ratios": ratios}))
        return
    rows = [[f"`{name}`", f"{found[name]:.2f}", f"{ratio:.2f}"] for name, ratio in ratios.items()]
    body = (
        f"Median of {REPEATS} runs with an empty store, in turns with `{TORCH}`, which takes {found[TORCH]:.2f} s.\n\n"
    )
    machine.write("startup", "Start-up", body + machine.table(["command", "seconds", f"share of `{TORCH}`"], rows))


if __name__ == "__main__":
    main()
