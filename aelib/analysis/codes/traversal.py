"""The effect of single code numbers: one is moved through its range, and the others stay fixed."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from aelib.metrics.image_quality import evenly
from aelib.training import Run

Array = NDArray[np.float32]
BOUNDS = (0.025, 0.975)  # quantiles of a code number over the images, which are the ends of its range
AVERAGED = 50  # images over which the effect of a code number is averaged
NO_EFFECT = 0.01  # a code number has no effect if it changes pixels by less than this (root mean square)


@dataclass(frozen=True, eq=False)
class Ranges:
    """The range of each code number, and how much the output changes over this range.

    low, high: latent_dim; effects: root mean squared change of a pixel from low to high, mean over images, latent_dim.
    """

    low: Array
    high: Array
    effects: Array

    @property
    def order(self) -> list[int]:
        """Indices of the code numbers, largest effect first."""
        found: list[int] = np.argsort(-self.effects, kind="stable").tolist()
        return found

    @property
    def idle(self) -> int:
        """How many code numbers have no effect."""
        return int((self.effects < NO_EFFECT).sum())


def ranges(run: Run) -> Ranges:
    """The ranges over the evaluation images."""
    codes = run.codes()
    low, high = np.quantile(codes, BOUNDS, axis=0).astype(np.float32)
    chosen = evenly(len(codes), AVERAGED)
    labels = run.images.labels[chosen]
    effects = []
    for number in range(run.latent_dim):
        ends = []
        for end in (low[number], high[number]):
            moved = codes[chosen].copy()
            moved[:, number] = end
            ends.append(run.decode(moved, labels))
        change = np.square(ends[1] - ends[0]).mean(axis=(1, 2, 3))
        effects.append(float(np.sqrt(change).mean()))
    return Ranges(low, high, np.array(effects, np.float32))


def traverse(run: Run, image: int, number: int, found: Ranges, steps: int) -> Array:
    """The decoder's outputs for one image of the evaluation set while one of its code numbers moves from low to high:
    steps × channels × height × width, 0 to 1."""
    codes = np.repeat(run.codes()[image : image + 1], steps, axis=0)
    codes[:, number] = np.linspace(found.low[number], found.high[number], steps)
    return run.decode(codes, torch.as_tensor(run.images.labels[image]).expand(steps))
