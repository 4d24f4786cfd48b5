"""Convolutional training compared with a plain PyTorch DataLoader loop on the same net, the cost of the input pipeline
on a CUDA device, and the memory for training on all of MNIST. Every method runs in its own process, since `fit` changes
the memory allocation of the whole process. MNIST is read from AELIB_DATA."""

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

from . import baselines
from .machine import table, write

REPEATS, THREADS = 3, 2
IMAGES = 20_000  # images per measurement, at least
NETS = ("letters-7x7", "letters-7x7-best", "house-numbers-autoencoder", "photographs-3")
# net -> (preset, changes), for the memory that training on MNIST takes
MNIST = {
    "dense, 784-512-256-2, variational": ("mnist-vae", {}),
    "dense denoiser, 784-512-256-128-64-32": ("mnist-denoise", {}),
    "convolutional, code 7x7": ("letters-7x7-best", {"dataset": "mnist", "batch_size": 128}),
}


def _loop(experiment: Experiment, epochs: int, ready: bool) -> float:
    """Seconds for a DataLoader loop as in tutorials. ready: convert all images to floats before training."""
    torch.manual_seed(0)
    net, images = build(experiment), datasets.training_set(experiment.dataset)
    optimizer = torch.optim.Adam(net.parameters(), lr=experiment.optimizer.learning_rate)
    loss_of = nn.BCEWithLogitsLoss() if experiment.loss == "bce" else nn.MSELoss()
    if ready:
        data = TensorDataset(images.shown.float() / 255, images.images())
    else:
        data = baselines.ImagePairs(images.shown, images.pixels)
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
    """Seconds for the steps of `fit` alone, which is what the plain loop does."""
    device_speed.measure(experiment, "cpu", 1)  # warm
    return device_speed.measure(experiment, "cpu", epochs).seconds


def _fit(experiment: Experiment, epochs: int) -> float:
    """Seconds for `fit`: steps, an evaluation after each epoch, and the final evaluation."""
    fit(experiment.with_values({"epochs": 1}), "cpu")  # warm
    start = time.perf_counter()
    fit(experiment.with_values({"epochs": epochs}), "cpu")
    return time.perf_counter() - start


METHODS: dict[str, Callable[[Experiment, int], float]] = {
    "plain loop: DataLoader, images converted to floats one by one": lambda e, n: _loop(e, n, ready=False),
    "plain loop: DataLoader over floats": lambda e, n: _loop(e, n, ready=True),
    "ours, steps alone": _steps,
    "ours, all of `fit`": _fit,
}


def _epochs(experiment: Experiment) -> int:
    return -(-IMAGES // resolve(experiment).spec.splits.train)


def _child(*arguments: str) -> float:
    """The number that this module prints last when it is run with these arguments."""
    command = [sys.executable, "-m", "benchmarks.convolution", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def speed() -> str:
    """Images per second of every method, interleaved."""
    rows = []
    for name in NETS:
        experiment = presets.get(name)
        images = _epochs(experiment) * resolve(experiment).spec.splits.train
        times: dict[str, list[float]] = {method: [] for method in METHODS}
        for _ in range(REPEATS):
            for number, method in enumerate(METHODS):
                times[method].append(_child("--net", name, "--method", str(number)))
        best = {method: images / statistics.median(values) for method, values in times.items()}
        first, second = list(best.values())[:2]
        rows += [
            [name, experiment.network, method, f"{found:,.0f}", f"{found / first:.2f}", f"{found / second:.2f}"]
            for method, found in best.items()
        ]
    header = ["preset", "net", "method", "images a second", "times as fast as the first", "as the second"]
    return (
        "## Compared with a plain loop\n\n"
        f"The same nets, batches and optimiser (Adam), {THREADS} threads, every method in its own process, {REPEATS} "
        f"times, interleaved; medians over at least {IMAGES:,} images after an epoch to warm up. `fit` evaluates "
        "the net after each epoch and at the end. The reasons for the difference: images stay on the device as bytes "
        "and are converted to floats batch by batch, channels come last in memory, freed memory is kept for the next "
        "step, and Adam is one kernel for all weights.\n\n" + table(header, rows)
    )


def pipeline() -> str:
    """Time of a step on a CUDA device with a batch from the loader, and with a batch that is reused."""
    if not torch.cuda.is_available():
        return "## Input pipeline on a CUDA device\n\nNot measured: no CUDA device was available."
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
    header = ["preset", "µs a step", "µs with a reused batch", "share of the input pipeline"]
    return "## Input pipeline on a CUDA device\n\n" + table(header, rows)


def _peak(name: str) -> float:
    """Peak memory of this process in GB after two epochs on all of MNIST."""
    preset, values = MNIST[name]
    fit(presets.get(preset).with_values({**values, "epochs": 2}), "cpu")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def memory() -> str:
    """Peak memory of a process that trains on all of MNIST."""
    missing = datasets.spec("mnist").missing()
    if missing:
        return f"## Memory\n\nNot measured: {missing}"
    rows = [[name, f"{_child('--memory', name):.2f}"] for name in MNIST]
    return (
        "## Memory\n\nPeak memory of a process that trains on all 60,000 images of MNIST for two epochs with `fit`, "
        "Python and torch included.\n\n" + table(["net", "GB"], rows)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", help=argparse.SUPPRESS)
    parser.add_argument("--method", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    if options.memory:
        print(json.dumps(_peak(options.memory)))
    elif options.net:
        experiment = presets.get(options.net)
        print(json.dumps(list(METHODS.values())[options.method](experiment, _epochs(experiment))))
    else:
        write("convolution", "Convolutional nets", "\n\n".join([speed(), pipeline(), memory()]))


if __name__ == "__main__":
    main()
