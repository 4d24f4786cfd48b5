"""Train a variational autoencoder on eight emoji and write a morph between three of them as one picture.

python examples/morph_emoji.py [--epochs N] [--to FILE.png]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import aelib
from aelib.metrics import latent_space


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--to", type=Path, default=Path("morph.png"))
    options = parser.parse_args()

    run = aelib.fit(aelib.presets.get("emoji-best").with_values({"epochs": options.epochs}))
    means = torch.from_numpy(run.codes())  # 8 × latent_dim
    path = latent_space.along(means[[0, 5, 3]], between=6, spherical=True)  # steps × latent_dim
    frames = run.decode(path.numpy())  # steps × 1 × 20 × 20, pixels from 0 to 1
    strip = np.concatenate(list(np.asarray(frames)[:, 0]), axis=1)
    Image.fromarray((255 * strip.clip(0, 1)).astype(np.uint8)).resize((strip.shape[1] * 4, 80), 0).save(options.to)
    print(f"{len(frames)} images of the morph are in {options.to}")


if __name__ == "__main__":
    main()
