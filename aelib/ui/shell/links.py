"""Where an experiment is at home: the lesson that shows it, and its address there."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import streamlit as st

from aelib.experiment import Experiment, flatten, resolve
from aelib.experiment.encoding import encode

from .messages import escaped

# a lesson's page, and the preset that its addresses are written against
_DENSE, _DENOISING = ("pages/dense.py", "font-best"), ("pages/denoising.py", "font-denoise-10")
_EMOJI, _DIGITS = ("pages/emoji.py", "emoji-best"), ("pages/digits.py", "digits-vae")
_COMPRESSION, _RESTORING = ("pages/compression.py", "letters-7x7"), ("pages/restoring.py", "digits-denoise")
_COLOUR = ("pages/colour.py", "house-numbers-autoencoder")
_LAB = ("pages/lab.py", "font-best")
_SUPER_RESOLUTION = ("pages/super_resolution.py", "photographs-3-best")


def name(experiment: Experiment) -> str:
    """Network and seed, which tell most of a person's trainings apart."""
    return f"{experiment.network}, seed {experiment.seed}"


def link(experiment: Experiment, label: str, icon: str = ":material/open_in_new:", preset: str | None = None) -> None:
    """A link that opens the experiment in its lesson. preset: that the address begins with, by default the lesson's."""
    page, own = home_of(experiment)
    query = encode(experiment, preset or own).query() | _rules(page, experiment)
    st.page_link(page, label=escaped(label), icon=icon, query_params=query)


def _rules(page: str, experiment: Experiment) -> dict[str, str]:
    """What a teacher's link to that lesson says, where the experiment keeps to it. Else it is another subject, shown
    without the rules of that link."""
    lesson = PurePosixPath(page).stem
    rules, pinned = st.session_state.get(f"{lesson}:rules"), st.session_state.get(f"{lesson}:pinned", {})
    values = flatten(experiment.model_dump(mode="json"))
    if rules is None or any(path in values and values[path] != value for path, value in pinned.items()):
        return {}
    shown: dict[str, str] = rules.query()
    return shown


def home_of(experiment: Experiment) -> tuple[str, str]:
    """The lesson that such an experiment is part of."""
    described = resolve(experiment).spec
    if described.paired:
        return _SUPER_RESOLUTION if not experiment.model.dense else _LAB
    if experiment.model.enlarges or (not experiment.model.dense and described.memorised):
        return _LAB  # no lesson is about such nets on such images
    if experiment.model.kind == "convolutional":
        return _COLOUR if described.shape[0] == 3 else _COMPRESSION
    if not described.memorised:
        return _RESTORING if experiment.corruption.kind != "none" else _DIGITS
    if described.light:
        return _EMOJI
    return _DENSE if experiment.corruption.kind == "none" else _DENOISING


@lru_cache(maxsize=512)
def short(experiment: Experiment) -> str:
    """The experiment as one value of an address, from the nearest preset."""
    return encode(experiment).packed()


def link_compare(experiments: Sequence[Experiment], label: str, add: bool = False) -> None:
    """A link to the comparison of these; add: in addition to those that this person compares already."""
    values = [short(one) for one in experiments]
    query = {"add": values[0]} if add else {str(i): value for i, value in enumerate(values, 1)}
    st.page_link("pages/compare.py", label=escaped(label), icon=":material/compare:", query_params=query)


def here() -> tuple[str, dict[str, str]] | None:
    """This page's file and its address, for a link back; None where there is no address (tests)."""
    name = urlsplit(st.context.url or "").path.rpartition("/")[2]
    return (f"pages/{name}.py", {key: st.query_params[key] for key in st.query_params}) if name else None


def link_back(page: tuple[str, dict[str, str]], label: str, icon: str) -> None:
    """A link to where something was asked for."""
    st.page_link(page[0], label=escaped(label), icon=icon, query_params=page[1])
