"""Linear autoencoders beside PCA, over seeds: angles between the two planes, and errors.

    python -m benchmarks.linear [SEEDS]

It trains `font-linear`, `digits-linear` and a linear net on MNIST, which is read from AELIB_DATA. The errors are those
of the training images, for which PCA's is the least that a linear net can have.
"""

import statistics
import sys

from aelib.analysis.linear import plane
from aelib.experiment import Experiment, change, presets
from aelib.training import Run, fit_many

from .machine import table, write

SEEDS = 5
MNIST = {
    "dataset": "mnist",
    "model.layers": (784, 10),
    "batch_size": 1000,
    "epochs": 100,
    "optimizer.learning_rate": 0.01,
}
NETS = {
    "font5x7": presets.get("font-linear"),
    "digits8x8": presets.get("digits-linear"),
    "mnist": change(presets.get("digits-linear"), MNIST),
}


def measure(experiment: Experiment, seeds: int) -> list[tuple[float, float, float]]:
    """For each seed: the largest principal angle in degrees, the error of the net and that of PCA."""
    rows = []
    for run in fit_many([experiment.with_values({"seed": seed}) for seed in range(seeds)], "cpu"):
        if not isinstance(run, Run):
            raise RuntimeError(f"a training failed: {run}")
        found = plane.against_pca(run)
        rows.append((found.largest_angle, plane.training_error(run), found.pca.training_mse))
    return rows


def _text(values: list[float], form: str) -> str:
    return f"{statistics.mean(values):{form}} ± {statistics.stdev(values):{form}}"


def summary(seeds: int) -> str:
    """The page."""
    rows = []
    for name, experiment in NETS.items():
        found = measure(experiment, seeds)
        angles, errors = [angle for angle, *_ in found], [error for _, error, _ in found]
        above = [100 * (error / least - 1) for _, error, least in found]
        net = f"{experiment.network}, {experiment.epochs:,} epochs"
        rows.append([name, net, _text(angles, ".3f"), f"{found[0][2]:.6f}", _text(errors, ".6f"), _text(above, ".4f")])
        print(rows[-1], flush=True)
    head = ["data set", "net", "largest angle, degrees", "MSE of PCA", "MSE of the net", "above PCA, %"]
    return "\n\n".join(
        [
            "Linear nets (`font-linear`, `digits-linear`, and the same on MNIST in batches of "
            f"{MNIST['batch_size']:,}) beside PCA with as many components, fitted to the same training images. The "
            "angle is the largest principal angle between the plane of the decoder and that of PCA; the errors are "
            f"those of all training images. {seeds} seeds, mean ± standard deviation.",
            table(head, rows),
            "While one direction of PCA is not found yet, the angle is large and the error hardly larger than PCA's: "
            "of neighbouring directions with nearly the same variance, training separates the last ones last.",
        ]
    )


def main() -> None:
    write("linear", "Linear nets beside PCA", summary(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS))


if __name__ == "__main__":
    main()
