"""Checks whether a run from a file fits its experiment: its weights, history, snapshots and metrics."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aelib import datasets
from aelib.core.language import N_
from aelib.core.lazy import lazy
from aelib.experiment import GRID_SIDE, resolve
from aelib.metrics import image_quality, protocol, reconstruction
from aelib.metrics.protocol import HeldOut
from aelib.models import build
from aelib.training import Run, history_columns

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

MAX_MULTIPLICATIONS = 20_000_000_000  # limit for computing the metrics again
METRIC_TOLERANCE = 0.05  # relative: different machines, devices and mixed precision round differently


def problem_of(run: Run, parameters: int) -> str | None:
    """What does not fit the experiment, in English, to follow a colon; None if everything fits. parameters: their
    number, as stated in the file."""
    return _of_weights(run) or _of_history(run, parameters) or _of_snapshots(run) or _of_metrics(run)


def _of_weights(run: Run) -> str | None:
    with torch.device("meta"):
        kinds = {name: tensor.dtype for name, tensor in build(run.experiment).state_dict().items()}
    if {name: tensor.dtype for name, tensor in run.weights.items()} != kinds:
        return N_("its weights are of another kind of number")
    if not all(bool(tensor.isfinite().all()) for tensor in run.weights.values()):
        return N_("its weights are not all numbers")
    return None


def _of_history(run: Run, parameters: int) -> str | None:
    if parameters != run.parameters or run.epochs > run.experiment.epochs:
        return N_("its parameters or epochs are not those of its experiment")
    names = {"epoch", *history_columns(run.experiment), "seconds"}
    if any(one.keys() != names for one in run.history):
        return N_("its history has other columns than it should")
    if not all(_number(value) for one in run.history for value in one.values()):
        return N_("its history is not all numbers")
    epochs, seconds = [one["epoch"] for one in run.history], [one["seconds"] for one in run.history]
    # the last epoch is always recorded
    if epochs != sorted(set(epochs)) or epochs != list(map(int, epochs)) or epochs[0] < 0 or epochs[-1] != run.epochs:
        return N_("its history has other epochs than it should")
    if seconds != sorted(seconds) or seconds[0] < 0:
        return N_("the seconds of its history do not go on")
    return None


def _of_snapshots(run: Run) -> str | None:
    experiment = run.experiment
    found = replace(run.snapshots, weights={}, weight_epochs=None).tensors()
    described, count = resolve(experiment).spec, len(run.snapshots.epochs)
    images = len(datasets.evaluation_set(described))
    code = resolve(experiment).latent_dim if resolve(experiment).stores_codes else 0
    pixels = torch.uint8, (count, min(resolve(experiment).snapshot_images, images), *described.shape)
    expected: dict[str, tuple[torch.dtype, tuple[int, ...]]] = {
        "epochs": (torch.int64, (count,)),
        "codes": (torch.float32, (count, images, code)),
        "pixels": pixels,
    }
    if experiment.model.variational and resolve(experiment).stores_codes:
        expected["log_var"] = expected["codes"]
    if resolve(experiment).stores_grid:
        expected["grid"] = torch.uint8, (count, GRID_SIDE**2, *described.shape)
        expected["extent"] = torch.float32, (count, 4)
    if not count or {name: (one.dtype, tuple(one.shape)) for name, one in found.items()} != expected:
        return N_("its snapshots do not fit the experiment")
    if not all(bool(one.isfinite().all()) for one in found.values()):
        return N_("its snapshots are not all numbers")
    if problem := _of_snapshot_weights(run):
        return problem
    epochs = run.snapshots.epochs.tolist()
    if epochs != sorted(set(epochs)) or not 0 <= epochs[0] <= epochs[-1] <= run.epochs:
        return N_("its snapshots are of other epochs than it should have")
    return None


def _of_snapshot_weights(run: Run) -> str | None:
    """Check the weights of snapshots. Runs of earlier versions, and of large nets, have none."""
    found, at = run.snapshots.weights, run.snapshots.weight_epochs
    if at is None and not found:
        return None
    most = run.resolved.weight_snapshots
    if at is None or at.dtype != torch.int64 or at.dim() != 1 or not 1 <= len(at) <= most + 1:
        return N_("the weights in its snapshots are of other epochs than they should be")
    epochs, seen = at.tolist(), set(run.snapshots.epochs.tolist())
    if epochs != sorted(set(epochs)) or not seen.issuperset(epochs):
        return N_("the weights in its snapshots are of other epochs than they should be")
    expected = {name: (one.dtype, (len(at), *one.shape)) for name, one in run.weights.items()}
    if {name: (one.dtype, tuple(one.shape)) for name, one in found.items()} != expected:
        return N_("the weights in its snapshots do not fit the experiment")
    if not all(bool(one.isfinite().all()) for one in found.values()):
        return N_("the weights in its snapshots are not all numbers")
    return None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _of_metrics(run: Run) -> str | None:
    """Check that the metrics have the right names, are finite, and agree with each other and with the weights. Returns
    the problem in words, None without one."""
    found, described, latent = run.metrics, run.spec, run.latent_dim
    evaluated_by = protocol(described)
    numbers = set(evaluated_by.metrics)
    lists: dict[str, Callable[[Any], bool]] = {}
    if run.experiment.model.variational:
        numbers |= {"recon_loss", "kl", "elbo", "active"}
        lists = {name: _numbers_of(latent) for name in ("active_each", "kl_each")}
    if found.keys() != numbers | lists.keys() | evaluated_by.by_image:
        return N_("its metrics are not those of such a run")
    if not all(_number(found[name]) for name in numbers) or not all(fits(found[name]) for name, fits in lists.items()):
        return N_("its metrics are not all numbers")
    if run.experiment.model.variational and not math.isclose(
        found["elbo"], -(found["recon_loss"] + found["kl"]), rel_tol=1e-4, abs_tol=1e-4
    ):
        return N_("its metrics do not agree with each other")
    if not evaluated_by.agree(found, run.images):
        return N_("its metrics do not agree with each other")
    if evaluated_by.held_out and found["images"] != len(datasets.test_set(described)):
        return N_("its metrics are of other images")
    return _check_metrics_again(run)


def _numbers_of(latent: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) == latent and all(map(_number, value))


def _check_metrics_again(run: Run) -> str | None:
    """Compute the metrics again from the weights, if this takes only seconds and the net's inputs are known."""
    described, noise = run.spec, run.experiment.corruption
    images = run.images if described.memorised else datasets.test_set(described)
    steps = run.architecture.steps
    if sum(step.multiplications for step in steps) * len(images) > MAX_MULTIPLICATIONS:
        return None
    if not described.memorised and noise.kind != "none":
        return None  # the net's noise was drawn for the whole test set, part by part
    outputs = run.restored(run.inputs_of(images), images.labels)
    mse = float(reconstruction.mse(outputs, images.images()).mean())
    if not math.isclose(mse, run.metrics["mse"], rel_tol=METRIC_TOLERANCE, abs_tol=1e-6):
        return N_("its metrics are not those of its weights")
    if not described.memorised and not HeldOut.pools(run.metrics):
        decibels = image_quality.mean_psnr(outputs, images.images())
        if not math.isclose(decibels, run.metrics["psnr"], rel_tol=METRIC_TOLERANCE):
            return N_("its metrics are not those of its weights")
    if described.memorised:
        wrong = reconstruction.wrong_pixels(outputs, images.images(), described.wrong_pixel).sum()
        allowed = max(2, METRIC_TOLERANCE * int(wrong))  # tolerance for pixels on the threshold
        if abs(int(wrong) - run.metrics["wrong_pixels_total"]) > allowed:
            return N_("its metrics are not those of its weights")
    return None
