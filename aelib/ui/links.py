"""Where an experiment is at home: the lesson that shows it, and its address there."""

from urllib.parse import urlsplit

import streamlit as st

from ..experiment import Experiment
from .address import to_query
from .words import plain

# a lesson's page, and the preset that its addresses are written against
_DENSE, _DENOISING = ("pages/dense.py", "font-best"), ("pages/denoising.py", "font-denoise-10")
_EMOJI, _DIGITS = ("pages/emoji.py", "emoji-best"), ("pages/digits.py", "digits-vae")
_COMPRESSION, _RESTORING = ("pages/compression.py", "letters-7x7"), ("pages/restoring.py", "digits-denoise")
_COLOUR = ("pages/colour.py", "house-numbers-autoencoder")
_SUPER_RESOLUTION = ("pages/super_resolution.py", "photographs-3-best")


def name(experiment: Experiment) -> str:
    """Network and seed, which tell most of one's own trainings apart."""
    return f"{experiment.network}, seed {experiment.seed}"


def link(experiment: Experiment, label: str, icon: str = ":material/open_in_new:", preset: str | None = None) -> None:
    """A link that opens the experiment in its lesson. preset: that the address begins with, by default the lesson's."""
    page, own = _home_of(experiment)
    st.page_link(page, label=plain(label), icon=icon, query_params=to_query(experiment, preset or own))


def _home_of(experiment: Experiment) -> tuple[str, str]:
    """The lesson that such an experiment is part of."""
    described = experiment.dataset_spec
    if experiment.model.kind == "super_resolution" or described.paired:
        return _SUPER_RESOLUTION
    if experiment.model.kind == "convolutional":
        return _COLOUR if described.shape[0] == 3 else _COMPRESSION
    if not described.named:
        return _RESTORING if experiment.corruption.kind != "none" else _DIGITS
    if described.light:
        return _EMOJI
    return _DENSE if experiment.corruption.kind == "none" else _DENOISING


def here() -> tuple[str, dict[str, str]] | None:
    """This page's file and its address, for a link back; None where there is no address (tests)."""
    name = urlsplit(st.context.url or "").path.rpartition("/")[2]
    return (f"pages/{name}.py", {key: st.query_params[key] for key in st.query_params}) if name else None


def link_back(page: tuple[str, dict[str, str]], label: str, icon: str) -> None:
    """A link to where something was asked for."""
    st.page_link(page[0], label=plain(label), icon=icon, query_params=page[1])
