"""Kinds of networks: one registry entry holds everything about one kind.

The functions and classes of an entry are in packages above this one, so the entry has their names
("package.module:name"), which are imported when needed. To add a kind, add one entry to `MODEL_KINDS`, the function
that plans it and its class.
"""

import functools
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from aelib.core.language import translated


@translated("label")
@dataclass(frozen=True, kw_only=True)
class ModelKind:
    """One kind of network.

    Attributes:
        label: its usual name.
        plan: name of a function (model, shape, shown) -> Architecture: the net that turns images of shape `shown` into
            images of `shape` (channels, height, width); it raises `architecture.DoesNotFit`.
        network: name of a class that implements `aelib.models.Autoencoder`.
        dense: whether `model.layers` describes its layers; otherwise `model.convolution` does.
        plain: whether a dense network has these layers and nothing else, so that the engines with hand-written
            gradients may train it; otherwise autograd trains it.
        scripted: whether `reports.script` can export it as plain PyTorch.
        enlarges: whether its output may be larger than its input; then it has no code to sample or to draw.
    """

    label: str
    plan: str
    network: str
    dense: bool = False
    plain: bool = False
    scripted: bool = False
    enlarges: bool = False


MODEL_KINDS: dict[str, ModelKind] = {
    "dense": ModelKind(
        label="dense",
        plan="aelib.experiment.architecture:plan_dense",
        network="aelib.models.dense:DenseAutoencoder",
        dense=True,
        plain=True,
        scripted=True,
    ),
    "convolutional": ModelKind(
        label="convolutional",
        plan="aelib.experiment.architecture:plan_convolutional",
        network="aelib.models.convolutional:ConvolutionalAutoencoder",
        scripted=True,
    ),
    "super_resolution": ModelKind(
        label="super-resolution",
        plan="aelib.experiment.architecture:plan_super_resolution",
        network="aelib.models.convolutional:SuperResolution",
        scripted=True,
        enlarges=True,
    ),
}


@functools.cache
def import_object(name: str) -> Any:
    """Import the function or class that an entry names. Raises ImportError or AttributeError if it does not exist."""
    return resolve_name(name)
