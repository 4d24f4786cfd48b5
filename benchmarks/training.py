"""Time of an epoch for one small net and for a hundred together, compared with the baselines of `baselines.py`: a plain
PyTorch loop, NumPy by hand, JAX. All train the same net on the same data, interleaved in one process."""

import argparse
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

import torch

from aelib import datasets
from aelib.analysis.sweep import SWEEPS
from aelib.core.device import pick_device
from aelib.experiment import Experiment, presets
from aelib.models import build
from aelib.training import fit, fit_many
from aelib.training.engines import numba_support
from aelib.training.engines.base import Batch
from aelib.training.engines.batched import BatchedDense
from aelib.training.engines.cuda_graphs import GraphedDense

from . import baselines
from .machine import table, write

ROUNDS, WARM_UP = 9, 30


def compiled(experiment: Experiment) -> Callable[[int], None]:
    """The steps of the compiled engine, without evaluation."""
    from aelib.training.engines.compiled import CompiledDense

    engine = CompiledDense([build(experiment)], [experiment])
    images = datasets.load(experiment.dataset).images()[None]
    batch = Batch(images, images)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            engine.step(batch, 1.0)

    return train


def batched(
    experiment: Experiment, nets: int, device: torch.device, kind: type[BatchedDense] = BatchedDense
) -> Callable[[int], None]:
    """The steps of a batched engine, without the evaluation for history and snapshots."""
    members = [experiment.with_values({"seed": seed}) for seed in range(nets)]
    engine = kind([build(member) for member in members], members, device)
    images = datasets.load(experiment.dataset).images().to(device)[None]
    batch = Batch(images, images)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            engine.step(batch, 1.0)

    return train


def fitted(experiment: Experiment, device: torch.device) -> Callable[[int], None]:
    """Everything that `fit` does, history, snapshots and metrics included."""
    return lambda epochs: void(fit(experiment.with_values({"epochs": epochs}), device.type))


def void(_: object) -> None:
    """Discard a result."""


def measure(methods: dict[str, tuple[Callable[[int], None], int, int]], device: torch.device) -> dict[str, float]:
    """Median µs per epoch and net of every method, rounds interleaved. methods: name -> (function, epochs per round,
    nets)."""
    times: dict[str, list[float]] = {name: [] for name in methods}
    for train, _, _ in methods.values():
        train(WARM_UP)
    for _ in range(ROUNDS):
        for name, (train, epochs, nets) in methods.items():
            start = time.perf_counter()
            train(epochs)
            if device.type == "cuda":
                torch.cuda.synchronize()
            times[name].append((time.perf_counter() - start) / epochs / nets * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def methods(experiment: Experiment, device: torch.device) -> dict[str, tuple[Callable[[int], None], int, int]]:
    """The methods to compare: name -> (function, epochs per round, nets)."""
    found: dict[str, tuple[Callable[[int], None], int, int]] = {
        "plain PyTorch loop": (baselines.plain_loop(experiment, device), 300, 1),
        "NumPy by hand": (baselines.numpy_loop(experiment), 500, 1),
    }
    if find_spec("jax") is not None:
        found["JAX, jit of scan, one net"] = (baselines.jax_scan(experiment, 1, 2000), 2000, 1)
        found["JAX, jit of vmapped scan, 100 nets"] = (baselines.jax_scan(experiment, 100, 100), 100, 100)
    found["ours, one net, PyTorch by hand, steps alone"] = (batched(experiment, 1, device), 1500, 1)
    if numba_support.KIND.serves([experiment], device):
        found["ours, one net, compiled, steps alone"] = (compiled(experiment), 3000, 1)
    found["ours, one net, all of `fit`"] = (fitted(experiment, device), 5000, 1)
    found["ours, 100 nets at once, steps alone"] = (batched(experiment, 100, device), 100, 100)
    if device.type == "cuda":
        graphed = batched(experiment, 100, device, GraphedDense)
        found["ours, 100 nets at once, CUDA graph"] = (graphed, 1000, 100)
    return found


def analysis(device: torch.device) -> float:
    """Seconds for the documents' learning-rate analysis: 400 trainings of 10,000 epochs."""
    start = time.perf_counter()
    fit_many(SWEEPS["rate"].sweep.experiments(), device.type)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "mps"])
    device = pick_device(parser.parse_args().device)
    experiment = presets.get("font-20-10").with_values({"model.code_activation": "sigmoid"})
    rows = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        result = measure(methods(experiment, device), device)
        base = result["plain PyTorch loop"]
        rows += [[name, str(threads), f"{us:.1f}", f"{base / us:.1f}"] for name, us in result.items()]
    seconds = analysis(device)
    missing = "" if find_spec("jax") else " JAX is missing here: pip install -r requirements-jax.txt."
    body = (
        f"35-20-10-2-10-20-35, sigmoid, 32 characters in one batch, Adam; one step is one epoch. Median of {ROUNDS} "
        "interleaved rounds. Threads are PyTorch's; `fit` always takes one for a net this small, and JAX takes as "
        f"many as it likes.{missing}\n\n"
    )
    header = ["method", "threads", "µs an epoch and net", "times as fast as the plain loop, same threads"]
    after = (
        "\n\nThe documents' learning-rate analysis, 400 trainings of 10,000 epochs of 35-20-2-20-35 with all that "
        f"`fit` keeps of each: **{seconds:.1f} s**."
    )
    name = "training" if device.type == "cpu" else f"training-{device.type}"
    command = "training" if device.type == "cpu" else f"training --device {device.type}"
    write(name, f"Training speed on {device.type.upper()}", body + table(header, rows) + after, command)


if __name__ == "__main__":
    main()
