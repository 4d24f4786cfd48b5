"""Train one autoencoder on the 5x7 font, store the run, and look at what it learnt.

python examples/first_run.py [--epochs N]
"""

import argparse

import aelib


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=1000)
    experiment = aelib.presets.get("font-best").with_values({"epochs": parser.parse_args().epochs})

    run = aelib.fit(experiment)
    print(f"{experiment.network}: {run.metrics['learnt']} of {run.metrics['total']} characters learnt")

    codes = run.codes()  # 32 × 2, a point of the latent plane for each character
    print("the code of the first character:", codes[0].round(2).tolist())
    for row in run.decode(codes[:1])[0, 0]:  # 1 × 1 × 7 × 5, pixels from 0 to 1
        print("".join("#" if pixel > 0.5 else "." for pixel in row))

    store = aelib.Store()
    store.save(run)
    print("stored as", run.digest)


if __name__ == "__main__":
    main()
