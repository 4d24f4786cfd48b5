"""Nets of several kinds and code sizes on the same images, with the usefulness of their codes, compared with PCA and
pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aelib.analysis.linear import plane
from aelib.core.language import N_
from aelib.datasets import DatasetSpec
from aelib.experiment import Experiment, change
from aelib.training import Run

from . import features

SIZES = (2, 5, 10, 20, 40)  # numbers of a code
PLAIN: Mapping[str, object] = {
    "model.variational": False,
    "model.conditional": False,
    "model.tied": False,
    "model.dropout": 0.0,
    "model.penalty.kind": "none",
    "model.codebook.entries": 0,
    "model.code_activation": "identity",
    "model.decoder_layers": None,
    "corruption.kind": "none",
}
KINDS: Mapping[str, Mapping[str, object]] = {
    N_("plain"): {},
    N_("denoising"): {"corruption.kind": "gaussian", "corruption.level": 0.3, "corruption.where": "train"},
    N_("variational"): {"model.variational": True},
    N_("sparse"): {
        "model.code_activation": "relu",
        "model.penalty.kind": "l1",
        "model.penalty.weight": 0.0003,
        "optimizer.weight_decay": 0.0001,
    },
}
PCA, PIXELS = "PCA", N_("pixels")


def of_kinds(experiment: Experiment, described: DatasetSpec) -> dict[tuple[str, int], Experiment]:
    """(kind, numbers) -> the experiment with such a code, everything else equal. Numbers are those of SIZES below the
    number of pixels. Raises LabError if a kind does not fit the rest of the experiment."""
    hidden = experiment.model.layers[:-1]
    return {
        (kind, numbers): change(experiment, {**PLAIN, **values, "model.layers": (*hidden, numbers)})
        for kind, values in KINDS.items()
        for numbers in SIZES
        if numbers < described.pixels
    }


@dataclass(frozen=True)
class Worth:
    """How useful codes are. knn, probe: accuracies of `features.Labelled`, 0 to 1; mse: error of the reconstructions,
    None if nothing is reconstructed."""

    kind: str
    numbers: int
    knn: float
    probe: float
    mse: float | None


def _worth(kind: str, codes: features.Labelled, mse: float | None) -> Worth:
    return Worth(kind, codes.train.shape[1], codes.knn_accuracy(), codes.probe_accuracy(), mse)


def worths(kinds: Sequence[str], runs: Sequence[Run]) -> list[Worth]:
    """Results for PCA with as many components as the runs' codes have numbers, then for the runs, and last for the
    pixels themselves. kinds: a name for each run; all runs are on the same labelled images. Raises LabError if these
    have no classes."""
    described = runs[0].spec
    most = min(described.pixels, described.splits.train) - 1
    found = [
        _worth(PCA, features.components(described, numbers), plane.principal(described, numbers).test_mse)
        for numbers in sorted({run.latent_dim for run in runs})
        if numbers <= most
    ]
    found += [_worth(kind, features.codes(run), run.metrics["mse"]) for kind, run in zip(kinds, runs, strict=True)]
    return [*found, _worth(PIXELS, features.pixels(described), None)]
