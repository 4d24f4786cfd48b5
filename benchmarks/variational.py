"""Variational autoencoders: emoji over many seeds, MNIST compared with a plain PyTorch loop (time of an epoch, test
ELBO), the lesson on bundled digits, and morphs. MNIST is read from AELIB_DATA."""

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from aelib import datasets
from aelib.charts import film
from aelib.experiment import Experiment, presets
from aelib.experiment.variants import BETAS, betas, plain, wider
from aelib.metrics import latent_space
from aelib.training import Run, fit, fit_many

from . import baselines
from .machine import table, write
from .steps import steps_alone

SEEDS, ROUNDS, EPOCHS, REPEATS = 20, 5, 10, 3
EMOJI = ("emoji-vae-deep", "emoji-vae-wide", "emoji-best")


def _spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.4g} ± {statistics.stdev(values):.2g}"


def trained(experiment: Experiment, seeds: int = SEEDS) -> tuple[list[Run], float]:
    """Runs of several seeds, without diverged ones, and the seconds for all."""
    start = time.perf_counter()
    results = fit_many([experiment.with_values({"seed": seed}) for seed in range(seeds)], "cpu")
    return [one for one in results if isinstance(one, Run)], time.perf_counter() - start


def emoji() -> str:
    """Emoji learnt of 8 by the documents' nets, by variants of them, and by ours."""
    methods = {name: presets.get(name) for name in EMOJI}
    sigmoid = {"model.output_activation": "sigmoid"}
    methods["emoji-vae-deep, sigmoid output"] = presets.get("emoji-vae-deep").with_values(sigmoid)
    relu = {"model.output_activation": "relu"}
    methods["emoji-vae-wide, ReLU output"] = presets.get("emoji-vae-wide").with_values(relu)
    methods["emoji-vae-wide, β 0.01"] = presets.get("emoji-vae-wide").with_values({"beta": 0.01})
    methods["emoji-vae-deep, sigmoid output, β 0.01"] = presets.get("emoji-vae-deep").with_values(
        {**sigmoid, "beta": 0.01}
    )
    methods["emoji-best, β 1"] = presets.get("emoji-best").with_values({"beta": 1})
    methods["emoji-best, all 40 emoji"] = presets.get("emoji-best").with_values({"dataset": "emoji20x20-ffffffffff"})
    rows = []
    for name, experiment in methods.items():
        runs, seconds = trained(experiment)
        learnt = [run.metrics["learnt"] for run in runs]
        whole = sum(run.metrics["wrong_pixels_total"] == 0 for run in runs)
        reported = (presets.preset(name).reported or {}).get("reported", "") if name in presets.PRESETS else ""
        rows.append(
            [
                name,
                "-".join(map(str, experiment.model.layers)),
                f"{experiment.epochs:,}",
                _spread(learnt),
                str(min(learnt)),
                f"{whole} of {len(runs)}",
                f"{max(run.metrics['worst_pixel'] for run in runs):.3f}",
                reported,
                f"{seconds:.1f}",
            ]
        )
    header = [
        "net",
        "layers",
        "epochs",
        "learnt (mean ± std)",
        "worst",
        "seeds without a wrong pixel",
        "largest error of any pixel",
        "the document's one run",
        f"s for {SEEDS} seeds",
    ]
    threshold = datasets.spec("emoji20x20").wrong_pixel
    return (
        f"## Emoji\n\n8 emoji of 20x20, {SEEDS} seeds. A pixel is wrong when it is off by {threshold:g} or more (0 is "
        "black, 1 is white); an emoji is learnt with at most one. The document names neither its threshold nor its "
        "loss.\n\n" + table(header, rows)
    )


