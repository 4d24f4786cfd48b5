"""How fast is an epoch of one small net, and of a hundred at once, against the plain PyTorch loop that a student
writes: nn.Sequential, autograd, torch.optim.Adam. Same net, same data, same epochs, interleaved, in one run."""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from aelib import datasets, presets
from aelib.basics import pick_device
from aelib.engines import Batch
from aelib.ensemble import BatchedDense
from aelib.experiment import Experiment
from aelib.models import build
from aelib.training import fit

from .machine import table, write

ROUNDS, WARM_UP = 9, 30


def plain_loop(experiment: Experiment, device: torch.device) -> Callable[[int], None]:
    """The loop of every tutorial; returns a function that trains so many epochs."""
    layers: list[nn.Module] = []
    for step in experiment.model.steps():
        layers += [nn.Linear(step.inputs, step.outputs), nn.Sigmoid()]
    net = nn.Sequential(*layers).to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=experiment.optimizer.learning_rate)
    loss_function = nn.MSELoss()
    images = datasets.load(experiment.dataset).images().flatten(1).to(device)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            optimizer.zero_grad()
            loss_function(net(images), images).backward()
            optimizer.step()

    return train


def batched(experiment: Experiment, nets: int, device: torch.device) -> Callable[[int], None]:
    """Our engine's steps alone, without the looks that history and snapshots take."""
    members = [experiment.with_values({"seed": seed}) for seed in range(nets)]
    engine = BatchedDense([build(member) for member in members], members, device)
    images = datasets.load(experiment.dataset).images().to(device)[None]
    batch = Batch(images, images)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            engine.step(batch, 1.0)

    return train


def fitted(experiment: Experiment, device: torch.device) -> Callable[[int], None]:
    """Everything that `fit` does: history, snapshots, metrics and all."""
    return lambda epochs: void(fit(experiment.with_values({"epochs": epochs}), device.type))


def void(_: object) -> None:
    """Discard a result."""


def measure(ways: dict[str, tuple[Callable[[int], None], int, int]], device: torch.device) -> dict[str, float]:
    """Median µs an epoch and net of every way (function, epochs a round, nets), rounds interleaved."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for train, _, _ in ways.values():
        train(WARM_UP)
    for _ in range(ROUNDS):
        for name, (train, epochs, nets) in ways.items():
            start = time.perf_counter()
            train(epochs)
            if device.type == "cuda":
                torch.cuda.synchronize()
            times[name].append((time.perf_counter() - start) / epochs / nets * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "mps"])
    device = pick_device(parser.parse_args().device)
    experiment = presets.get("font-20-10").with_values({"model.code_activation": "sigmoid"})
    rows = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        ways = {
            "plain PyTorch loop": (plain_loop(experiment, device), 300, 1),
            "ours, one net, steps alone": (batched(experiment, 1, device), 1500, 1),
            "ours, one net, all of `fit`": (fitted(experiment, device), 3000, 1),
            "ours, 100 nets at once": (batched(experiment, 100, device), 100, 100),
        }
        result = measure(ways, device)
        base = result["plain PyTorch loop"]
        rows += [[name, str(threads), f"{us:.1f}", f"{base / us:.1f}"] for name, us in result.items()]
    body = (
        "35-20-10-2-10-20-35, sigmoid, 32 characters in one batch, Adam; one step is one epoch. "
        f"Median of {ROUNDS} interleaved rounds. `fit` always takes one thread for a net this small.\n\n"
    )
    header = ["way", "threads", "µs an epoch and net", "times as fast as the plain loop, same threads"]
    write("training", "Training speed", body + table(header, rows))


if __name__ == "__main__":
    main()
