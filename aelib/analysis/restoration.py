"""Nets that take noise off images, beside filters that learn nothing. Images: n × channels × height × width, pixels
from 0 to 1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from aelib import datasets
from aelib.metrics import image_quality, reconstruction
from aelib.training import Run

from . import classical_filters
from .classical_filters import Strength
from .denoising import noisy, widest_range

MAX_TEST_IMAGES = 200  # images held back that figures are of, at most
TUNING_IMAGES = 30  # training images for which non-local means is tuned
TUNING_DRAW = 100_000  # of the noise on these: nobody draws again so often
LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
NOTHING, NET, MEDIAN, NON_LOCAL = "doing nothing", "network", "median 3x3", "non-local means"


@dataclass(frozen=True)
class Quality:
    """psnr: dB, of the mean squared error over all images, for a peak of 1; ssim: mean over images; bce: binary
    cross-entropy, mean over pixels and images, natural logarithm (an output that is wholly sure and wrong counts 100,
    as in torch)."""

    psnr: float
    ssim: float
    bce: float


def test_images(run: Run) -> Tensor:
    """The images that figures are of: clean, evenly from those held back."""
    images = run.images.images()
    return images[image_quality.evenly(len(images), MAX_TEST_IMAGES)]


def strength(dataset: str, kind: str, level: float) -> Strength:
    """What `filters.tune` finds for this noise on training images. Takes up to two seconds."""
    train = datasets.training_set(dataset)
    clean = train.pixels[image_quality.evenly(len(train), TUNING_IMAGES)].float() / 255
    shown = noisy(clean, kind, level, TUNING_DRAW)
    return classical_filters.tune(shown, clean, float((shown - clean).square().mean().sqrt()))


def filtered(shown: Tensor, tuned: Strength) -> dict[str, Tensor]:
    """The median, and non-local means with this strength, by name."""
    return {
        MEDIAN: classical_filters.median(shown),
        NON_LOCAL: classical_filters.non_local_means(shown, strength=tuned),
    }


def restored(run: Run, shown: Tensor) -> Tensor:
    """Through the net, cut off to 0..1 as the filters' images are."""
    return run.restored(shown).clamp(0, 1)


def evaluate(outputs: Tensor, targets: Tensor) -> Quality:
    """How near images come to their targets."""
    return Quality(
        reconstruction.psnr(float(reconstruction.mse(outputs, targets).double().mean())),
        float(image_quality.ssim(outputs, targets).mean()),
        float(F.binary_cross_entropy(outputs.clamp(0, 1), targets)),
    )


def psnr_of_net(run: Run, kind: str, levels: Sequence[float] = LEVELS) -> list[float]:
    """PSNR of the net's images (see `Quality`) at each level of the noise, of the first draw."""
    clean = test_images(run)
    found = []
    for level in levels:
        outputs = restored(run, noisy(clean, kind, level, 0))
        found.append(reconstruction.psnr(float(reconstruction.mse(outputs, clean).double().mean())))
    return found


def psnr_without_net(clean: Tensor, kind: str, level: float, tuned: Strength) -> dict[str, float]:
    """The same of one level for the noisy images themselves and for the filters, by name."""
    shown = noisy(clean, kind, level, 0)
    every = {NOTHING: shown, **filtered(shown, tuned)}
    return {
        name: reconstruction.psnr(float(reconstruction.mse(images, clean).double().mean()))
        for name, images in every.items()
    }


def useful_range(
    curves: Mapping[str, Sequence[float]], levels: Sequence[float], baselines: Sequence[str]
) -> tuple[float, float] | None:
    """The widest_range range of levels in which the net's PSNR is above that of every one of these; see
    `denoising.widest_range`."""
    gains = [net - max(curves[name][i] for name in baselines) for i, net in enumerate(curves[NET])]
    return widest_range(list(zip(levels, gains, strict=True)))
