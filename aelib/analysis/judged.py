"""What nets of one kind are judged by, besides their error: PCA for linear nets, use of the code for sparse ones,
classes for codes of labelled images, odd images for nets that know some classes, known features. Computed from a run,
so that stored runs have it too."""

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
else:  # they take as long to import as torch, and most nets are not judged by them
    codebook = lazy("aelib.analysis.generative.codebook")
    detection = lazy("aelib.analysis.anomalies.detection")


def figures(run: Run) -> dict[str, float]:
    """The figures that apply to a run, by name: pca_mse and largest_angle (degrees) of linear nets, active_rate (0 to
    1) of nets with a penalty, perplexity (1 to the number of entries) and code_bits (of an image) of nets with a
    codebook, knn_accuracy and probe_accuracy (0 to 1) of dense nets on labelled images that are held out, auroc (0 to
    1) of the reconstruction error of nets that leave classes out, recovered (0 to 1) of dense nets on images of known
    features."""
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
    """Share of the code's numbers that are active, mean over the images of the evaluation set; see
    `aelib.nn.penalties.active`."""
    return float(active(torch.from_numpy(run.codes())).float().mean())
