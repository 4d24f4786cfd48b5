"""A linear net compared with PCA: their planes, the axes in these planes, and their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets import DatasetSpec, ImageSet
from aelib.experiment import Resolved
from aelib.metrics import mse
from aelib.training import Run

if TYPE_CHECKING:
    from scipy import linalg
    from sklearn import decomposition
else:  # they take as long to import as torch, and most nets are not linear
    linalg, decomposition = lazy("scipy.linalg"), lazy("sklearn.decomposition")

Numbers = NDArray[np.float64]


def is_linear(resolved: Resolved) -> bool:
    """Whether the net cannot be better than PCA: linear layers, squared error, clean images, and a code with fewer
    numbers than the image has pixels and than there are training images."""
    experiment = resolved.experiment
    model = resolved.model
    plain = not model.variational and not model.batch_norm and model.penalty.entry is None and not model.dropout
    return (
        plain
        and model.dense
        and all(step.activation == "identity" for step in resolved.architecture.steps)
        and experiment.loss == "mse"
        and experiment.corruption.kind == "none"
        and not resolved.spec.paired
        and resolved.latent_dim < min(resolved.spec.pixels, resolved.spec.splits.train)
    )


@dataclass(frozen=True, eq=False)
class Principal:
    """PCA, fitted to training images.

    Attributes:
        components: numbers × pixels, of length 1, orthogonal to each other.
        mean: the mean image, pixels.
        training_mse: mean squared error of a pixel of the training images. It is the sum of the squares of the omitted
            singular values, divided by the number of pixels: no linear net can be better (Eckart and Young, 1936).
        test_mse: the same on the images on which a run's `mse` is measured.
    """

    components: Numbers
    mean: Numbers
    training_mse: float
    test_mse: float

    def restored(self, images: Tensor) -> Tensor:
        """Project images (n × channels × height × width, 0 to 1) onto the plane: the same shape, not clipped."""
        pixels = _flat(images) - self.mean
        return torch.from_numpy(pixels @ self.components.T @ self.components + self.mean).view(images.shape)


def principal(described: DatasetSpec, count: int) -> Principal:
    """PCA with `count` components. Raises LabError if this is more than the images allow."""
    train, test = datasets.training_set(described), datasets.test_set(described)
    most = min(described.pixels, len(train)) - 1
    if not 1 <= count <= most:
        raise LabError(
            "PCA of these images has 1 to {most} components, not {count}: choose a smaller code.",
            most=most,
            count=count,
        )
    pixels = _flat(train.images())
    pca = decomposition.PCA(count, svd_solver="full").fit(pixels)
    found = Principal(pca.components_, pca.mean_, 0.0, 0.0)
    left = np.square(pixels - pca.mean_).sum() - np.square(pca.singular_values_).sum()
    return Principal(pca.components_, pca.mean_, max(0.0, float(left)) / pixels.size, _error(found, test))


def _error(pca: Principal, images: ImageSet) -> float:
    wanted = images.images().double()
    return float(mse(pca.restored(wanted), wanted).mean())


def _flat(images: Tensor) -> Numbers:
    return images.flatten(1).double().numpy()


@dataclass(frozen=True, eq=False)
class AgainstPCA:
    """A linear net compared with PCA.

    Attributes:
        pca: with as many components as the code has numbers.
        axes: the contribution of each code number to an image, numbers × pixels, of length 1.
        angles: principal angles between the plane of PCA and that of the decoder, degrees, largest first.
    """

    pca: Principal
    axes: Numbers
    angles: Numbers

    @property
    def mse(self) -> float:
        """Error of PCA on the images on which the run's `mse` is measured."""
        return self.pca.test_mse

    @property
    def largest_angle(self) -> float:
        """0 if both planes are equal, at most 90."""
        return float(self.angles[0])


def against_pca(run: Run) -> AgainstPCA:
    """Compare a linear net with PCA. Raises ValueError if `is_linear` is false."""
    if not is_linear(run.resolved):
        raise ValueError("only a linear net has a plane")
    pca = principal(run.spec, run.latent_dim)
    with torch.no_grad():
        ends = run.model.decode(torch.eye(run.latent_dim)).flatten(1).double()
        axes = (ends - run.model.decode(torch.zeros(1, run.latent_dim)).flatten(1).double()).numpy()
    angles = np.degrees(linalg.subspace_angles(axes.T, pca.components.T))
    return AgainstPCA(pca, axes / np.linalg.norm(axes, axis=1, keepdims=True).clip(1e-12), np.sort(angles)[::-1])


def axes_of_outputs(run: Run) -> Numbers:
    """The principal axes of the net's outputs for its training images, numbers × pixels, of length 1. If the net has
    found the plane of PCA, they are the principal axes of the images."""
    outputs = run.restored(datasets.training_set(run.spec).images())
    found: Numbers = decomposition.PCA(run.latent_dim, svd_solver="full").fit(_flat(outputs)).components_
    return found


def cosines(axes: Numbers, others: Numbers) -> Numbers:
    """Absolute cosines between axes of length 1: axes × others, 0 (orthogonal) to 1 (equal)."""
    found: Numbers = np.abs(axes @ others.T).clip(0, 1)
    return found


def training_error(run: Run) -> float:
    """Mean squared error of a pixel of the training images, without noise."""
    images = datasets.training_set(run.spec).images()
    return float(mse(run.restored(images), images).mean())