def mnist() -> str:
    """Seconds per epoch, interleaved in one process, and the test ELBO after the same number of epochs."""
    experiment = presets.get("mnist-vae")
    missing = datasets.spec("mnist").missing()
    if missing:
        return f"## MNIST\n\nNot measured: {missing}"
    device = torch.device("cpu")
    elbos: dict[str, list[float]] = {"ours": [], "theirs": []}

    def fitted(seed: int) -> None:
        values = {"seed": seed, "epochs": EPOCHS, "snapshots": str(EPOCHS)}
        result = fit(experiment.with_values(values), device.type)
        elbos["ours"].append(result.metrics["elbo"])

    def loop(seed: int, ready: bool) -> None:
        torch.manual_seed(seed)
        net, train = baselines.vae_loop(experiment, ready)
        train(EPOCHS)
        elbos["theirs"].append(net.elbo(datasets.test_set("mnist").pixels))

    methods: dict[str, Callable[[int], None]] = {
        "plain loop: DataLoader, images converted to floats one by one": lambda seed: loop(seed, ready=False),
        "plain loop: DataLoader over floats": lambda seed: loop(seed, ready=True),
        "ours, steps alone": lambda seed: steps_alone(experiment.with_values({"seed": seed}))(EPOCHS),
        "ours, all of `fit`": fitted,
    }
    times: dict[str, list[float]] = {name: [] for name in methods}
    for seed in range(REPEATS):
        for name, train in methods.items():
            start = time.perf_counter()
            train(seed)
            times[name].append((time.perf_counter() - start) / EPOCHS)
    best = {name: statistics.median(values) for name, values in times.items()}
    plain_loop, ready = list(best.values())[:2]
    rows = [[name, f"{s:.2f}", f"{plain_loop / s:.2f}", f"{ready / s:.2f}"] for name, s in best.items()]
    header = ["method", "s an epoch", "times as fast as the first", "as the second"]
    ours, theirs = elbos["ours"], elbos["theirs"]
    difference = statistics.mean(ours) / statistics.mean(theirs) - 1
    return (
        f"## MNIST\n\n784-512-256-2, 60,000 digits, batches of 128, Adam, {torch.get_num_threads()} threads. {EPOCHS} "
        f"epochs at a time, {REPEATS} times, interleaved; medians. `fit` evaluates the net on 1,500 images after each "
        "epoch for its history, and on all 10,000 test images at the end.\n\n"
        + table(header, rows)
        + f"\n\nTest ELBO after {EPOCHS} epochs, ours {_spread(ours)} ({len(ours)} seeds), the plain loop's "
        f"{_spread(theirs)} ({len(theirs)}), "
        f"a difference of {difference:+.2%}."
    )


def digits() -> str:
    """Time for all trainings of the lesson on bundled digits."""
    base = presets.get("digits-vae")
    lesson = [plain(base), wider(base, 10), *betas(base)]  # `betas` includes the net itself
    start = time.perf_counter()
    fit_many(lesson, "cpu")
    seconds = time.perf_counter() - start
    return (
        f"## The lesson on bundled digits\n\nAll its {len(lesson)} trainings (the net, its plain twin, ten latent "
        f"dimensions, {len(BETAS)} values of β), 100 epochs each: **{seconds:.1f} s**."
    )


def morphs() -> str:
    """Time for sixty images between two emoji: decoding, GIF and PNG strip."""
    run = fit(presets.get("emoji-vae-wide"), "cpu")
    codes = torch.from_numpy(run.codes())[[0, 6]]
    times: dict[str, list[float]] = {"decoded": [], "GIF": [], "PNG strip": []}
    for _ in range(ROUNDS):
        marks = [time.perf_counter()]
        frames = list(run.spec.drawn(run.decode(latent_space.along(codes, 60).numpy())))
        marks.append(time.perf_counter())
        film.gif(frames)
        marks.append(time.perf_counter())
        film.strip(frames)
        marks.append(time.perf_counter())
        for name, before, after in zip(times, marks, marks[1:], strict=False):
            times[name].append(after - before)
    figures = ", ".join(f"{name} {1000 * statistics.median(values):.0f} ms" for name, values in times.items())
    return f"## Morphs\n\n60 images between two emoji by 400-300-200-200: {figures}. On screen: `benchmarks/page.md`."


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.set_num_threads(2)
    parts = [mnist(), emoji(), digits(), morphs()]
    write("variational", "Variational autoencoders", "\n\n".join(parts))


if __name__ == "__main__":
    main()
