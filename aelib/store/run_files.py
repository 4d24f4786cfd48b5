"""A run as files, and back: run.json and up to three safetensors files, each with a checksum.

The store saves these files in a folder, and a remote worker sends them back. Everything is checked when it is read, and
nothing is unpickled.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.experiment import network_name, parse, resolve

from .errors import DamagedRun, UnreadableRun
from .index import Summary

if TYPE_CHECKING:
    import safetensors
    import safetensors.torch as safetensors_torch
    import torch
    from torch import Tensor

    from aelib import models, training
    from aelib.training import Run, Snapshots
else:
    models, training = lazy("aelib.models"), lazy("aelib.training")
    torch = lazy("torch")
    safetensors = lazy("safetensors")
    safetensors_torch = lazy("safetensors.torch")

FORMAT = 3  # of run.json: increase it if older versions of the program cannot read the new files
RUN, WEIGHTS, SNAPSHOTS = "run.json", "weights.safetensors", "snapshots.safetensors"
OPTIMIZER = "optimizer.safetensors"  # runs of earlier versions have none

ReadFile = Callable[[str], bytes]  # name of a file -> its content; raises OSError or KeyError


class Packed(NamedTuple):
    """files: name -> content; record: content of run.json."""

    files: dict[str, bytes]
    record: dict[str, Any]


def pack(run: Run) -> Packed:
    """A run as files."""
    files = {
        WEIGHTS: safetensors_torch.save(run.weights),
        SNAPSHOTS: safetensors_torch.save(run.snapshots.tensors()),
    }
    if run.optimizer_state:
        files[OPTIMIZER] = safetensors_torch.save(run.optimizer_state)
    record = _record(run, {name: _checksum(content) for name, content in files.items()})
    return Packed({**files, RUN: json.dumps(record, indent=1, allow_nan=False).encode()}, record)


def unpack(read: ReadFile, digest: str, with_optimizer: bool = False) -> Run:
    """The run in these files. with_optimizer: also read its `optimizer_state`, if it has one. Raises DamagedRun,
    UnreadableRun, and the errors of `read`."""
    record = read_record(read, digest)
    run = _run(record, _tensors(read, WEIGHTS, record, digest), _tensors(read, SNAPSHOTS, record, digest), digest)
    if with_optimizer and OPTIMIZER in record["files"]:
        state = _tensors(read, OPTIMIZER, record, digest)
        _check_optimizer(state, run.weights, digest)
        run = replace(run, optimizer_state=state)
    return run


def _check_optimizer(state: dict[str, Tensor], weights: dict[str, Tensor], digest: str) -> None:
    """Raises DamagedRun unless every tensor belongs to a parameter and has its shape, or is a number."""
    for name, tensor in state.items():
        of = weights.get(name.partition(".")[2])
        if tensor.numel() != 1 and (of is None or tensor.shape != of.shape):
            _damaged(digest, "{file} does not fit the weights", file=OPTIMIZER)
    if "steps" not in state:
        _damaged(digest, "{file} has no number of steps", file=OPTIMIZER)


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _self_checksum(record: dict[str, Any]) -> str:
    """The checksum of everything in run.json except the checksum itself."""
    rest = {key: value for key, value in record.items() if key != "checksum"}
    return _checksum(json.dumps(rest, sort_keys=True).encode())


def _record(run: Run, files: dict[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "format": FORMAT,
        "digest": run.digest,
        "experiment": run.experiment.model_dump(mode="json"),
        "epochs": run.epochs,
        "stopped": run.stopped,
        "seconds": run.seconds,
        "device": run.device,
        "parameters": run.parameters,
        "created": run.created,
        "versions": run.versions,
        "metrics": run.metrics,
        "history": run.history,
        "files": files,
    }
    # names of images may be any text, so the checksum is computed from the record as JSON returns it
    record = json.loads(json.dumps(record, allow_nan=False))
    return {**record, "checksum": _self_checksum(record)}


def _damaged(digest: str, what: str, **values: str) -> NoReturn:
    raise DamagedRun(digest, Lazy(what, **values))


def read_record(read: ReadFile, digest: str) -> dict[str, Any]:
    """The content of run.json, after its checksum has been checked. Raises DamagedRun, UnreadableRun."""
    try:
        record = json.loads(read(RUN))
    except (ValueError, RecursionError):
        _damaged(digest, "{file} is not JSON", file=RUN)
    if not isinstance(record, dict):
        _damaged(digest, "{file} is not an object", file=RUN)
    if isinstance(record.get("format"), int) and record["format"] > FORMAT:
        raise UnreadableRun(
            "Run {digest} was written by a newer Autoencoder Lab: update this one to read it.", digest=digest
        )
    if record.get("checksum") != _self_checksum(record):
        _damaged(digest, "{file} does not match its checksum", file=RUN)
    return record


def _tensors(read: ReadFile, name: str, record: dict[str, Any], digest: str) -> dict[str, Tensor]:
    content = read(name)
    if _checksum(content) != record["files"].get(name):
        _damaged(digest, "{file} does not match its checksum", file=name)
    try:
        return safetensors_torch.load(content)
    except safetensors.SafetensorError as error:
        _damaged(digest, "{file}: {error}", file=name, error=str(error))


def _run(record: dict[str, Any], weights: dict[str, Tensor], snapshots: dict[str, Tensor], digest: str) -> Run:
    try:
        experiment = parse(record["experiment"])
        resolved = resolve(experiment)
    except LabError as error:
        # the checksum is correct, so the file is intact: this machine lacks its data set or one of its choices
        raise UnreadableRun("Run {digest} cannot be opened here: {error}", digest=digest, error=error) from None
    if resolved.digest != digest and resolved.spec.content:
        described = experiment.dataset
        raise UnreadableRun(
            "Run {digest} was trained on other files of {described} than are on this machine: train it again here.",
            digest=digest,
            described=described,
        )
    if resolved.digest != digest:
        _damaged(digest, "its experiment has the digest {found}", found=resolved.digest)
    with torch.device("meta"):
        expected = {name: tensor.shape for name, tensor in models.build(experiment).state_dict().items()}
    if {name: tensor.shape for name, tensor in weights.items()} != expected:
        _damaged(digest, "the weights do not fit the experiment")
    return training.Run(
        experiment=experiment,
        history=record["history"],
        metrics=record["metrics"],
        epochs=record["epochs"],
        stopped=record["stopped"],
        seconds=record["seconds"],
        device=record["device"],
        created=record["created"],
        versions=record["versions"],
        weights=weights,
        snapshots=_snapshots(snapshots, digest),
    )


def _snapshots(tensors: dict[str, Tensor], digest: str) -> Snapshots:
    try:
        return training.Snapshots.of(tensors)
    except TypeError:
        _damaged(digest, "{file} has other tensors than it should", file=SNAPSHOTS)


def _hidden_activation(model: dict[str, Any]) -> str:
    """The activation of the hidden layers; "" for a dense net without hidden layers, because it has no effect there."""
    hidden = model["kind"] != "dense" or len(model["layers"]) > 2 or len(model.get("decoder_layers") or ()) > 2
    return str(model["hidden_activation"]) if hidden else ""


def summary(record: dict[str, Any], size: int) -> Summary:
    """The row of a run in the index. It needs only the record, so a run is listed even if its data set is not on this
    machine. size: bytes on disk."""
    experiment = record["experiment"]
    return Summary(
        digest=record["digest"],
        created=record["created"],
        dataset=experiment["dataset"],
        architecture=network_name(experiment["model"]),
        latent_dim=_latent_dim(experiment),
        activation=_hidden_activation(experiment["model"]),
        optimizer=experiment["optimizer"]["kind"],
        learning_rate=experiment["optimizer"]["learning_rate"],
        seed=experiment["seed"],
        learnt=record["metrics"].get("learnt"),
        total=record["metrics"].get("total"),
        wrong_pixels=record["metrics"].get("wrong_pixels_total"),
        mse=record["metrics"]["mse"],
        loss=record["history"][-1]["train_loss"],
        parameters=record["parameters"],
        epochs=record["epochs"],
        stopped=record["stopped"],
        seconds=record["seconds"],
        device=record["device"],
        bytes=size,
    )


def _latent_dim(experiment: dict[str, Any]) -> int | None:
    """Number of values of a code. That of a convolutional net depends on the size of its images."""
    model = experiment["model"]
    if model.get("kind", "dense") == "dense":
        return int(model["layers"][-1])
    return _convolutional_latent_dim(json.dumps({**experiment, "seed": 0}, sort_keys=True))


@functools.lru_cache(maxsize=256)
def _convolutional_latent_dim(experiment: str) -> int | None:
    try:
        return resolve(parse(json.loads(experiment))).latent_dim
    except LabError:
        return None
