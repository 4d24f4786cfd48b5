"""The metrics that are measured for a run, selected by the column `metric` of `data/results.csv`."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F

from aelib import datasets
from aelib.analysis.reconstruction import denoising
from aelib.core.language import N_
from aelib.metrics import latent_space, reconstruction
from aelib.training import Run, device_speed

BETWEEN = 10  # images between two emoji of a morph
NOISE_LEVELS = tuple(i / 20 for i in range(1, 21))
RECOGNISED = 0.5  # share of characters that must still be recognised
HALF = 0.5  # a pixel on the wrong side of grey

# Which direction is better than the reported figure; "same": determined by the net alone; "": no figure to compare.
Better = Literal["more", "less", "same", ""]


@dataclass(frozen=True)
class Measure:
    """A figure of a document and how to measure it.

    Attributes:
        label: the metric in words, with its unit or range if it has one.
        better: see `Better`.
        each: the value for one run; NaN if it cannot be measured.
        scatter: whether the document's figure is the standard deviation of `each` over the runs, not its mean.
    """

    label: str
    better: Better
    each: Callable[[Run], float]
    scatter: bool = False


def mean_error(run: Run) -> float:
    """Mean squared error over pixels and images, for pixels from −1 to 1: four times the error for pixels from 0 to 1.
    It does not depend on the normalization that the run was trained with."""
    return 4 * float(run.metrics["mse"])


def learnt_at(threshold: float, run: Run) -> float:
    """Number of images with at most one pixel whose error is at least `threshold` (0 to 1)."""
    counts = reconstruction.wrong_pixels(run.reconstructions(), run.images.images(), threshold)
    return float((counts <= reconstruction.LEARNT_AT_MOST).sum())


def noise_limit(run: Run) -> float:
    """The highest usable level of the noise that the net was trained with: 0.05 to 1 in steps of 0.05; 0 if no level is
    usable.

    A level is usable if at this level, and at every lower level, at least half of the restored characters are nearer to
    their own original than to any other one. The noise is drawn 8 times.
    """
    clean = run.images.images()
    own = torch.arange(len(clean)).repeat(denoising.DRAWS)
    usable = 0.0
    for level in NOISE_LEVELS:
        draws = range(denoising.DRAWS)
        shown = torch.cat([denoising.noisy(clean, run.experiment.corruption.kind, level, draw) for draw in draws])
        nearest, _ = reconstruction.nearest(run.restored(shown), clean)
        if float((nearest == own).float().mean()) < RECOGNISED:
            break
        usable = level
    return usable


def morph_images(run: Run) -> float:
    """Number of distinct images (0 to 10) among ten on the straight line between two codes; mean over pairs of images.

    An image is distinct if it differs, in 8 bits per pixel, from all others of its morph and from both ends.
    """
    codes = torch.from_numpy(run.codes())
    distinct = []
    for a in range(len(codes)):
        for b in range(a + 1, len(codes)):
            pixels = run.decode(latent_space.along(codes[[a, b]], BETWEEN).numpy())
            images = [image.tobytes() for image in (pixels * 255).round().astype("uint8")]
            distinct.append(sum(images.count(image) == 1 for image in images[1:-1]))
    return sum(distinct) / len(distinct)


def code_bits(run: Run) -> float:
    """Size of a code in bits: 32 for each latent dimension."""
    return 32.0 * run.latent_dim


@torch.no_grad()
def cross_entropy(run: Run) -> float:
    """Binary cross-entropy between restored noisy test images and clean ones, in nats: mean over pixels and images."""
    test_set = datasets.test_set(run.spec)
    outputs = run.restored(run.inputs_of(test_set), test_set.labels).clamp(0, 1)
    return float(F.binary_cross_entropy(outputs, test_set.images()))


def time_ratio(run: Run) -> float:
    """Training time on a GPU divided by training time on a CPU for the same net and images; NaN without a measured GPU.

    The speeds are those stored by `python -m benchmarks.devices`, the fastest of each device type. If the run's images
    were not measured, the speeds on the bundled house numbers are used, which have the same size.
    """
    for dataset in (run.experiment.dataset, "house_numbers"):
        wanted, rates = run.experiment.model_copy(update={"dataset": dataset}), dict[str, float]()
        for speed in device_speed.stored():
            if device_speed.is_of(speed, wanted):
                rates[speed.device] = max(rates.get(speed.device, 0.0), speed.images_a_second)
        if {"cpu", "cuda"} <= rates.keys():
            return rates["cpu"] / rates["cuda"]
    return math.nan


def _metric(name: str) -> Callable[[Run], float]:
    return lambda run: float(run.metrics[name])


_PICTURES = Measure(N_("mean squared error of the pictures"), "", _metric("mse"))
# by the column `metric` of data/results.csv
MEASURES: dict[str, Measure] = {
    "characters_learnt_of_32": Measure(N_("characters learnt of 32"), "more", _metric("learnt")),
    "emoji_learnt_of_8": Measure(N_("emoji learnt of 8"), "more", _metric("learnt")),
    "usable_noise_limit": Measure(N_("noise up to which half of the characters are recognised"), "more", noise_limit),
    "intermediate_images": Measure(N_("different images between two emoji"), "more", morph_images),
    "std_of_error": Measure(N_("standard deviation of the error over the runs"), "less", mean_error, scatter=True),
    "mean_error": Measure(N_("mean squared error, pixels from −1 to 1"), "less", mean_error),
    "code_bits": Measure(N_("bits of the code, 32 a number"), "same", code_bits),
    "bce": Measure(N_("binary cross-entropy of test images"), "less", cross_entropy),
    "mse": Measure(N_("mean squared error of validation patches"), "less", _metric("mse")),
    "gpu_over_cpu_time": Measure(N_("time on a GPU / time on a CPU"), "", time_ratio),
    "latent_scatter_and_grid": _PICTURES,
    "pictures": _PICTURES,
    "comparison": _PICTURES,
    "originals_and_outputs": _PICTURES,
    "originals_noisy_outputs": _PICTURES,
}
EMOJI_LEARNT_AT_HALF = Measure(
    N_("emoji learnt of 8, pixels wrong from 0.5"), "more", functools.partial(learnt_at, HALF)
)
