"""The form of each lesson: which controls, in which order."""

from collections.abc import Callable

import streamlit as st

from aelib.datasets import DatasetSpec
from aelib.datasets.noise import NOISES
from aelib.datasets.user import image_archive
from aelib.experiment import Experiment, presets, resolve
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.optimizers import OPTIMIZERS
from aelib.ui.shell.messages import escaped

from . import uploads
from .controls import Controls


def of_single_images(described: DatasetSpec) -> bool:
    """Memorised sets: what the lessons on characters and emoji are for."""
    return described.memorised


def of_pictures(described: DatasetSpec) -> bool:
    """Emoji and a person's own pictures."""
    return described.memorised and described.light


def of_many(described: DatasetSpec) -> bool:
    """Many images of some classes, such as digits."""
    return not described.memorised and not described.paired


def of_colour(described: DatasetSpec) -> bool:
    """Many images in colour."""
    return of_many(described) and described.shape[0] == 3


def _of_grey(described: DatasetSpec) -> bool:
    return of_many(described) and described.shape[0] == 1


def of_pairs(described: DatasetSpec) -> bool:
    """A poor and a good picture of the same thing."""
    return described.paired


def _characters(described: DatasetSpec) -> bool:
    return described.memorised and not described.light


WITH_BETA = ("emoji", "digits")  # lessons that show β with the network


def _starts(takes: Callable[[DatasetSpec], bool], noisy: bool | None = False, kind: str = "dense") -> list[str]:
    """Presets of such nets on such data; noisy: with or without noise, None for both."""
    found = []
    taken: dict[str, bool] = {}  # each set is looked up once: some are files, which may have come or gone
    for name, one in presets.PRESETS.items():
        experiment = one.experiment
        fits = noisy is None or (experiment.corruption.kind != "none") == noisy
        if not fits or experiment.model.kind != kind:
            continue
        if experiment.dataset not in taken:
            taken[experiment.dataset] = takes(resolve(experiment).spec)
        if taken[experiment.dataset]:
            found.append(name)
    return found


def emoji(controls: Controls) -> Experiment | None:
    """The form of the lesson on emoji: which pictures come first. None where `controls.problems` has something."""
    _start(controls, _starts(of_pictures))
    uploads.emoji(controls)
    _network(controls)
    controls.typed("beta")
    with controls.more():
        _more(controls)
    return controls.experiment_or_none()


def digits(controls: Controls) -> Experiment | None:
    """The form of the lesson on digits. None where `controls.problems` has something."""
    _start(controls, _starts(of_many))
    controls.dataset()
    _network(controls)
    controls.typed("beta")
    with controls.more():
        _more(controls)
    return controls.experiment_or_none()


def compression(controls: Controls) -> Experiment | None:
    """The form of the lesson on compression: the code comes first. None where `controls.problems` has something."""
    uploads.arrived(controls)
    _start(controls, _starts(_of_grey, kind="convolutional"))
    controls.dataset()
    _network(controls)
    with controls.more():
        uploads.collection(controls, 28, colour=False)
        _noise(controls)
        _more(controls)
    return controls.experiment_or_none()


def colour(controls: Controls) -> Experiment | None:
    """The form of the lesson on colour. None where `controls.problems` has something."""
    uploads.arrived(controls)
    _start(controls, _starts(of_colour, noisy=None, kind="convolutional"))
    controls.dataset()
    _noise(controls)
    _network(controls)
    with controls.more():
        uploads.collection(controls, 32, colour=True)
        _more(controls)
    return controls.experiment_or_none()


def restoring(controls: Controls) -> Experiment | None:
    """The form of the lesson on digits with noise. None where `controls.problems` has something."""
    _start(controls, _starts(of_many, noisy=True))
    controls.dataset()
    _noise(controls)
    _network(controls)
    with controls.more():
        _more(controls)
    return controls.experiment_or_none()


def super_resolution(controls: Controls) -> Experiment | None:
    """The form of the lesson on super-resolution. None where `controls.problems` has something."""
    _start(controls, _starts(of_pairs, kind="super_resolution"))
    controls.dataset()
    _network(controls)
    with controls.more():
        _more(controls)
    return controls.experiment_or_none()


def _noise(controls: Controls) -> None:
    """Which noise, how much, and when."""
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        kind = controls.choice("corruption.kind")
    if kind == "none":
        return
    with right:
        controls.typed("corruption.level")
    st.caption(NOISES[kind].about)
    if kind == "painted":
        controls.typed("corruption.pixels")
    controls.toggle("corruption.fresh")
    controls.choice("corruption.where")


def dense(controls: Controls) -> Experiment | None:
    """The form of the dense lesson, documents' presets first. None where `controls.problems` has something."""
    _start(controls, _starts(_characters))
    _network(controls)
    with controls.more():
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
    if kind == "painted":
        controls.typed("corruption.pixels")
    _network(controls)
    with controls.more():
        controls.toggle("corruption.fresh")
        controls.choice("corruption.where")
        controls.dataset()
        uploads.glyph_table(controls)
        _more(controls)
    return controls.experiment_or_none()


def lab(controls: Controls) -> Experiment | None:
    """Every choice that there is, on any data set. None where `controls.problems` has something."""
    uploads.arrived(controls)
    _start(controls, list(presets.PRESETS))
    controls.dataset()
    if controls.takes_uploads:
        with st.popover("Data of your own", icon=":material/upload:", width="stretch"):
            _own(controls)
    controls.choice("model.kind")
    _network(controls)
    _noise(controls)
    with controls.more():
        _more(controls)
    return controls.experiment_or_none()


def _own(controls: Controls) -> None:
    """A person's own images of any kind that there is."""
    side, colour = st.columns(2)
    size = side.segmented_control(
        "Size of pictures",
        image_archive.SIDES,
        default=28,
        required=True,
        key=controls.key("own_side"),
    )
    in_colour = colour.toggle("In colour", key=controls.key("own_colour"))
    uploads.collection(controls, size or image_archive.SIDES[0], in_colour)
    uploads.glyph_table(controls)


def swept(controls: Controls) -> None:
    """Every choice of the experiment that a sweep varies."""
    _network(controls)
    _noise(controls)
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
        st.caption(escaped(f"The document reports {reported['reported']} for {metric}{note}."))
    if preset.assumed:
        st.caption(escaped(preset.assumed))


def _network(controls: Controls) -> None:
    kind = controls.get("model.kind")
    if kind == "dense":
        controls.typed("model.layers")
    else:
        controls.typed("model.convolution.channels")
        controls.typed("model.convolution.stride")
        if kind == "super_resolution":
            controls.choice("model.convolution.upscale")
            controls.toggle("model.convolution.residual")
    controls.choice("model.hidden_activation")
    left, right = st.columns(2)
    with left:
        controls.choice("optimizer.kind")
        controls.number("epochs")
    with right:
        controls.typed("optimizer.learning_rate")
        controls.number("seed")


def _more(controls: Controls) -> None:
    kind = controls.get("model.kind")
    if kind != "dense":
        controls.typed("model.convolution.kernel")
        controls.choice("model.convolution.pooling")
        controls.choice("model.convolution.upsampling")
        controls.typed("model.convolution.code_size")
        controls.choice("precision")
    if kind != "super_resolution":
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
    if kind == "dense":
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
