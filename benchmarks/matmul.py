"""Matrix products of a training step, by size: torch's default (MKL on x86) compared with oneDNN."""

import statistics
import time
from collections.abc import Callable

import torch

from aelib.training.engines import matmul

from .machine import table, write

ROUNDS, REPEATS = 9, 20
SIZES = [
    (36, 20, 32),
    (129, 64, 32),
    (401, 300, 8),
    (401, 300, 32),
    (257, 512, 64),
    (257, 512, 128),
    (785, 512, 128),
    (785, 512, 1000),
]


def _seconds(methods: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds per call, rounds interleaved."""
    times: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(ROUNDS):
        for name, method in methods.items():
            method()
            start = time.perf_counter()
            for _ in range(REPEATS):
                method()
            times[name].append((time.perf_counter() - start) / REPEATS)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    torch.set_num_threads(2)
    rows = []
    least, matmul.LEAST = matmul.LEAST, 0
    for inputs, outputs, images in SIZES:
        weights, rows_in = torch.randn(1, outputs, inputs), torch.randn(1, inputs, images)
        delta, out = torch.randn(1, outputs, images), torch.empty(1, outputs, images)
        gradient, back = torch.empty(1, outputs, inputs), torch.empty(1, inputs - 1, images)
        steps = [
            (weights, rows_in, out),
            (delta, rows_in.transpose(1, 2), gradient),
            (weights[:, :, :-1].transpose(1, 2), delta, back),
        ]

        def mkl() -> None:
            for a, b, c in steps:  # noqa: B023 - called in the same iteration
                torch.bmm(a, b, out=c)

        def onednn() -> None:
            for a, b, c in steps:  # noqa: B023
                matmul.bmm(a, b, c)

        found = _seconds({"torch": mkl, "oneDNN": onednn})
        size = inputs * outputs * images
        chosen = "oneDNN" if size >= least else "torch"
        ratio = found["torch"] / found["oneDNN"]
        cells = [f"{found[name] * 1e6:.0f}" for name in ("torch", "oneDNN")]
        rows.append([f"{inputs} x {outputs}", str(images), f"{size:,}", *cells, f"{ratio:.2f}", chosen])
    matmul.LEAST = least
    header = ["layer", "images", "multiplications", "torch, µs", "oneDNN, µs", "times as fast", "taken"]
    about = "Forward, gradient of the weights, gradient of the inputs (inputs count the bias); two threads."
    write("matmul", "Matrix products", f"{about}\n\n{table(header, rows)}")


if __name__ == "__main__":
    main()
