"""Quality of reconstructions. Every function takes pixels (0 off, 1 on) as images × channels × height × width, with any
leading axes, and states over which axes it reduces."""

import math
from typing import Any

import torch
from torch import Tensor

from aelib.nn.variational import active

LEARNT_AT_MOST = 1  # an image with at most this many wrong pixels counts as learnt


def wrong_pixel_map(outputs: Tensor, targets: Tensor, wrong_pixel: float = 0.5) -> Tensor:
    """bool, same shape: pixels at least `wrong_pixel` from their target. NaN is wrong.

    For a binary target and 0.5 this means "on the other side of the threshold"; an output on the threshold is always
    wrong, so a net that outputs 0.5 everywhere learns nothing.
    """
    return ~((outputs - targets).abs() < wrong_pixel)


def wrong_pixels(outputs: Tensor, targets: Tensor, wrong_pixel: float = 0.5) -> Tensor:
    """int64: wrong pixels of each image (the last three axes are summed); a pixel in colour counts once."""
    return wrong_pixel_map(outputs, targets, wrong_pixel).any(dim=-3).sum(dim=(-2, -1))


def mse(outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error of each image, over its pixels; range [0, ∞), pixels from 0 to 1."""
    return (outputs - targets).square().mean(dim=(-3, -2, -1))


def psnr(mean_squared_error: float) -> float:
    """Peak signal-to-noise ratio in dB for a peak of 1: 10 log10(1 / MSE); infinite for a perfect image."""
    return math.inf if mean_squared_error == 0 else -10 * math.log10(mean_squared_error)


def nearest(images: Tensor, among: Tensor) -> tuple[Tensor, Tensor]:
    """For each image, the index of the nearest image among the others by squared distance (the first one if several are
    equal), and the distance as the root mean square over pixels. Images: n × channels × height × width."""
    distances = torch.cdist(images.flatten(1).double(), among.flatten(1).double())
    found = distances.min(dim=1)
    return found.indices, found.values / math.sqrt(images[0].numel())


def variational(codes: Tensor, kl_each: Tensor, recon_loss: float) -> dict[str, Any]:
    """Metrics of a variational run. codes: the means, images × latent_dim; kl_each: latent_dim, nats, means over
    images; recon_loss: summed over pixels, mean over images. elbo is −(recon_loss + KL), for any β; active_each: 1 for
    each code number that is in use, else 0."""
    divergence = float(kl_each.sum())
    used = active(codes).int().tolist()
    return {
        "recon_loss": recon_loss,
        "kl": divergence,
        "elbo": -(recon_loss + divergence),
        "active": sum(used),
        "active_each": used,
        "kl_each": kl_each.tolist(),
    }
