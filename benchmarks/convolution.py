"""Convolutional training against a plain PyTorch DataLoader loop on the same net, what the input pipeline costs on a
CUDA device, and the memory that training on all of MNIST takes. Every way has a process of its own, since how memory
is kept holds for a whole process. MNIST is looked for in AELIB_DATA."""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from aelib import datasets
from aelib.experiment import Experiment, presets, resolve
from aelib.models import build
from aelib.training import device_speed, fit
from aelib.training.batches import BatchLoader
from aelib.training.engines.autograd import AutogradEngine

from . import rivals
from .machine import table, write

REPEATS, THREADS, IMAGES = 3, 2, 20_000  # images: to train on, at least, while the clock runs
NETS = ("letters-7x7", "letters-7x7-best", "house-numbers-autoencoder", "photographs-3")
# (preset, other fields): nets trained on MNIST for their memory
MNIST = {
    "dense, 784-512-256-2, variational": ("mnist-vae", {}),
    "dense denoiser, 784-512-256-128-64-32": ("mnist-denoise", {}),
    "convolutional, code 7x7": ("letters-7x7-best", {"dataset": "mnist", "batch_size": 128}),
}


def _loop(experiment: Experiment, epochs: int, ready: bool) -> float:
    """Seconds of a DataLoader loop as tutorials write it. ready: all images are floats before training begins."""
    torch.manual_seed(0)
    net, images = build(experiment), datasets.training_set(experiment.dataset)
    optimizer = torch.optim.Adam(net.parameters(), lr=experiment.optimizer.learning_rate)
    loss_of = nn.BCEWithLogitsLoss() if experiment.loss == "bce" else nn.MSELoss()
    if ready:
        data = TensorDataset(images.shown.float() / 255, images.images())
    else:
        data = rivals.Pictures(images.shown, images.pixels)
    loader = DataLoader(data, batch_size=experiment.batch_size, shuffle=True)

    def epoch() -> None:
        for x, target in loader:
            optimizer.zero_grad()
            _, logits = net.through(x)
            outputs = logits if experiment.loss == "bce" else net.output(logits)
            loss_of(outputs, target).backward()
            optimizer.step()

    net.train()
    epoch()  # warm
    start = time.perf_counter()
    for _ in range(epochs):
        epoch()
    return time.perf_counter() - start


def _steps(experiment: Experiment, epochs: int) -> float:
    """Seconds of the steps of `fit` alone: what the plain loop does."""
    device_speed.measure(experiment, "cpu", 1)  # warm
    return device_speed.measure(experiment, "cpu", epochs).seconds


def _fit(experiment: Experiment, epochs: int) -> float:
    """Seconds of `fit`: steps, looks after each epoch, judging in the end."""
    fit(experiment.with_values({"epochs": 1}), "cpu")  # warm
    start = time.perf_counter()
    fit(experiment.with_values({"epochs": epochs}), "cpu")
    return time.perf_counter() - start


WAYS: dict[str, Callable[[Experiment, int], float]] = {
    "plain loop: DataLoader, images made to floats one by one": lambda e, n: _loop(e, n, ready=False),
    "plain loop: DataLoader over floats that are ready": lambda e, n: _loop(e, n, ready=True),
    "ours, steps alone": _steps,
    "ours, all of `fit`": _fit,
}


def _epochs(experiment: Experiment) -> int:
    return -(-IMAGES // resolve(experiment).spec.splits.train)


def _child(*arguments: str) -> float:
    """What this module, called with these arguments, prints last."""
    command = [sys.executable, "-m", "benchmarks.convolution", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def speed() -> str:
    """Images a second of every way, interleaved."""
    rows = []
    for name in NETS:
        experiment = presets.get(name)
        images = _epochs(experiment) * resolve(experiment).spec.splits.train
        times: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(REPEATS):
            for number, way in enumerate(WAYS):
                times[way].append(_child("--net", name, "--way", str(number)))
        best = {way: images / statistics.median(values) for way, values in times.items()}
        first, second = list(best.values())[:2]
        rows += [
            [name, experiment.network, way, f"{found:,.0f}", f"{found / first:.2f}", f"{found / second:.2f}"]
            for way, found in best.items()
        ]
    header = ["preset", "net", "way", "images a second", "times as fast as the first", "as the second"]
    return (
        f"## Against a plain loop\n\nThe same nets, batches and optimiser (Adam), {THREADS} threads, every way in a "
        f"process of its own, {REPEATS} times, interleaved; medians over at least {IMAGES:,} images after an epoch to "
        "warm up. `fit` looks at the net after each epoch and judges it in the end. What makes the difference: images "
        "lie on the device as bytes and are made to floats a batch at a time, channels come last in memory, memory "
        "that is freed is kept for the next step, Adam is one kernel for all weights.\n\n" + table(header, rows)
    )


def pipeline() -> str:
    """What a step costs on a CUDA device with its batch from the loader, and with a batch that is there."""
    if not torch.cuda.is_available():
        return "## Input pipeline on a CUDA device\n\nNot measured: no CUDA device was at hand."
    device, rows = torch.device("cuda"), []
    for name in ("house-numbers-autoencoder", "house-numbers-denoise", "letters-7x7-best"):
        experiment = presets.get(name)
        images = datasets.training_set(experiment.dataset)
        loader = BatchLoader(
            [experiment], images, datasets.normalization(experiment.normalization, images.pixels), device
        )
        engine = AutogradEngine(build(experiment), experiment, device)
        epochs = _epochs(experiment)
        steps = epochs * -(-len(images) // (experiment.batch_size or len(images)))
        found: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(REPEATS + 1):  # the first warms up
            for fed in found:
                batch = next(iter(loader.epoch(1)))
                torch.cuda.synchronize()
                start = time.perf_counter()
                if fed:
                    for epoch in range(1, epochs + 1):
                        for each in loader.epoch(epoch):
                            engine.step(each, 1.0)
                else:
                    for _ in range(steps):
                        engine.step(batch, 1.0)
                torch.cuda.synchronize()
                found[fed].append((time.perf_counter() - start) / steps)
        with_feed, without = (statistics.median(values[1:]) for values in found.values())
        rows.append([name, f"{1e6 * with_feed:,.0f}", f"{1e6 * without:,.0f}", f"{1 - without / with_feed:.1%}"])
    header = ["preset", "µs a step", "µs with a batch that is there", "share of the input pipeline"]
    return "## Input pipeline on a CUDA device\n\n" + table(header, rows)


def _peak(name: str) -> float:
    """Gigabytes that this process has held at most, after two epochs on all of MNIST."""
    preset, values = MNIST[name]
    fit(presets.get(preset).with_values({**values, "epochs": 2}), "cpu")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def memory() -> str:
    """The most memory of a process that trains on all of MNIST."""
    missing = datasets.spec("mnist").missing()
    if missing:
        return f"## Memory\n\nNot measured: {missing}"
    rows = [[name, f"{_child('--memory', name):.2f}"] for name in MNIST]
    return (
        "## Memory\n\nThe most that a process held which trained on all 60,000 images of MNIST for two epochs with "
        "`fit`, Python and torch included.\n\n" + table(["net", "GB"], rows)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", help=argparse.SUPPRESS)
    parser.add_argument("--way", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    if options.memory:
        print(json.dumps(_peak(options.memory)))
    elif options.net:
        experiment = presets.get(options.net)
        print(json.dumps(list(WAYS.values())[options.way](experiment, _epochs(experiment))))
    else:
        write("convolution", "Convolutional nets", "\n\n".join([speed(), pipeline(), memory()]))


if __name__ == "__main__":
    main()
