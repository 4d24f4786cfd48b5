"""The building blocks of forms: each is a few related controls. A `Lesson` lists its blocks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from aelib.core.language import _
from aelib.datasets.noise import NOISES
from aelib.experiment import MODEL_KINDS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.optimizers import OPTIMIZERS
from aelib.nn.penalties import PENALTIES

from . import uploads
from .controls import Controls
from .own_data import own_data

BETA = "beta"


def network(controls: Controls) -> None:
    """The layers, the most frequently changed training settings, and the seed."""
    kind = controls.get("model.kind")
    if MODEL_KINDS[kind].dense:
        controls.typed("model.layers")
    else:
        controls.typed("model.convolution.channels")
        controls.typed("model.convolution.stride")
        if kind == "super_resolution":
            controls.choice("model.convolution.upscale")
            controls.toggle("model.convolution.residual")
    if has_hidden_layers(controls):
        controls.choice("model.hidden_activation")
    else:
        st.caption(_("No layer lies between image and code, so there is no hidden activation."))
    left, right = st.columns(2)
    with left:
        controls.choice("optimizer.kind")
        controls.number("epochs")
    with right:
        controls.typed("optimizer.learning_rate")
        controls.number("seed")


def has_hidden_layers(controls: Controls) -> bool:
    """Whether the sizes in the form have a layer between image and code, or code and image. Sizes that cannot be read
    may have one."""
    if not MODEL_KINDS[controls.get("model.kind")].dense:
        return True
    sizes = [re.findall(r"\d+", str(controls.get(path) or "")) for path in ("model.layers", "model.decoder_layers")]
    return any(len(one) > 2 for one in sizes) or len(sizes[0]) < 2


def model_kind(controls: Controls) -> None:
    """The kind of network."""
    controls.choice("model.kind")


def beta(controls: Controls) -> None:
    """The weight of the KL divergence."""
    controls.typed("beta")


def dataset(controls: Controls) -> None:
    """The data set."""
    controls.dataset()


def noise(controls: Controls) -> None:
    """Kind and level of the noise, and when it is applied."""
    left, right = controls.columns(2, "bottom")
    with left:
        kind = controls.choice("corruption.kind")
    if kind == "none":
        return
    with right:
        controls.typed("corruption.level")
    _about_noise(controls, kind)
    noise_use(controls)


def noise_level(controls: Controls) -> None:
    """Kind and level of the noise."""
    left, right = st.columns(2)
    with left:
        kind = controls.choice("corruption.kind")
    with right:
        controls.typed("corruption.level")
    if kind in NOISES:
        _about_noise(controls, kind)


def _about_noise(controls: Controls, kind: str) -> None:
    controls.caption(NOISES[kind].about)
    if NOISES[kind].painted:
        controls.typed("corruption.pixels")


def noise_use(controls: Controls) -> None:
    """When noise is applied."""
    controls.toggle("corruption.fresh")
    controls.choice("corruption.where")


def rest(controls: Controls) -> None:
    """Controls for all other fields that have an effect."""
    kind = controls.get("model.kind")
    dense = MODEL_KINDS[kind].dense
    if not dense:
        controls.typed("model.convolution.kernel")
        controls.choice("model.convolution.pooling")
        controls.choice("model.convolution.upsampling")
        controls.typed("model.convolution.code_size")
        controls.choice("precision")
    if kind != "super_resolution":
        controls.toggle("model.variational")
    if controls.get("model.variational"):
        if BETA not in controls.lesson.front:
            controls.typed("beta")
        controls.number("beta_warm_up")
        controls.typed("free_bits")
        controls.choice("model.variance")
        controls.typed("importance_samples")
    controls.typed("classes")
    controls.choice("normalization")
    controls.choice("loss")
    controls.choice("model.code_activation")
    controls.choice("model.output_activation")
    if dense:
        controls.typed("model.decoder_layers")
        controls.toggle("model.tied")
        controls.typed("model.dropout")
        controls.toggle("model.conditional")
    codebook(controls)
    penalty = PENALTIES.get(controls.choice("model.penalty.kind"))
    for name in penalty.settings if penalty is not None else ():
        controls.typed(f"model.penalty.{name}")
    controls.toggle("model.batch_norm")
    initialization = controls.choice("model.initialization")
    if INITIALIZATIONS[initialization].scaled:
        controls.typed("model.initialization_scale")
    if OPTIMIZERS[controls.get("optimizer.kind")].momentum:
        controls.typed("optimizer.momentum")
    controls.typed("optimizer.weight_decay")
    schedule = controls.choice("optimizer.schedule")
    if schedule == "step":
        controls.typed("optimizer.step_every")
        controls.typed("optimizer.step_factor")
    if schedule == "cosine":
        controls.typed("optimizer.schedule_epochs")
    controls.typed("batch_size")
    stop = controls.choice("early_stop.kind")
    if stop == "learnt":
        controls.typed("early_stop.wrong_pixels")
    if stop == "patience":
        controls.typed("early_stop.patience")
        controls.typed("early_stop.min_delta")
    controls.typed("snapshots")


def codebook(controls: Controls) -> None:
    """The number of codebook entries, and the settings that a codebook needs."""
    if controls.get("model.kind") == "super_resolution" or controls.get("model.variational"):
        return
    controls.typed("model.codebook.entries")
    if controls.get("model.codebook.entries") in ("", "0"):
        return
    if MODEL_KINDS[controls.get("model.kind")].dense:
        controls.typed("model.codebook.numbers")
    controls.typed("model.codebook.commitment")
    controls.typed("model.codebook.decay")
    controls.toggle("model.codebook.revive")


@dataclass(frozen=True)
class Block:
    """draw: draws the controls."""

    draw: Callable[[Controls], None]


BLOCKS: dict[str, Block] = {
    block.draw.__name__: block
    for block in (
        Block(network),
        Block(model_kind),
        Block(beta),
        Block(dataset),
        Block(noise),
        Block(noise_level),
        Block(noise_use),
        Block(uploads.pictures_to_choose),
        Block(own_data),
    )
}
