"""Classical denoising filters, the baselines of denoising nets.

Images are n × channels × height × width, pixels from 0 to 1, at most 500 of them. The results are float32, of the same
shape, clipped to 0..1. The calls share no state, so several threads may call them at once.
"""

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
PATCH, PATCH_DISTANCE = 5, 6  # pixels: side of a patch, and largest distance of the patches it is compared with
DEFAULT_H = 0.8  # h in multiples of σ: the first value to try in scikit-image's documentation
H_CANDIDATES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6)  # h in multiples of σ
SIGMA_CANDIDATES = (0.0, 0.5, 1.0)  # subtracted σ in multiples of σ; below 1 since clipping to 0..1 reduces the noise


@dataclass(frozen=True)
class Strength:
    """Strength of non-local means, in grey values (pixels from 0 to 1).

    sigma: standard deviation of the noise, subtracted from the distances between patches; h: cut-off distance between
    patches, a larger one smooths more.
    """

    sigma: float
    h: float


def median(images: Tensor, size: int = 3) -> Tensor:
    """Median filter over size × size pixels in each channel, mirrored at the edges; suited to salt-and-pepper noise.
    Raises LabError unless size is odd and positive."""
    from skimage import filters

    if size < 1 or size % 2 == 0:
        raise LabError("The median of {size} × {size} pixels was asked for: give an odd size, such as 3.", size=size)
    around = np.ones((1, 1, size, size))
    found = filters.median(_array(images), around, mode="reflect")  # type: ignore[no-untyped-call]
    return torch.from_numpy(found).clamp(0, 1)


def noise_level(images: Tensor) -> float:
    """Estimated standard deviation of white noise in the images, in grey values.

    It is the median absolute response to the mask [1 −2 1]ᵀ [1 −2 1], divided by the mask's norm 6 and by 0.6745. The
    mask is from J. Immerkær, "Fast noise variance estimation", 1996; the median, which edges distort less than a mean,
    from D. Donoho, "De-noising by soft-thresholding", 1995. The estimate misses noise removed by clipping to 0..1 and
    includes fine texture.
    """
    pixels = torch.from_numpy(_array(images)).double().flatten(0, 1).unsqueeze(1)
    second = torch.tensor([1.0, -2.0, 1.0], dtype=torch.float64)
    response = F.conv2d(F.pad(pixels, (1, 1, 1, 1), mode="replicate"), torch.outer(second, second)[None, None])
    return float(response.abs().median()) / 6 / 0.6745


def non_local_means(images: Tensor, sigma: float | None = None, strength: Strength | None = None) -> Tensor:
    """Non-local means (A. Buades, B. Coll, J.-M. Morel, CVPR 2005) in scikit-image's fast mode.

    Patches of 5 × 5 pixels are compared up to 6 pixels away, in colour over all channels together. 500 images of
    28 × 28 take about half a second.

    Args:
        images: grey or RGB images.
        sigma: standard deviation of the noise in grey values, None for `noise_level`; h is 0.8 σ.
        strength: replaces sigma and h, see `tune`.

    Raises LabError for a sigma or h that is negative or not finite, and for images that are neither grey nor RGB.
    """
    pixels = _array(images)
    if strength is None:
        level = noise_level(images) if sigma is None else sigma
        strength = Strength(level, DEFAULT_H * level)
    if not all(math.isfinite(value) and value >= 0 for value in (strength.sigma, strength.h)):
        raise LabError("The noise level is {sigma}, h {h}: give numbers from 0 on.", sigma=strength.sigma, h=strength.h)
    return torch.from_numpy(_filtered(pixels, strength))


def tune(noisy: Tensor, clean: Tensor, sigma: float | None = None) -> Strength:
    """The strength of `non_local_means` with the best PSNR on validation images, so that the baseline is at its best.

    The candidates are h from 0.1 to 1.6 σ, with 0, σ/2 or σ subtracted. This takes one to three seconds. The validation
    images must not be those on which the baseline is evaluated.

    Args:
        noisy: noisy validation images; at most 60, evenly chosen, are used.
        clean: the same images without noise.
        sigma: standard deviation of the noise, None for `noise_level` of the noisy images.

    Raises LabError if noisy and clean images differ in shape.
    """
    if noisy.shape != clean.shape:
        raise LabError(
            "Noisy images of {noisy} cannot be compared with clean ones of {clean}: give the same images twice.",
            noisy=tuple(noisy.shape),
            clean=tuple(clean.shape),
        )
    few = evenly(len(noisy), TUNING_IMAGES)
    noisy, clean = noisy[few], clean[few].float().cpu()
    level = noise_level(noisy) if sigma is None else sigma
    tried = [Strength(part * level, times * level) for part in SIGMA_CANDIDATES for times in H_CANDIDATES]
    return min(tried, key=lambda each: float(reconstruction.mse(non_local_means(noisy, strength=each), clean).mean()))


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
    """A copy of the images as an array. Raises LabError for invalid images."""
    if images.dim() != 4 or images.shape[1] not in (1, 3) or not images.numel():
        raise LabError(
            "Images of shape {shape} were to be filtered: give grey or RGB ones, images × channels × height × width.",
            shape=tuple(images.shape),
        )
    if len(images) > MAX_IMAGES:
        raise LabError(
            "{count:,} images were to be filtered: choose at most {most}.", count=len(images), most=MAX_IMAGES
        )
    pixels: NDArray[np.float32] = images.detach().cpu().float().numpy().copy()
    if not np.isfinite(pixels).all():
        raise LabError("Not every pixel of the images to filter is a finite number: give pixels from 0 to 1.")
    return pixels
