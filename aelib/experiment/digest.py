"""Which fields of an experiment have an effect, and a digest over them: experiments that mean the same have the same
digest."""

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aelib import datasets
from aelib.datasets import DatasetSpec
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.optimizers import OPTIMIZERS

from .architecture import Architecture
from .validation import paints

if TYPE_CHECKING:
    from .experiment import Experiment

SCHEMA = 1  # part of the digest: raise it when the same fields come to mean a different run


def flatten(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested dicts -> {dotted path: value}."""
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def digest_over(acting: Mapping[str, Any], images: str) -> str:
    """16 hexadecimal digits over the fields that have an effect and are not at their default, so that a new field does
    not change the digests of old runs. images: the canonical name of the data set, which changes if other files have
    the same name."""
    values = {path: value for path, value in acting.items() if value != defaults()[path]}
    values |= {"dataset": images} if images != defaults()["dataset"] else {}
    words = json.dumps([SCHEMA, sorted(values.items())], separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def acting(experiment: "Experiment", described: DatasetSpec, net: Architecture) -> dict[str, Any]:
    """Dotted path -> value, for every field that has an effect. Equivalent values get the same form ("auto", a mirrored
    decoder written out, a batch as large as the set)."""
    values = flatten(experiment.model_dump(mode="json"))
    values["dataset"] = datasets.canonical(experiment.dataset)
    values["model.output_activation"] = experiment.output_activation
    values["classes"] = list(described.only)
    if experiment.snapshots is not None:
        # the last epoch is always stored
        values["snapshots"] = sorted({epoch for epoch in experiment.snapshots if epoch < experiment.epochs})
    if experiment.optimizer.schedule_epochs == experiment.epochs:
        values["optimizer.schedule_epochs"] = None
    if experiment.model.decoder_layers == experiment.model.layers[::-1]:
        values["model.decoder_layers"] = None
    if experiment.batch_size is not None and experiment.batch_size == described.splits.train:
        values["batch_size"] = "all"
    if values["corruption.pixels"]:
        values["corruption.pixels"] = sorted(set(experiment.corruption.pixels))
    dense, enlarges = experiment.model.dense, experiment.model.enlarges
    penalty = experiment.model.penalty.entry
    strides = experiment.model.convolution.stride
    book = experiment.model.codebook
    if book.numbers == net.code_shape[0]:
        values["model.codebook.numbers"] = None
    if len(set(strides)) == 1:
        values["model.convolution.stride"] = list(strides[:1])
    noisy = experiment.corruption.kind != "none" and experiment.corruption.level > 0
    painted = noisy and paints(experiment.corruption.kind)
    hidden = any(step.hidden and step.weights for step in net.steps)
    for path, matters in {
        "corruption.kind": noisy,
        "corruption.level": noisy,
        "corruption.fresh": noisy and experiment.corruption.where != "test",
        "corruption.where": noisy,
        "corruption.pixels": painted,
        "model.initialization_scale": INITIALIZATIONS[experiment.model.initialization].scaled,
        "model.hidden_activation": hidden,
        "model.batch_norm": hidden,
        "model.layers": dense,
        "model.decoder_layers": dense,
        "model.tied": dense,
        "model.dropout": dense and (hidden or not experiment.model.variational),
        "model.penalty.kind": penalty is not None,
        **{
            f"model.penalty.{name}": penalty is not None and name in penalty.settings
            for name in ("weight", "target", "active")
        },
        **{f"model.codebook.{name}": book.entries > 0 for name in ("numbers", "commitment", "decay", "revive")},
        "precision": not dense,
        "model.convolution.channels": not dense,
        "model.convolution.stride": not dense,
        "model.convolution.kernel": not dense,
        "model.convolution.pooling": not dense and max(strides) > 1,
        "model.convolution.upsampling": not dense and max(strides) > 1,
        "model.convolution.code_size": not dense,
        "model.convolution.upscale": enlarges and described.shown_shape != described.shape,
        "model.convolution.residual": enlarges,
        "optimizer.momentum": OPTIMIZERS[experiment.optimizer.kind].momentum,
        "optimizer.step_every": experiment.optimizer.schedule == "step",
        "optimizer.step_factor": experiment.optimizer.schedule == "step",
        "optimizer.schedule_epochs": experiment.optimizer.schedule == "cosine",
        "beta": experiment.model.variational,
        "beta_warm_up": experiment.model.variational and experiment.beta > 0,
        "free_bits": experiment.model.variational and experiment.beta > 0,
        "importance_samples": experiment.model.variational,
        "model.variance": experiment.model.variational,
        "early_stop.wrong_pixels": experiment.early_stop.kind == "learnt",
        "early_stop.patience": experiment.early_stop.kind == "patience",
        "early_stop.min_delta": experiment.early_stop.kind == "patience",
    }.items():
        if not matters:
            values.pop(path)
    return values


@functools.cache
def defaults() -> dict[str, Any]:
    """Dotted path -> default, for every field."""
    from .experiment import Experiment

    values = flatten(Experiment().model_dump(mode="json"))
    values["model.output_activation"] = Experiment().output_activation
    return values
