"""Denoising nets compared with classical filters. Images are n × channels × height × width, pixels from 0 to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from aelib import datasets
from aelib.metrics import image_quality
from aelib.training import Run

from . import classical_filters
from .classical_filters import Strength
from .denoising import noisy, widest_range

MAX_TEST_IMAGES = 200  # held-out images that are evaluated, at most
TUNING_IMAGES = 30  # training images on which non-local means is tuned
TUNING_DRAW = 100_000  # draw of the noise for these images: far above the draws that are used elsewhere
LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
NOTHING, NET, MEDIAN, NON_LOCAL = "doing nothing", "network", "median 3x3", "non-local means"


@dataclass(frozen=True)
class Quality:
    """Quality of restored images.

    Attributes:
        psnr: PSNR in dB, the mean over images (`image_quality.mean_psnr`).
        ssim: SSIM, mean over images.
        bce: binary cross-entropy in nats, mean over pixels and images; torch limits the value of one pixel to 100.
    """

    psnr: float
    ssim: float
    bce: float


def test_images(run: Run) -> Tensor:
    """The clean images for the evaluation: at most MAX_TEST_IMAGES, evenly chosen from `run.images`."""
    images = run.images.images()
    return images[image_quality.evenly(len(images), MAX_TEST_IMAGES)]


def test_labels(run: Run) -> Tensor:
    """The classes of `test_images`."""
    return run.images.labels[image_quality.evenly(len(run.images), MAX_TEST_IMAGES)]


def strength(dataset: str, kind: str, level: float) -> Strength:
    """The strength of non-local means that `classical_filters.tune` finds for this noise on training images. It takes
    up to two seconds."""
    train = datasets.training_set(dataset)
    clean = train.pixels[image_quality.evenly(len(train), TUNING_IMAGES)].float() / 255
    shown = noisy(clean, kind, level, TUNING_DRAW)
    return classical_filters.tune(shown, clean, float((shown - clean).square().mean().sqrt()))


def filtered(shown: Tensor, tuned: Strength) -> dict[str, Tensor]:
    """name -> images filtered by the median and by non-local means with this strength."""
    return {
        MEDIAN: classical_filters.median(shown),
        NON_LOCAL: classical_filters.non_local_means(shown, strength=tuned),
    }


def restored(run: Run, shown: Tensor, labels: Tensor | None = None) -> Tensor:
    """The net's outputs, clipped to 0..1 like those of the filters. labels: classes, for a conditional net."""
    return run.restored(shown, labels).clamp(0, 1)


def evaluate(outputs: Tensor, targets: Tensor) -> Quality:
    """Quality of images compared with their targets."""
    return Quality(
        image_quality.mean_psnr(outputs, targets),
        float(image_quality.ssim(outputs, targets).mean()),
        float(F.binary_cross_entropy(outputs.clamp(0, 1), targets)),
    )


def psnr_of_net(run: Run, kind: str, levels: Sequence[float] = LEVELS) -> list[float]:
    """PSNR in dB (see `Quality`) of the net's outputs at each noise level, for the first draw of the noise."""
    clean, labels = test_images(run), test_labels(run)
    found = []
    for level in levels:
        outputs = restored(run, noisy(clean, kind, level, 0), labels)
        found.append(image_quality.mean_psnr(outputs, clean))
    return found


def psnr_without_net(clean: Tensor, kind: str, level: float, tuned: Strength) -> dict[str, float]:
    """name -> PSNR in dB at one noise level, of the noisy images themselves and of the filters; same draw as in
    `psnr_of_net`."""
    shown = noisy(clean, kind, level, 0)
    every = {NOTHING: shown, **filtered(shown, tuned)}
    return {name: image_quality.mean_psnr(images, clean) for name, images in every.items()}


def useful_range(
    curves: Mapping[str, Sequence[float]], levels: Sequence[float], baselines: Sequence[str]
) -> tuple[float, float] | None:
    """The widest range of levels in which the net's PSNR is above that of all baselines; see `denoising.widest_range`.

    curves: name -> PSNR at each level, the net's under NET; baselines: names of curves.
    """
    gains = [net - max(curves[name][i] for name in baselines) for i, net in enumerate(curves[NET])]
    return widest_range(list(zip(levels, gains, strict=True)))
