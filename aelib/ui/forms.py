"""The form of each lesson: which controls, in which order."""

from collections.abc import Callable

import streamlit as st

from .. import presets
from ..corruption import NOISES
from ..datasets import DatasetSpec
from ..experiment import Experiment
from ..initialization import INITIALIZATIONS
from ..optimizers import OPTIMIZERS
from . import uploads
from .controls import Controls
from .words import plain


def of_single_images(described: DatasetSpec) -> bool:
    """Every image is a thing of its own: what the lessons on characters and emoji are for."""
    return described.named


def of_pictures(described: DatasetSpec) -> bool:
    """Emoji and a person's own pictures."""
    return described.named and described.light


def of_many(described: DatasetSpec) -> bool:
    """Many images of some classes, such as digits."""
    return not described.named


def _characters(described: DatasetSpec) -> bool:
    return described.named and not described.light


WITH_BETA = ("emoji", "digits")  # lessons that show β beside the network


def _starts(takes: Callable[[DatasetSpec], bool], noisy: bool = False) -> list[str]:
    """Presets on such data, with or without noise."""
    return [
        name
        for name, one in presets.PRESETS.items()
        if takes(one.experiment.dataset_spec) and (one.experiment.corruption.kind != "none") == noisy
    ]


def emoji(controls: Controls) -> Experiment | None:
    """The form of the lesson on emoji: which pictures come first. None where `controls.problems` has something."""
    _start(controls, _starts(of_pictures))
    uploads.emoji(controls)
    _network(controls)
    controls.typed("beta")
    with st.expander("More choices"):
        _more(controls)
    return controls.experiment_or_none()


def digits(controls: Controls) -> Experiment | None:
    """The form of the lesson on digits. None where `controls.problems` has something."""
    _start(controls, _starts(of_many))
    controls.dataset()
    _network(controls)
    controls.typed("beta")
    with st.expander("More choices"):
        _more(controls)
    return controls.experiment_or_none()


def dense(controls: Controls) -> Experiment | None:
    """The form of the dense lesson, documents' presets first. None where `controls.problems` has something."""
    _start(controls, _starts(_characters))
    _network(controls)
    with st.expander("More choices"):
        controls.dataset()
        uploads.glyph_table(controls)
        _more(controls)
    return controls.experiment_or_none()


def denoiser(controls: Controls) -> Experiment | None:
    """The form of the denoising lesson: noise first. None where `controls.problems` has something."""
    _start(controls, _starts(_characters, noisy=True))
    left, right = st.columns(2)
    with left:
        kind = controls.choice("corruption.kind")
    with right:
        controls.typed("corruption.level")
    if kind in NOISES:
        st.caption(NOISES[kind].about)
    _network(controls)
    with st.expander("More choices"):
        controls.toggle("corruption.fresh")
        controls.choice("corruption.where")
        if kind == "painted":
            controls.typed("corruption.pixels")
        controls.dataset()
        uploads.glyph_table(controls)
        _more(controls)
    return controls.experiment_or_none()


def swept(controls: Controls) -> None:
    """Every choice of the experiment that a sweep varies."""
    _network(controls)
    kind = controls.choice("corruption.kind")
    if kind != "none":
        controls.typed("corruption.level")
        controls.toggle("corruption.fresh")
        controls.choice("corruption.where")
    controls.dataset()
    uploads.glyph_table(controls)
    _more(controls)


def _start(controls: Controls, names: list[str]) -> None:
    """The preset, with what its document reports and what we assumed."""
    preset = controls.preset(names)
    if preset.reported:
        reported = preset.reported
        metric = reported["metric"].replace("_", " ")
        note = f" ({reported['note']})" if reported["note"] else ""
        st.caption(plain(f"The document reports {reported['reported']} for {metric}{note}."))
    if preset.assumed:
        st.caption(plain(preset.assumed))


def _network(controls: Controls) -> None:
    controls.typed("model.layers")
    controls.choice("model.hidden_activation")
    left, right = st.columns(2)
    with left:
        controls.choice("optimizer.kind")
        controls.number("epochs")
    with right:
        controls.typed("optimizer.learning_rate")
        controls.number("seed")


def _more(controls: Controls) -> None:
    controls.toggle("model.variational")
    if controls.get("model.variational"):
        if controls.lesson not in WITH_BETA:
            controls.typed("beta")
        controls.number("beta_warm_up")
        controls.typed("free_bits")
    controls.choice("normalization")
    controls.choice("loss")
    controls.choice("model.code_activation")
    controls.choice("model.output_activation")
    controls.typed("model.decoder_layers")
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
    controls.typed("batch_size")
    stop = controls.choice("early_stop.kind")
    if stop == "learnt":
        controls.typed("early_stop.wrong_pixels")
    if stop == "patience":
        controls.typed("early_stop.patience")
        controls.typed("early_stop.min_delta")
    controls.typed("snapshots")
