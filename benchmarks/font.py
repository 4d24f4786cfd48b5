"""How many of the 32 characters are learnt with two latent dimensions: our recipes and the documents', over seeds."""

import statistics
import time

from aelib.experiment import presets
from aelib.training import Run, fit, fit_many

from .machine import table, write

SEEDS, BEST_SEEDS = 20, 100


def learnt(name: str, seeds: int) -> tuple[list[int], float]:
    """Characters learnt by each seed (0 if it diverged), and seconds for all seeds."""
    base = presets.get(name)
    start = time.perf_counter()
    results = fit_many([base.with_values({"seed": seed}) for seed in range(seeds)], "cpu")
    seconds = time.perf_counter() - start
    return [result.metrics["learnt"] if isinstance(result, Run) else 0 for result in results], seconds


def row(name: str, seeds: int) -> list[str]:
    """One row of the table."""
    values, seconds = learnt(name, seeds)
    preset = presets.PRESETS[name]
    reported = presets.results().get(name.removesuffix("-best"), {}).get("reported", "")
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    return [
        f"`{name}`",
        "-".join(map(str, preset.experiment.model.layers)),
        f"{preset.experiment.epochs:,}",
        str(seeds),
        f"{mean:.2f} ± {deviation:.2f}",
        str(min(values)),
        f"{sum(v == 32 for v in values)} of {seeds}",
        reported,
        f"{seconds:.1f}",
    ]


def main() -> None:
    fit(presets.get("font-best").with_values({"epochs": 30}), "cpu")  # warm
    stopped = presets.get("font-best").with_values({"early_stop.kind": "learnt"})
    singles = [fit(stopped.with_values({"seed": seed}), "cpu") for seed in range(10)]
    whole = [fit(presets.get("font-best").with_values({"seed": seed}), "cpu") for seed in range(10)]
    until = [run.seconds for run in singles]
    body = (
        f"One net, `font-best`, one thread, 10 seeds: all 32 learnt for the first time after "
        f"{statistics.mean(until):.3f} ± {statistics.stdev(until):.3f} s of training (evaluated every 10 epochs; "
        f"{statistics.mean(run.epochs for run in singles):.0f} epochs on average); its whole 1,000 epochs take "
        f"{statistics.mean(run.seconds for run in whole):.3f} s.\n\n"
    )
    names = ["font-20-10", "font-25-15", "font-30-20-10"]
    rows = [row("font-best", BEST_SEEDS)]
    rows += [row(name + suffix, SEEDS) for suffix in ("-best", "") for name in names]
    header = [
        "preset",
        "layers",
        "epochs",
        "seeds",
        "learnt of 32 (mean ± std)",
        "worst",
        "runs with all 32",
        "the document's one run",
        "s for all seeds",
    ]
    write("font", "The 5x7 font through two numbers", body + table(header, rows))


if __name__ == "__main__":
    main()
