"""Generated images and their evaluation: the nearest training image of each, and the aggregated posterior."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib import datasets
from aelib.datasets import DatasetSpec
from aelib.metrics import latent_space, reconstruction
from aelib.training import Run

Array = NDArray[np.float32]
MAX_BATCH = 4000  # training images per batch of distances


@dataclass(frozen=True, eq=False)
class GeneratedQuality:
    """Generated images with their nearest training images.

    Attributes:
        images: n × channels × height × width, pixels from 0 to 1.
        nearest: the nearest training image of each, same shape.
        names: names of the nearest images, n.
        labels: their classes, n.
        distances: root mean squared difference over pixels, n.
    """

    images: Array
    nearest: Array
    names: tuple[str, ...]
    labels: NDArray[np.int64]
    distances: Array

    @property
    def classes(self) -> float:
        """The effective number of classes of the images: e to the power of the entropy of the classes of their nearest
        images. 1: all have the same class; the number of classes: all classes are equally frequent."""
        _, counts = np.unique(self.labels, return_counts=True)
        shares = counts / counts.sum()
        return float(np.exp(-(shares * np.log(shares)).sum()))


def evaluate(images: Tensor, dataset: str | DatasetSpec) -> GeneratedQuality:
    """Find the nearest training images. images: n × channels × height × width, pixels from 0 to 1."""
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
    labels = train.labels[which].numpy().astype(np.int64)
    return GeneratedQuality(images.numpy(), nearest.numpy(), names, labels, best.float().numpy())


def sample(run: Run, count: int, seed: int) -> GeneratedQuality:
    """Decode `count` codes drawn from N(0, 1) and evaluate the images. The same seed gives the same codes. A
    conditional net cycles through the classes."""
    codes = latent_space.prior(count, run.latent_dim, seed).numpy()
    classes = torch.arange(count) % run.spec.classes if run.experiment.model.conditional else None
    return evaluate(torch.from_numpy(run.decode(codes, classes)), run.spec)


def typical_distance(dataset: str | DatasetSpec, count: int = 200) -> float:
    """Mean distance of at most `count` real images of the evaluation set from their nearest training images, for
    comparison with the distances of samples."""
    return float(evaluate(datasets.evaluation_set(dataset).images()[:count], dataset).distances.mean())


def aggregated_posterior(run: Run) -> tuple[float, float]:
    """Centre and standard deviation of the aggregated posterior, means over the latent dimensions.

    The centre is the absolute value of the mean code. The standard deviation is √(variance of the means + mean of the
    variances), that of codes drawn from the posteriors of all images; a plain net has no posterior variances. For a
    prior N(0, 1) they should be 0 and 1.
    """
    codes = run.codes()
    variance = codes.var(axis=0)
    if run.experiment.model.variational:
        variance = variance + (run.deviations() ** 2).mean(axis=0)
    return float(np.abs(codes.mean(axis=0)).mean()), float(np.sqrt(variance).mean())
