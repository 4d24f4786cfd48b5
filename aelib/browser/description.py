"""The input of the browser engine: an experiment, its images, and the weights of a run, as JSON.

`engine/training.js` reads it. If the engine lacks something, `refusal` says so in a sentence; it consults the
registries.
"""

import base64
from typing import Any, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.noise import NOISES
from aelib.experiment import MODEL_KINDS, Experiment, resolve
from aelib.models import Autoencoder
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.training import Run

MAX_PARAMETERS = 500_000  # for larger nets, an epoch takes too long for live training
MAX_PIXELS = 1_000_000  # in all training images


class Images(TypedDict):
    """shape: channels, height, width; pixels: base64 of uint8, images × pixels; names: one per image."""

    shape: list[int]
    pixels: str
    names: list[str]


class Weights(TypedDict):
    """base64 of little-endian float32.

    parameters: layer after layer outputs × (inputs + 1), the bias last, then weight and bias of a batch norm, then a
    PReLU's slope; running: for each batch norm the running means, then the running variances.
    """

    parameters: str
    running: str


class Description(TypedDict):
    """experiment: in the form of `Experiment.to_json`; set: its training images; weights: None for the initial weights
    of the seed."""

    experiment: dict[str, Any]
    set: Images
    weights: Weights | None


class NotServed(LabError):
    """The browser engine does not support something in an experiment."""


def refusal(experiment: Experiment) -> Lazy | None:
    """Why the engine cannot compute and train the experiment, in a sentence; None if it can. Raises LabError if the
    data set is not on this machine."""
    model = experiment.resolved_model
    if model.tied or model.dropout or model.penalty.entry is not None:
        return Lazy("The network in the browser knows no tied weights, no dropout and no penalty on the code.")
    if model.variational and (model.variance != "log_var" or experiment.importance_samples > 1):
        return Lazy("The network in the browser gives log variances and draws one code of an image.")
    if model.conditional or model.codebook.entries:
        return Lazy("The network in the browser is told no classes and has no codebook.")
    if not model.plain:
        return Lazy(
            "The network in the browser has fully connected layers only, and this one is {kind}.",
            kind=_label(model.kind),
        )
    for step in model.steps():
        if not ACTIVATIONS[step.activation].browser:
            return Lazy(
                "The network in the browser does not know the activation {label}.",
                label=ACTIVATIONS[step.activation].label,
            )
    if not LOSSES[experiment.loss].browser:
        label = LOSSES[experiment.loss].label
        return Lazy("The network in the browser does not know the loss {label}.", label=label)
    if not OPTIMIZERS[experiment.optimizer.kind].browser:
        label = OPTIMIZERS[experiment.optimizer.kind].label
        return Lazy("The network in the browser does not know the optimiser {label}.", label=label)
    if not INITIALIZATIONS[model.initialization].browser:
        label = INITIALIZATIONS[model.initialization].label
        return Lazy("The network in the browser does not know the initialisation {label}.", label=label)
    noise = experiment.corruption.kind
    if noise != "none" and not NOISES[noise].browser:
        return Lazy("The network in the browser does not know the noise {label}.", label=NOISES[noise].label)
    resolved = resolve(experiment)
    if not resolved.spec.memorised or resolved.spec.paired:
        return Lazy(
            "The network in the browser learns a few images by heart; {title} is a larger set.",
            title=resolved.spec.title,
        )
    if resolved.architecture.parameters > MAX_PARAMETERS:
        return Lazy(
            "The network in the browser has at most {most:,} parameters, and this one would have {found:,}.",
            most=MAX_PARAMETERS,
            found=resolved.architecture.parameters,
        )
    pixels = resolved.spec.splits.train * resolved.spec.pixels
    if pixels > MAX_PIXELS:
        return Lazy(
            "The network in the browser takes at most {most:,} pixels in all images, and these have {found:,}.",
            most=MAX_PIXELS,
            found=pixels,
        )
    return None


def describe(experiment: Experiment) -> Description:
    """Describe an untrained experiment: the engine draws the weights from its seed. Raises NotServed."""
    if (why := refusal(experiment)) is not None:
        raise NotServed(why)
    return _described(experiment, None)


def describe_run(run: Run) -> Description:
    """Describe a run with its trained weights. Raises NotServed."""
    if (why := refusal(run.experiment)) is not None:
        raise NotServed(why)
    return _described(run.experiment, weights_of(run.model))


def weights_of(model: Autoencoder) -> Weights:
    """The weights of a dense net, in the layout of the browser engine."""
    parameters: list[NDArray[Any]] = []
    running: list[NDArray[Any]] = []
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            matrix = torch.cat([layer.weight, layer.bias[:, None]], dim=1)
            parameters.append(matrix.detach().numpy().ravel())
        elif isinstance(layer, nn.BatchNorm1d):
            parameters += [layer.weight.detach().numpy(), layer.bias.detach().numpy()]
            assert layer.running_mean is not None and layer.running_var is not None  # noqa: S101, PT018 - for mypy
            running += [layer.running_mean.numpy(), layer.running_var.numpy()]
        else:  # a slope, if an activation learns one
            parameters += [one.detach().numpy() for one in layer.parameters(recurse=False)]
    return {"parameters": _floats(parameters), "running": _floats(running)}


def _described(experiment: Experiment, weights: Weights | None) -> Description:
    images = datasets.training_set(resolve(experiment).spec)
    pixels = base64.b64encode(images.pixels.contiguous().numpy().tobytes()).decode()
    shown: Images = {"shape": list(images.pixels.shape[1:]), "pixels": pixels, "names": list(images.names)}
    return {"experiment": experiment.model_dump(mode="json"), "set": shown, "weights": weights}


def _floats(parts: list[NDArray[Any]]) -> str:
    whole = np.concatenate(parts) if parts else np.empty(0)
    return base64.b64encode(whole.astype("<f4").tobytes()).decode()


def _label(kind: str) -> str:
    return MODEL_KINDS[kind].label
