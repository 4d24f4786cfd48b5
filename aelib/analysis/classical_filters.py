"""Denoisers that learn nothing, beside which a net is judged. Images: n × channels × height × width, pixels from 0
to 1, at most 500 of them; what comes back is float32, of the same shape, cut off to 0..1. Nothing is shared between
calls, so several threads may call at once."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from aelib.core.errors import LabError
from aelib.metrics import reconstruction
from aelib.metrics.image_quality import evenly

MAX_IMAGES = 500
TUNING_IMAGES = 60  # validation images
PATCH, PATCH_DISTANCE = 5, 6  # pixels: side of a patch, and how far away others like it are looked for
DEFAULT_H = 0.8  # h in multiples of σ: where scikit-image's documentation says to start
H_CANDIDATES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6)  # h in multiples of σ
SIGMA_CANDIDATES = (0.0, 0.5, 1.0)  # σ that is subtracted, likewise: noise that was cut off to 0..1 is less than it was


@dataclass(frozen=True)
class Strength:
    """How strongly non-local means filter. h: how far two patches may differ, in grey values; sigma: the noise that is
    subtracted from their distance, in grey values."""

    sigma: float
    h: float


def median(images: Tensor, size: int = 3) -> Tensor:
    """The median of the size × size pixels around each, in each channel; mirrored at the edges. Made for salt and
    pepper. Raises LabError unless size is odd."""
    from skimage import filters

    if size < 1 or size % 2 == 0:
        raise LabError(f"The median of {size} × {size} pixels was asked for: give an odd size, such as 3.")
    around = np.ones((1, 1, size, size))
    found = filters.median(_array(images), around, mode="reflect")  # type: ignore[no-untyped-call]
    return torch.from_numpy(found).clamp(0, 1)


def noise_level(images: Tensor) -> float:
    """The standard deviation of white noise in these images, estimated: the median absolute response to the mask
    [1 −2 1]ᵀ [1 −2 1], of norm 6, over 0.6745 (the mask of J. Immerkær, "Fast noise variance estimation", 1996; the
    median of D. Donoho, "De-noising by soft-thresholding", 1995, as edges would spoil a mean). What noise lost by being
    cut off to 0..1 is missing; fine texture is taken for noise."""
    pixels = torch.from_numpy(_array(images)).double().flatten(0, 1).unsqueeze(1)
    second = torch.tensor([1.0, -2.0, 1.0], dtype=torch.float64)
    response = F.conv2d(F.pad(pixels, (1, 1, 1, 1), mode="replicate"), torch.outer(second, second)[None, None])
    return float(response.abs().median()) / 6 / 0.6745


def non_local_means(images: Tensor, sigma: float | None = None, strength: Strength | None = None) -> Tensor:
    """Non-local means (A. Buades, B. Coll, J.-M. Morel, CVPR 2005) by scikit-image's fast mode, with patches of 5 × 5
    up to 6 pixels away, in colour over all channels at once. sigma: standard deviation of the noise, else
    `noise_level`; h is 0.8 σ, unless a strength is given (see `tune`). 500 images of 28 × 28 take about half a second.

    Raises LabError for a sigma or h that is negative or not finite, and for other than grey or RGB images."""
    pixels = _array(images)
    if strength is None:
        level = noise_level(images) if sigma is None else sigma
        strength = Strength(level, DEFAULT_H * level)
    if not all(math.isfinite(value) and value >= 0 for value in (strength.sigma, strength.h)):
        raise LabError(f"The noise level is {strength.sigma}, h {strength.h}: give numbers from 0 on.")
    return torch.from_numpy(_filtered(pixels, strength))


def tune(noisy: Tensor, clean: Tensor, sigma: float | None = None) -> Strength:
    """The strength of `non_local_means` with the best PSNR on validation images (60 at most, evenly chosen), so that a
    net's rival is at its best: of h from 0.1 to 1.6 σ, with all, half or none of σ subtracted. sigma: of the noise,
    else estimated from the noisy ones. Takes one to three seconds.

    The validation images must not be those that the rival is judged by. Raises LabError where noisy and clean images
    differ in shape."""
    if noisy.shape != clean.shape:
        raise LabError(
            f"Noisy images of {tuple(noisy.shape)} cannot be compared with clean ones of {tuple(clean.shape)}: give "
            "the same images twice."
        )
    few = evenly(len(noisy), TUNING_IMAGES)
    noisy, clean = noisy[few], clean[few].float().cpu()
    level = noise_level(noisy) if sigma is None else sigma
    tried = [Strength(part * level, times * level) for part in SIGMA_CANDIDATES for times in H_CANDIDATES]
    return min(tried, key=lambda each: float(reconstruction.mse(non_local_means(noisy, strength=each), clean).mean()))


def non_local_means_tuned(
    images: Tensor, noisy: Tensor, clean: Tensor, sigma: float | None = None
) -> tuple[Tensor, Strength]:
    """`non_local_means` of images at the strength that `tune` finds for the validation images noisy and clean, and that
    strength."""
    strength = tune(noisy, clean, sigma)
    return non_local_means(images, strength=strength), strength


def _filtered(pixels: NDArray[np.float32], strength: Strength) -> NDArray[np.float32]:
    from skimage.restoration import denoise_nl_means

    if strength.h == 0:
        return pixels.clip(0, 1)
    grey = pixels.shape[1] == 1
    found = [
        denoise_nl_means(
            image[0] if grey else image,
            patch_size=PATCH,
            patch_distance=PATCH_DISTANCE,
            h=strength.h,
            sigma=strength.sigma,
            fast_mode=True,
            channel_axis=None if grey else 0,
        )
        for image in pixels
    ]
    return np.stack(found).reshape(pixels.shape).astype(np.float32).clip(0, 1)


def _array(images: Tensor) -> NDArray[np.float32]:
    """Checked, and a copy of their own."""
    if images.dim() != 4 or images.shape[1] not in (1, 3) or not images.numel():
        raise LabError(
            f"Images of shape {tuple(images.shape)} were to be filtered: give grey or RGB ones, images × channels × "
            "height × width."
        )
    if len(images) > MAX_IMAGES:
        raise LabError(f"{len(images):,} images were to be filtered: choose at most {MAX_IMAGES}.")
    pixels: NDArray[np.float32] = images.detach().cpu().float().numpy().copy()
    if not np.isfinite(pixels).all():
        raise LabError("Not every pixel of the images to filter is a finite number: give pixels from 0 to 1.")
    return pixels
