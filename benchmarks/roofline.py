"""What the processor can do at most, and how close a step of one small net and of a hundred comes: arithmetic,
exponentials and bandwidth of one thread, measured with compiled loops as the engine has them."""

import functools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from aelib import datasets
from aelib.experiment import Experiment, presets, resolve
from aelib.models import build
from aelib.nn import compiled_loops
from aelib.nn.compiled_loops import F, compiled
from aelib.training.engines.base import Batch, Engine
from aelib.training.engines.batched import BatchedDense
from aelib.training.engines.compiled import CompiledDense
from aelib.training.engines.lanes import WIDTH, load, plus, store, zeros

from .machine import table, write

ROUNDS = 40
BYTES = 28  # that the rule reads and writes for one parameter: 4 numbers and 3


@compiled
def products(rounds: int, x: Any) -> None:
    """Multiply and add, eight sums of WIDTH samples at a time: nothing is read."""
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = zeros()
    v = load(x, 0)
    for r in range(rounds):
        w = F(r)
        a0 = plus(a0, w, v)
        a1 = plus(a1, w, v)
        a2 = plus(a2, w, v)
        a3 = plus(a3, w, v)
        a4 = plus(a4, w, v)
        a5 = plus(a5, w, v)
        a6 = plus(a6, w, v)
        a7 = plus(a7, w, v)
    for i, a in enumerate((a0, a1, a2, a3, a4, a5, a6, a7)):
        store(x, i * WIDTH, a)


@compiled
def exponentials(x: Any, y: Any) -> None:
    for s in range(len(x)):
        y[s] = compiled_loops.exp(x[s])


@compiled
def scaled(x: Any, y: Any, times: int) -> None:
    for r in range(times):
        w = F(r)
        for s in range(len(x)):
            y[s] = x[s] * w


def each(work: Callable[[], object], times: int = 1) -> float:
    """Least seconds of processor time of a call, of `times` in a row: other work on the machine counts least so."""
    work()
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - start) / times)
    return min(found)


def machine() -> tuple[list[list[str]], dict[str, float]]:
    """Rows of a table, and the figures: operations a second, values of each activation a second, bytes a second."""
    x = torch.rand(8 * WIDTH).numpy()
    rounds = 100_000
    flops = 16 * WIDTH * rounds / each(lambda: products(rounds, x))
    z, y = torch.linspace(-8, 8, 2**16).numpy(), torch.zeros(2**16).numpy()
    sigmoid, tanh = (
        compiled(loop, "void(float32[::1], float32[::1], float32)")
        for loop in (compiled_loops.sigmoid, compiled_loops.tanh)
    )
    figures = {
        "flops": flops,
        "exp": len(z) / each(lambda: exponentials(z, y)),
        "sigmoid": len(z) / each(lambda: sigmoid(z, y, F(0))),
        "tanh": len(z) / each(lambda: tanh(z, y, F(0))),
    }
    rows = [["multiplications and additions, float32", f"{flops / 1e9:.0f} GFLOP/s"]]
    rows += [[name, f"{figures[name] / 1e9:.1f} billion a second"] for name in ("exp", "sigmoid", "tanh")]
    passes = 2**24  # numbers
    for name, size in (("32 KB", 2**12), ("512 KB", 2**16), ("64 MB", 2**23)):
        a, b = torch.rand(size).numpy(), torch.zeros(size).numpy()
        times = passes // size
        figures[name] = 8 * passes / each(functools.partial(scaled, a, b, times))
        rows.append([f"read and write, {name} of memory", f"{figures[name] / 1e9:.0f} GB/s"])
    return rows, figures


def step_seconds(engine: Engine, images: torch.Tensor, epochs: int) -> float:
    """Seconds of a step, of all members."""
    batch = Batch(images, images)
    if isinstance(engine, CompiledDense):
        factors, keep = np.ones(epochs), np.zeros(epochs, np.bool_)
        return each(lambda: engine.steps(batch, factors, keep)) / epochs
    return each(lambda: engine.step(batch, 1.0), epochs)


def main() -> None:
    torch.set_num_threads(1)
    experiment: Experiment = presets.get("font-20-10").with_values({"model.code_activation": "sigmoid"})
    net, steps = resolve(experiment).architecture, experiment.model.steps()
    images = datasets.load(experiment.dataset).images()[None]
    samples = images.shape[1]
    weights = sum(step.inputs * step.outputs for step in steps)
    forward, first = 2 * weights * samples, 2 * steps[0].inputs * steps[0].outputs * samples
    neurons = sum(step.outputs for step in steps) * samples
    operations = 3 * forward - first
    rows, figures = machine()
    limits = {
        "matrix products": operations / figures["flops"],
        "sigmoids": neurons / figures["sigmoid"],
        "Adam": BYTES * net.parameters / figures["32 KB"],
    }
    least = limits["matrix products"] + limits["sigmoids"] + limits["Adam"]
    counted = [
        ["matrix products", f"{operations:,} operations", f"{limits['matrix products'] * 1e6:.2f}"],
        ["sigmoids", f"{neurons:,}", f"{limits['sigmoids'] * 1e6:.2f}"],
        ["Adam", f"{BYTES * net.parameters:,} bytes", f"{limits['Adam'] * 1e6:.2f}"],
        ["together", "", f"{least * 1e6:.2f}"],
    ]
    engines = []
    for nets, epochs in ((1, 2000), (100, 20)):
        members = [experiment.with_values({"seed": seed}) for seed in range(nets)]
        models = [build(member) for member in members]
        compiled_nets, batched_nets = CompiledDense(models, members), BatchedDense(models, members, images.device)
        for name, engine in (("compiled", compiled_nets), ("batched", batched_nets)):
            seconds = step_seconds(engine, images, epochs if name == "compiled" else max(1, epochs // 10)) / nets
            speed = f"{operations / seconds / 1e9:.0f} GFLOP/s"
            engines.append([name, str(nets), f"{seconds * 1e6:.2f}", speed, f"{least / seconds:.0%}"])
    body = (
        f"One thread. The net is 35-20-10-2-10-20-35 with sigmoids, {samples} images in one batch, {net.parameters:,} "
        f"parameters.\n\n## The machine\n\n{table(['what', 'measured'], rows)}\n\n## One step\n\n"
        f"{table(['part', 'amount', 'µs at least'], counted)}\n\nForward, gradient of the weights, and backward but "
        "for the first layer are two operations for each weight and image. The sum has no part at the same time as "
        "another.\n\n"
        "## How close the engines come\n\n"
        f"{table(['engine', 'nets', 'µs a step and net', 'matrix products', 'of the limit'], engines)}\n\n"
        "Processor time, the least of many rounds. What is left is mostly the gradient of the weights (a sum over "
        "samples is folded to one number for each weight, which takes as many instructions again as its products) "
        "and the root and the division of Adam."
    )
    write("roofline", "The limit of the machine", body)


if __name__ == "__main__":
    main()
