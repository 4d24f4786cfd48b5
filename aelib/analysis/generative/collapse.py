"""Posterior collapse: the codes contain no information about the image, so the decoder outputs the mean image."""

from dataclasses import dataclass

import torch

from aelib import datasets
from aelib.datasets import DatasetSpec
from aelib.metrics import mse
from aelib.training import Run

NEAR = 0.02  # two errors with a relative difference below this count as equal


def mean_image_error(dataset: str | DatasetSpec) -> float:
    """MSE of the mean training image as a prediction of every test image, pixels from 0 to 1."""
    mean = datasets.training_set(dataset).images().mean(dim=0, keepdim=True)
    images = datasets.test_set(dataset).images()
    return float(mse(mean.expand_as(images), images).mean())


@dataclass(frozen=True)
class Collapse:
    """active, numbers: active and all numbers of the code; kl: nats, mean over images; mse: of the run; mean_mse: of
    the mean image."""

    active: int
    numbers: int
    kl: float
    mse: float
    mean_mse: float

    @property
    def whole(self) -> bool:
        """Whether no code number is active and the error equals that of the mean image."""
        return self.active == 0 and abs(self.mse - self.mean_mse) < NEAR * self.mean_mse


def of(run: Run) -> Collapse:
    """How much of the code of a variational run is in use."""
    metrics = run.metrics
    there = mean_image_error(run.spec)
    return Collapse(int(metrics["active"]), run.latent_dim, float(metrics["kl"]), float(metrics["mse"]), there)


def mean_image(dataset: str | DatasetSpec) -> torch.Tensor:
    """The mean training image, channels × height × width."""
    return datasets.training_set(dataset).images().mean(dim=0)
