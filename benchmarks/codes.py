"""What codes of several kinds and sizes are good for, over seeds: 5 nearest neighbours, a linear probe and the error.

    python -m benchmarks.codes [SEEDS]

It trains the nets of the lesson's sweep from `digits-codes`, beside PCA and pixels.
"""

import statistics
import sys

from aelib.analysis.codes import sizes
from aelib.experiment import presets, resolve
from aelib.training import Run, fit_many

from .machine import table, write

SEEDS = 5


def measure(seeds: int) -> dict[tuple[str, int], list[sizes.Worth]]:
    """(kind, numbers) -> what the codes of each seed are good for."""
    base = presets.get("digits-codes")
    found: dict[tuple[str, int], list[sizes.Worth]] = {}
    for seed in range(seeds):
        wanted = sizes.of_kinds(base.with_values({"seed": seed}), resolve(base).spec)
        runs = [run for run in fit_many(list(wanted.values()), "cpu") if isinstance(run, Run)]
        if len(runs) < len(wanted):
            raise RuntimeError("a training failed")
        for one in sizes.worths([kind for kind, _ in wanted], runs):
            found.setdefault((one.kind, one.numbers), []).append(one)
    return found


def _spread(values: list[float], digits: int, unit: str = "") -> str:
    """Mean and standard deviation; the value alone where all are equal, as PCA's are."""
    if max(values) == min(values):
        return f"{values[0]:.{digits}f}{unit}"
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}{unit}"


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    rows = [
        [
            kind,
            str(numbers),
            _spread([100 * one.knn for one in worths], 1, " %"),
            _spread([100 * one.probe for one in worths], 1, " %"),
            _spread([one.mse for one in worths if one.mse is not None], 4) if worths[0].mse is not None else "–",
        ]
        for (kind, numbers), worths in measure(seeds).items()
    ]
    body = (
        f"`digits-codes` with codes of several sizes, {seeds} seeds, mean ± standard deviation. Both classifiers learn "
        "from the codes of the training images and are tested on those of the test images.\n\n"
        + table(["code", "numbers", "5 nearest neighbours", "linear probe", "MSE"], rows)
    )
    write("codes", "What codes are good for", body)


if __name__ == "__main__":
    main()
