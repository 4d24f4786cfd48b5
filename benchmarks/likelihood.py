"""How likely MNIST in black and white is under variational nets, beside published figures.

    python -m benchmarks.likelihood train vae|iwae [FIRST LAST]   train and measure the seeds from FIRST to before LAST
    python -m benchmarks.likelihood                               write likelihood.md of what is stored

MNIST is read from AELIB_DATA, and runs are kept in AELIB_HOME, where a run that is there already is not trained again.
"""

import statistics
import sys

import torch

from aelib import datasets
from aelib.analysis.generative import likelihood
from aelib.experiment import Experiment, digest_of, presets
from aelib.store import Store
from aelib.training import Run, fit

from .machine import table, write

SEEDS = 5
SAMPLES = {"vae": 200, "iwae": 5000}  # as in the table of pythae, for the test images
IMAGES = {"vae": 10_000, "iwae": 1_000}
PUBLISHED = {"vae": "89.78 (200 samples)", "iwae": "86.82 (5,000 samples)"}
SHARED = {
    "dataset": "mnist_binary",
    "model.variational": True,
    "model.layers": (784, 200, 200, 20),
    "model.hidden_activation": "tanh",
    "model.initialization": "xavier_uniform",
    "loss": "bce",
    "optimizer.kind": "adam",
    "optimizer.learning_rate": 0.001,
    "optimizer.schedule": "cosine",
    "batch_size": 100,
    "snapshots": "1",
}
NETS: dict[str, dict[str, object]] = {
    "vae": {"epochs": 40},
    "iwae": {"epochs": 10, "importance_samples": 50, "optimizer.learning_rate": 0.002},
}


def experiment(net: str, seed: int) -> Experiment:
    return presets.get("digits-vae").with_values({**SHARED, **NETS[net], "seed": seed})


def trained(net: str, seed: int) -> Run:
    asked, store = experiment(net, seed), Store()
    run = store.get(digest_of(asked))
    if run is None:
        run = fit(asked, "cpu")
        store.save(run)
    return run


def measure(net: str, run: Run) -> tuple[float, float]:
    """Negative log-likelihood of test images in nats, and its standard error over the images."""
    pixels = datasets.test_set("mnist_binary").pixels[: IMAGES[net]]
    bounds = -likelihood.iwae_bounds(run, pixels, SAMPLES[net])
    return float(bounds.mean()), float(bounds.std() / len(bounds) ** 0.5)


def train(net: str, seeds: range) -> None:
    for seed in seeds:
        run = trained(net, seed)
        print(net, seed, run.digest, f"{run.seconds:.0f} s", run.history[-1], *measure(net, run), flush=True)


def summary() -> str:
    """The page, of the runs that are stored."""
    store, rows = Store(), []
    for net in NETS:
        runs = [run for seed in range(SEEDS) if (run := store.get(digest_of(experiment(net, seed)))) is not None]
        if not runs:
            continue
        found = [measure(net, run) for run in runs]
        values = [value for value, _ in found]
        spread = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
        asked = runs[0].experiment
        rows.append(
            [
                "VAE" if net == "vae" else f"IWAE-{asked.importance_samples}",
                f"{asked.network}, {asked.epochs} epochs",
                f"{statistics.mean(values):.2f}{spread}",
                str(len(values)),
                f"{found[0][1]:.2f}",
                f"{SAMPLES[net]:,} samples, {IMAGES[net]:,} test images",
                PUBLISHED[net],
                f"{statistics.mean(run.seconds for run in runs):,.0f}",
            ]
        )
    head = [
        "net",
        "layers",
        "NLL, nats",
        "seeds",
        "error of a mean over images",
        "measured with",
        "pythae",
        "s to train",
    ]
    return "\n\n".join(
        [
            "MNIST in black and white (`mnist_binary`: each pixel drawn once, white with the probability that its grey "
            "value is), 20 code numbers, tanh, Adam with a rate that falls to 0, 100 images a step, one thread. NLL: "
            "importance-sampled negative log-likelihood of test images, mean ± standard deviation over seeds. Pythae's "
            "table is that of other nets, with 40 and 50 code numbers, on another draw of the pixels.",
            table(head, rows),
        ]
    )


def main() -> None:
    torch.set_num_threads(1)  # more is slower where other programs want the cores
    if sys.argv[1:2] == ["train"]:
        first, last = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 4 else (0, SEEDS)
        train(sys.argv[2], range(first, last))
    else:
        write("likelihood", "Likelihood of MNIST in black and white", summary())


if __name__ == "__main__":
    main()
