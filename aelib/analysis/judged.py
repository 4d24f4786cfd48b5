"""Metrics for particular kinds of nets, besides their error: PCA for linear nets, code usage for sparse nets, classes
for codes of labelled images, anomalies for nets that were trained on some classes, known features. They are computed
from a run, so stored runs have them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from aelib.core.lazy import lazy
from aelib.nn.penalties import active
from aelib.training import Run

from .anomalies.images import has_odd_ones
from .codes import dictionary, features
from .linear import plane

if TYPE_CHECKING:
    from .anomalies import detection
    from .generative import codebook
else:  # they take as long to import as torch, and most nets have none of these metrics
    codebook = lazy("aelib.analysis.generative.codebook")
    detection = lazy("aelib.analysis.anomalies.detection")


def figures(run: Run) -> dict[str, float]:
    """The metrics that apply to a run, by name: pca_mse and largest_angle (degrees) for linear nets, active_rate (0 to
    1) for nets with a penalty, perplexity (1 to the number of entries) and code_bits (for one image) for nets with a
    codebook, knn_accuracy and probe_accuracy (0 to 1) for dense nets on labelled held-out images, auroc (0 to 1) of the
    reconstruction error for nets that exclude classes from training, recovered (0 to 1) for dense nets on images with
    known features."""
    found: dict[str, float] = {}
    if plane.is_linear(run.resolved):
        against = plane.against_pca(run)
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


def active_rate(run: Run) -> float:
    """Share of the code numbers that are active, mean over the images of the evaluation set; see
    `aelib.nn.penalties.active`."""
    return float(active(torch.from_numpy(run.codes())).float().mean())
