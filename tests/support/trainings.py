"""Trainings that take one line each, and trainings that last as long as a test needs, on any machine."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast

from aelib.experiment import Experiment, change, presets
from aelib.jobs import Job
from aelib.training import Run, fit, fit_many

from .patience import PATIENCE

BEST = presets.get("font-best")
# 32 million steps: a quarter of an hour on the fastest machine, so every test that starts it stops it.
LONG_VALUES = {"epochs": "1000000", "batch_size": "1"}
LONG = BEST.with_values(LONG_VALUES)
LONG_QUERY = "preset=font-best&" + "&".join(f"{key}={value}" for key, value in LONG_VALUES.items())
DIVERGES = BEST.with_values(
    {"loss": "mse", "model.output_activation": "identity", "optimizer.kind": "sgd", "optimizer.learning_rate": 100}
)


def finished(job: Job) -> Job:
    """The job, once it has ended."""
    assert job.finished.wait(PATIENCE), "the job never ended"
    return job


@contextmanager
def held(threads: ThreadPoolExecutor) -> Iterator[None]:
    """Nothing that is submitted to these threads begins before the end of the block."""
    opened = threading.Event()
    for _ in range(threads._max_workers):
        threads.submit(opened.wait, PATIENCE)
    try:
        yield
    finally:
        opened.set()


def trained(preset: str, values: Mapping[str, Any]) -> Run:
    """A preset with these values, trained on the CPU."""
    return fit(change(presets.get(preset), values), "cpu")


def trained_together(*experiments: Experiment) -> list[Run]:
    """The run of each, all trained on the CPU in one go; none may diverge."""
    runs = fit_many(list(experiments), "cpu")
    assert all(isinstance(run, Run) for run in runs), runs
    return cast("list[Run]", runs)
