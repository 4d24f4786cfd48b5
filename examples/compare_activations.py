"""Does the activation matter? Three activations with five seeds each, trained together, as mean ± standard deviation.

python examples/compare_activations.py [--epochs N]
"""

import argparse
import statistics

import aelib

ACTIVATIONS = ("sigmoid", "tanh", "silu")
SEEDS = range(5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=1000)
    base = aelib.presets.get("font-best").with_values({"epochs": parser.parse_args().epochs})

    for activation in ACTIVATIONS:
        members = [base.with_values({"model.hidden_activation": activation, "seed": seed}) for seed in SEEDS]
        wrong = []
        for run in aelib.fit_many(members):
            if isinstance(run, aelib.Run):
                wrong.append(run.metrics["wrong_pixels_total"])
            else:
                print("did not train:", run)  # one that diverged does not end the others
        print(f"{activation:8} {statistics.mean(wrong):6.1f} ± {statistics.stdev(wrong):.1f} wrong pixels of 1,120")


if __name__ == "__main__":
    main()
