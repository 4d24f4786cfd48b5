"""The time that the app says a training will take, beside what it takes: on an idle machine and beside busy processes.

Each net is trained twice, with two seeds: the first estimate knows other nets of this server, the second one this net.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aelib.experiment import presets
from aelib.jobs import JobScheduler
from aelib.store import Store

from .machine import table, write

PRESETS = (
    "font-best",
    "font-denoise-best",
    "digits-vae",
    "digits-sparse-l1",
    "digits-vq",
    "digits-denoise",
    "letters-7x7",
    "emoji-best",
)
SHORTER = {"digits-denoise": 20, "letters-7x7": 1, "emoji-best": 100}  # epochs, so that all of it takes minutes
SETTLES = 90.0  # seconds until the system's load average says how busy the machine is


@contextmanager
def _busy(processes: int) -> Iterator[None]:
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        if burners:
            time.sleep(SETTLES)
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def _trained(jobs: JobScheduler, name: str, seed: int) -> tuple[float, float]:
    """Estimated and actual seconds."""
    preset = presets.get(name)
    experiment = preset.with_values({"seed": seed, "epochs": SHORTER.get(name, preset.epochs)})
    estimate = jobs.estimate([experiment])
    start = time.perf_counter()
    job = jobs.submit(experiment)
    job.finished.wait()
    assert job.state == "done", job.reason
    return estimate, time.perf_counter() - start


def main() -> None:
    rows, within = [], {0: 0, 1: 0}
    for others in (0, os.cpu_count() or 1):
        with tempfile.TemporaryDirectory() as folder, _busy(others):
            jobs = JobScheduler(Store(Path(folder)), is_server=False)
            _trained(jobs, PRESETS[0], 99)  # starts the workers
            for name in PRESETS:
                row = [str(others), f"`{name}`"]
                for seed in range(2):
                    estimate, seconds = _trained(jobs, name, seed)
                    ratio = seconds / estimate
                    within[seed] += 0.5 <= ratio <= 2
                    row += [f"{estimate:.2f}", f"{seconds:.2f}", f"{ratio:.2f}"]
                rows.append(row)
            jobs.close()
    header = ["other busy processes", "net", "first: said", "took", "ratio", "again: said", "took", "ratio"]
    body = (
        f"Within a factor of 2: {within[0]} of {len(rows)} nets that this server has not trained before, and "
        f"{within[1]} of {len(rows)} the second time. Seconds.\n\n" + table(header, rows)
    )
    write("estimates", "The time that a training is said to take", body)


if __name__ == "__main__":
    main()
