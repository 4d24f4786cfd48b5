"""Images that nobody drew, and how good they are: nearest training image beside each, how much of the prior is in
use."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib import datasets
from aelib.metrics import latent_space, reconstruction
from aelib.training import Run

Array = NDArray[np.float32]
MAX_BATCH = 4000  # training images that distances are computed to at once


@dataclass(frozen=True, eq=False)
class GeneratedQuality:
    """images: n × channels × height × width, 0 to 1; nearest: the training image nearest to each, the same shape;
    names: of those; distances: root of the mean squared difference over pixels, n."""

    images: Array
    nearest: Array
    names: tuple[str, ...]
    distances: Array


def evaluate(images: Tensor, dataset: str) -> GeneratedQuality:
    """Images (n × channels × height × width, 0 to 1) beside the training images nearest to them."""
    train = datasets.training_set(dataset)
    best = torch.full((len(images),), torch.inf, dtype=torch.float64)
    which = torch.zeros(len(images), dtype=torch.long)
    for start in range(0, len(train), MAX_BATCH):
        part = train.part(slice(start, start + MAX_BATCH))
        found, distances = reconstruction.nearest(images, part.images())
        closer = distances < best
        best, which = torch.where(closer, distances, best), torch.where(closer, found + start, which)
    nearest = train.pixels[which].float() / 255
    names = tuple(train.names[i] for i in which.tolist())
    return GeneratedQuality(images.numpy(), nearest.numpy(), names, best.float().numpy())


def sample(run: Run, count: int, seed: int) -> GeneratedQuality:
    """Codes drawn from N(0, 1), decoded and judged."""
    codes = latent_space.prior(count, run.latent_dim, seed).numpy()
    return evaluate(torch.from_numpy(run.decode(codes)), run.experiment.dataset)


def typical_distance(dataset: str, count: int = 200) -> float:
    """How far real images that were held back are from the nearest training image, on average: what a good sample may
    be away."""
    return float(evaluate(datasets.evaluation_set(dataset).images()[:count], dataset).distances.mean())


def aggregated_posterior(run: Run) -> tuple[float, float]:
    """Centre and standard deviation of what the encoder gives for all images together, means over the code numbers: the
    distance of the mean from 0, and √(variance of the means + mean of the variances), which is that of codes drawn from
    all posteriors (the aggregated posterior). A prior N(0, 1) asks for 0 and 1. A plain net has no variances."""
    codes = run.codes()
    variance = codes.var(axis=0)
    if run.experiment.model.variational:
        variance = variance + (run.deviations() ** 2).mean(axis=0)
    return float(np.abs(codes.mean(axis=0)).mean()), float(np.sqrt(variance).mean())
