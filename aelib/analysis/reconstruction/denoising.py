"""Evaluation of a denoiser: its wrong pixels compared with doing nothing and with the nearest clean image."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aelib.core.counter_rng import key
from aelib.datasets.noise import corrupt
from aelib.metrics import Spread, reconstruction, spread
from aelib.training import Run

DRAWS = 8  # draws of the noise for each level
_FIRST_DRAW = -1000  # negative, so that no net has been trained with this noise


@dataclass(frozen=True)
class Level:
    """Wrong pixels per image at one noise level, mean over images and draws.

    net: spread over the nets; nothing: for the noisy image itself; nearest: for the clean image nearest to it.
    """

    level: float
    net: Spread
    nothing: float
    nearest: float


def turn_of(draw: int) -> int:
    """The turn of the random numbers (see `core.counter_rng`) of one draw (0, 1, ...)."""
    return _FIRST_DRAW - draw


def noisy(pixels: Tensor, kind: str, level: float, draw: int, painted: Sequence[int] = ()) -> Tensor:
    """Images with the noise of one draw (0, 1, ...). pixels: images × channels × height × width, 0 to 1; kind, level,
    painted: as in `datasets.noise.corrupt`."""
    return corrupt(pixels, kind, level, [key(0, turn_of(draw))], painted=painted)[0]


def wrong_pixels(outputs: Tensor, targets: Tensor, threshold: float) -> Tensor:
    """Wrong pixels of each image (float64). Unlike in `metrics.wrong_pixels`, a pixel exactly on the threshold, which
    noise can cause, counts as half wrong, because a random guess is wrong half the time."""
    distance = (outputs - targets).abs()
    return ((distance > threshold).double() + 0.5 * (distance == threshold).double()).sum(dim=(-3, -2, -1))


def nearest(images: Tensor, clean: Tensor) -> Tensor:
    """For each image, the clean image with the smallest squared distance; the first one if several are equal."""
    return clean[reconstruction.nearest(images, clean)[0]]


@torch.no_grad()
def curve(runs: Sequence[Run], kind: str, levels: Sequence[float], painted: Sequence[int] = ()) -> list[Level]:
    """A `Level` for each noise level, with the same noisy images for every net. All runs must have the same data
    set."""
    clean, threshold = runs[0].images.images(), runs[0].spec.wrong_pixel
    targets = clean.repeat(DRAWS, 1, 1, 1)
    found = []
    for level in levels:
        shown = torch.cat([noisy(clean, kind, level, draw, painted) for draw in range(DRAWS)])
        after = [float(wrong_pixels(run.restored(shown), targets, threshold).mean()) for run in runs]
        nothing = float(wrong_pixels(shown, targets, threshold).mean())
        baseline = float(wrong_pixels(nearest(shown, clean), targets, threshold).mean())
        found.append(Level(level, spread(after), nothing, baseline))
    return found


def useful_range(levels: Sequence[Level]) -> tuple[float, float] | None:
    """The widest range of levels in which the net (mean over seeds) leaves fewer wrong pixels than doing nothing.

    Ends between two levels are interpolated linearly. None if the net is never better.
    """
    return widest_range([(level.level, level.nothing - level.net.mean) for level in levels])


def widest_range(gains: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The widest range of levels with a gain above 0, with ends as in `useful_range`. gains: (level, gain), levels
    ascending."""
    best: tuple[float, float] | None = None
    start: float | None = None
    for i, (level, gain) in enumerate(gains):
        if gain > 0 and start is None:
            start = _crossing(gains[i - 1], (level, gain)) if i else level
        if start is not None and (gain <= 0 or i == len(gains) - 1):
            end = level if gain > 0 else _crossing(gains[i - 1], (level, gain))
            if best is None or end - start > best[1] - best[0]:
                best = (start, end)
            start = None
    return best


def _crossing(before: tuple[float, float], after: tuple[float, float]) -> float:
    """The level at which the line between two (level, gain) is 0."""
    (x0, y0), (x1, y1) = before, after
    return x0 + (x1 - x0) * y0 / (y0 - y1)
