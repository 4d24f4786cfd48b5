"""A code of codebook entries against dense codes of as many bits, on MNIST's test images.

    python -m benchmarks.codebook [SEEDS]

It trains the preset `mnist-vq` and plain dense nets with the same hidden layer, activation and training, whose code
numbers are stored in 8 and in 4 bits: as many bits an image as the codebook's. MNIST is read from AELIB_DATA.
"""

import statistics
import sys

from aelib.analysis import judged
from aelib.analysis.reconstruction import rate_distortion
from aelib.experiment import Experiment, presets
from aelib.metrics import image_quality
from aelib.training import Run, fit

from .machine import table, write

SEEDS = 5
BITS = (8, 4)  # of each number of a dense code


def dense(experiment: Experiment, numbers: int) -> Experiment:
    """The same net with a plain code of so many numbers."""
    layers = (*experiment.model.layers[:-1], numbers)
    return experiment.with_values({"model.codebook.entries": 0, "model.layers": layers})


def psnr_of(run: Run, bits: int) -> float:
    """PSNR in dB of the images decoded from codes of so many bits a number."""
    images = rate_distortion.test_images(run.experiment.dataset)
    made = rate_distortion.reconstructed(run, rate_distortion.encode_run(run), range(len(images)), bits)
    return image_quality.mean_psnr(made, images.images())


def measure(seed: int) -> dict[str, float]:
    """name -> figure, of one seed."""
    experiment = presets.get("mnist-vq").with_values({"seed": seed})
    run = fit(experiment, "cpu")
    found = judged.figures(run)
    images = rate_distortion.test_images(experiment.dataset)
    outputs = run.restored(run.inputs_of(images)).clamp(0, 1)
    row = {
        "bits": found["code_bits"],
        "perplexity": found["perplexity"],
        "codebook, dB": image_quality.mean_psnr(outputs, images.images()),
        "seconds": run.seconds,
    }
    for bits in BITS:
        numbers = int(found["code_bits"]) // bits
        row[f"dense, {numbers} numbers of {bits} bits, dB"] = psnr_of(fit(dense(experiment, numbers), "cpu"), bits)
    return row


def summary(rows: list[dict[str, float]]) -> str:
    """The page: mean and standard deviation over seeds, then every seed."""
    experiment = presets.get("mnist-vq")
    means = [
        [name, f"{statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}"]
        for name, values in ((name, [row[name] for row in rows]) for name in rows[0])
    ]
    seeds = [[str(seed), *(f"{value:.2f}" for value in row.values())] for seed, row in enumerate(rows)]
    return "\n\n".join(
        [
            f"`mnist-vq` ({experiment.network}, {experiment.model.codebook.entries} entries of "
            f"{experiment.model.codebook.numbers} numbers, {experiment.epochs} epochs) beside plain dense nets with "
            "the same hidden layer, activation and training, whose code numbers are stored in 8 and in 4 bits. PSNR is "
            f"the mean over test images. {len(rows)} seeds, mean and standard deviation.",
            table(["figure", "mean ± standard deviation"], means),
            table(["seed", *rows[0]], seeds),
        ]
    )


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    write("codebook", "A codebook against dense codes", summary([measure(seed) for seed in range(seeds)]))


if __name__ == "__main__":
    main()
