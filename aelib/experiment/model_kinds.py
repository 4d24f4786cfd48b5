"""Kinds of networks: one registry entry holds all of one.

The functions and classes of an entry stand above this module, so they are named ("package.module:name") and looked up
when they are needed. To add a kind, add one entry to `MODEL_KINDS`, the function that plans it and its class.
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
        label: what people call it.
        plan: name of a function (model, shape, shown) -> Architecture: the net that gives images of `shape` (channels,
            height, width) from images of `shown`; it raises `architecture.DoesNotFit`.
        network: name of a class that follows `aelib.models.Autoencoder`.
        dense: whether its layers are `model.layers`; else `model.convolution` describes them.
        plain: whether a dense network is nothing but these layers, so that the engines that write them out may train
            it; else autograd trains it.
        scripted: whether `reports.script` can write it in plain PyTorch.
        enlarges: whether it may give larger images than it is shown, so that it has no code to sample or to draw.
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
    """The function or class that an entry names. Raises ImportError or AttributeError where there is none."""
    return resolve_name(name)
