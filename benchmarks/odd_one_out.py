"""One class against the rest, and planted features found again, over seeds; odd_one_out.md has the rows.

python -m benchmarks.odd_one_out digits8x8|mnist|dictionary [FIRST LAST] prints those of one part, of the seeds from
FIRST to before LAST. MNIST is read from AELIB_DATA.
"""

import sys
import time
from statistics import mean, stdev

from aelib.analysis.anomalies.detection import detect
from aelib.analysis.codes.dictionary import recovery
from aelib.experiment import change, presets
from aelib.training import Run, fit, fit_many

SEEDS = 5
RIVALS = ("pca", "neighbours", "forest")
RECIPES = {
    "digits8x8": {"model.layers": (64, 64, 16)},
    "mnist": {"dataset": "mnist", "model.layers": (784, 256, 32), "epochs": 8, "batch_size": 64},
}


def one_class(dataset: str, seeds: range) -> None:
    """Print the mean AUROC over ten digits, each trained on alone, of the net's error and of the rivals."""
    areas: dict[str, list[float]] = {name: [] for name in ("error", *RIVALS)}
    began = time.perf_counter()
    for seed in seeds:
        found: dict[str, list[float]] = {name: [] for name in areas}
        for digit in range(10):
            run = fit(
                change(presets.get("digits-odd-one"), {**RECIPES[dataset], "classes": digit, "seed": seed}), "cpu"
            )
            for name in found:
                # without random numbers there is nothing to repeat
                if name in ("error", "forest") or seed == seeds[0]:
                    found[name].append(detect(run, name).auroc)
        for name, values in found.items():
            areas[name] += [mean(values)] if values else []
            if values:
                print(
                    f"{dataset} seed {seed} {name} {mean(values):.4f} {[round(one, 3) for one in values]}", flush=True
                )
    for name, values in areas.items():
        spread = f" ± {stdev(values):.4f}" if len(values) > 1 else ""
        print(f"| {dataset} | {name} | {mean(values):.4f}{spread} | {len(values)} |", flush=True)
    print(f"{time.perf_counter() - began:.0f} s")


def dictionary() -> None:
    """Print the share of planted features that are found."""
    base = presets.get("dictionary-sparse")
    runs = [
        run for run in fit_many([base.with_values({"seed": seed}) for seed in range(SEEDS)]) if isinstance(run, Run)
    ]
    shares = [recovery(run).recovered for run in runs]
    print(f"| dictionary8x8 | recovered | {mean(shares):.4f} ± {stdev(shares):.4f} | {len(shares)} |")


if __name__ == "__main__":
    part = sys.argv[1]
    if part == "dictionary":
        dictionary()
    else:
        first, last = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else (0, SEEDS)
        one_class(part, range(first, last))
