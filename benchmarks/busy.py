"""A training on a machine whose cores others use too: with threads that spin while they wait (OpenMP's default), and
with threads that sleep (ours, see aelib/core/threads.py). Every training is a process of its own, interleaved."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import torch

from aelib.experiment import presets
from aelib.training import fit

from .machine import table, write

PRESET, EPOCHS, ROUNDS = "emoji-best", 60, 5
POLICIES = ("active", "passive")


def _seconds() -> float:
    experiment = presets.get(PRESET).with_values({"epochs": EPOCHS})
    fit(experiment.with_values({"epochs": 2}), "cpu")
    start = time.perf_counter()
    fit(experiment, "cpu")
    return time.perf_counter() - start


def _child(policy: str) -> float:
    environment = {**os.environ, "OMP_WAIT_POLICY": policy}
    command = [sys.executable, "-m", "benchmarks.busy", "--child"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout))


def _measured(others: int) -> dict[str, float]:
    """Median seconds by policy while `others` processes keep a core busy each."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
    try:
        found: dict[str, list[float]] = {policy: [] for policy in POLICIES}
        for _ in range(ROUNDS):
            for policy in POLICIES:
                found[policy].append(_child(policy))
        return {policy: statistics.median(values) for policy, values in found.items()}
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().child:
        print(json.dumps(_seconds()))
        return
    rows = []
    cores = os.cpu_count() or 1
    for others in (0, cores, 2 * cores):
        found = _measured(others)
        spinning, sleeping = (found[policy] for policy in POLICIES)
        rows.append([str(others), f"{spinning:.2f}", f"{sleeping:.2f}", f"{spinning / sleeping:.1f}"])
    header = ["other busy processes", "threads spin: s", "threads sleep: s", "ratio"]
    body = (
        f"`{PRESET}` with {EPOCHS} epochs and {torch.get_num_threads()} threads, median of {ROUNDS} interleaved "
        "processes.\n\n" + table(header, rows)
    )
    write("busy", "A training on a busy machine", body)


if __name__ == "__main__":
    main()
