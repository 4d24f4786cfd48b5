"""What nets of one kind are judged by, besides their error: PCA for linear nets, use of the code for sparse ones,
classes for codes of labelled images, odd images for nets that know some classes, known features. Computed from a run,
so that stored runs have it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from aelib import datasets
from aelib.core.lazy import lazy
from aelib.experiment import Resolved
from aelib.metrics import mse
from aelib.nn.penalties import active
from aelib.training import Run

from .anomalies.images import has_odd_ones
from .codes import dictionary, features

if TYPE_CHECKING:
    from scipy import linalg
    from sklearn import decomposition

    from . import codebook
    from .anomalies import detection
else:  # they take as long to import as torch, and most nets are not judged by them
    codebook = lazy("aelib.analysis.codebook")
    detection = lazy("aelib.analysis.anomalies.detection")
    linalg, decomposition = lazy("scipy.linalg"), lazy("sklearn.decomposition")


def figures(run: Run) -> dict[str, float]:
    """The figures that apply to a run, by name: pca_mse and largest_angle (degrees) of linear nets, active_rate (0 to
    1) of nets with a penalty, perplexity (1 to the number of entries) and code_bits (of an image) of nets with a
    codebook, knn_accuracy and probe_accuracy (0 to 1) of dense nets on labelled images that are held out, auroc (0 to
    1) of the reconstruction error of nets that leave classes out, recovered (0 to 1) of dense nets on images of known
    features."""
    found: dict[str, float] = {}
    if is_linear(run.resolved):
        against = against_pca(run)
        found |= {"pca_mse": against.mse, "largest_angle": against.largest_angle}
    model = run.experiment.model
    if model.penalty.entry is not None:
        found["active_rate"] = active_rate(run)
    if run.architecture.book is not None:
        used = codebook.usage(run)
        found |= {"perplexity": used.perplexity, "code_bits": used.bits}
    if model.dense and features.has_classes(run.spec):
        codes = features.codes(run)
        found |= {"knn_accuracy": codes.knn_accuracy(), "probe_accuracy": codes.probe_accuracy()}
    if has_odd_ones(run.spec):
        found["auroc"] = detection.detect(run).auroc
    if dictionary.has_planted(run):
        found["recovered"] = dictionary.recovery(run).recovered
    return found


def is_linear(resolved: Resolved) -> bool:
    """Whether PCA is the best that the net can reach: linear layers, squared error, clean images, and a code smaller
    than an image and not larger than the number of images."""
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


@dataclass(frozen=True)
class AgainstPCA:
    """mse: of PCA with as many components as the code has numbers, fitted to the training images, on the images of the
    run's own `mse`; angles: principal angles between the plane of PCA and that of the decoder, degrees, largest
    first."""

    mse: float
    angles: NDArray[np.float64]

    @property
    def largest_angle(self) -> float:
        """0 where both planes are the same, at most 90."""
        return float(self.angles[0])


def against_pca(run: Run) -> AgainstPCA:
    """A linear net beside PCA. Raises ValueError where `is_linear` says no."""
    if not is_linear(run.resolved):
        raise ValueError("only a linear net has a plane")
    train, test = datasets.training_set(run.spec), datasets.test_set(run.spec)
    pca = decomposition.PCA(run.latent_dim, svd_solver="full").fit(train.images().flatten(1).double().numpy())
    pixels = test.images().flatten(1).double().numpy()
    projected = torch.from_numpy(pca.inverse_transform(pca.transform(pixels))).view(-1, *run.spec.shape)
    with torch.no_grad():
        ends = run.model.decode(torch.eye(run.latent_dim)).flatten(1).double()
        axes = ends - run.model.decode(torch.zeros(1, run.latent_dim)).flatten(1).double()
    angles = np.degrees(linalg.subspace_angles(axes.T.numpy(), pca.components_.T))
    return AgainstPCA(float(mse(projected, test.images().double()).mean()), np.sort(angles)[::-1])


def active_rate(run: Run) -> float:
    """Share of the code's numbers that are active, mean over the images of the evaluation set; see
    `aelib.nn.penalties.active`."""
    return float(active(torch.from_numpy(run.codes())).float().mean())
