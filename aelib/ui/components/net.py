"""A trained net in the browser: a component's picture follows the pointer without the server (net.js)."""

from typing import TypedDict

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from aelib.browser.modules import engine_modules, forward_modules
from aelib.browser.trained import TrainedNet, refusal, trained_net
from aelib.training import Run

from .canvas import floats

MARGIN = 0.08  # share of a code number's range that its slider adds on both sides
PRIOR_SHOWN = 2.0  # standard deviations of the prior that a variational net's sliders cover at least
LISTED = 200  # images that the user can start from

CODE_HTML = """<div class="code" hidden><div class="bar"><canvas class="made" role="img"
aria-label="The decoded code"></canvas><div class="status near" role="status"></div></div>
<div class="bar wrap"><label>Start from <select class="from"></select></label>
<label class="asked" hidden>Class <select class="class"></select></label></div>
<div class="numbers" role="group" aria-label="The numbers of the code"></div></div>"""


class NetData(TypedDict):
    """What `startNet` of net.js starts a net from. key: identifies the net; modules: of the engine; entries: the
    modules that the component calls."""

    key: str
    modules: tuple[tuple[str, str], ...]
    entries: tuple[str, ...]
    net: TrainedNet


class CodeData(TypedDict):
    """What `codePanel` of net.js draws.

    Attributes:
        key: name under which the browser keeps the code.
        low, high: range of each number's slider.
        codes: images × numbers (see `canvas.floats`).
        start: the initial code.
        wrong: smallest difference, 0 to 1, that makes a pixel wrong.
    """

    key: str
    low: list[float]
    high: list[float]
    codes: str
    start: list[float]
    wrong: float


def net_data(run: Run, encoder: bool = False, noise: bool = False) -> NetData | None:
    """The net of a run, None where the browser does not compute it (see `browser.trained.refusal`). encoder: with its
    encoder; noise: with the noise on images."""
    found = _net_data(run.digest, run.created, encoder, run)
    if found is None or not noise:
        return found
    entries = (*found["entries"], "noises.js")
    return {**found, "key": f"{found['key']} noise", "entries": entries, "modules": engine_modules(*entries)}


@st.cache_data(max_entries=32, show_spinner=False)
def _net_data(digest: str, created: str, encoder: bool, _run: Run) -> NetData | None:
    run = _run  # not hashable: its digest and time stand for it
    if refusal(run) is not None:
        return None
    net = trained_net(run, encoder)
    return {
        "key": f"{run.digest} {run.created} {encoder}",
        "entries": ("forward.js",),
        "modules": forward_modules(),
        "net": net,
    }


def code_data(run: Run, codes: NDArray[np.float32], start: NDArray[np.float32]) -> CodeData:
    """Sliders for every number of a code. codes: of the images, images × numbers; start: one code."""
    low, high = codes.min(axis=0), codes.max(axis=0)
    margin = MARGIN * np.where(high - low > 1e-6, high - low, 1.0)
    low, high = low - margin, high + margin
    if run.experiment.model.variational:
        low, high = np.minimum(low, -PRIOR_SHOWN), np.maximum(high, PRIOR_SHOWN)
    return {
        "key": f"{run.digest} {run.created}",
        "low": low.tolist(),
        "high": high.tolist(),
        "codes": floats(codes),
        "start": start.tolist(),
        "wrong": run.spec.wrong_pixel,
    }
