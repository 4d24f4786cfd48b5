"""The parts of the lesson on super-resolution: the table, the zoom, nets beside each other, a picture of one's own."""

import hashlib
import io
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from .. import enlarging
from ..basics import LabError
from ..charts import curves, glyphs
from ..companions import activations, depths, kernels, normalized, scaled
from ..datasets import pictures
from ..enlarging import Quality
from ..experiment import Experiment
from ..run import Run
from .background import result_of
from .beside import runs_of
from .words import plain, problems

TILE = 176  # pixels of the page
CROP = 96  # pixels of a large picture that are shown beside each other
SAME = 0.005  # dB that nobody sees and no table shows
_PLAIN = {"displayModeBar": False}
_COMPARISONS = {
    "Layers: 2, 3 and 4 a side": depths,
    "Kernel 4 stride 2, kernel 6 stride 3": kernels,
    "Activations": activations,
    "Normalisation of the pixels": scaled,
    "With and without batch norm": normalized,
}


_COLUMNS = {
    "MSE": st.column_config.NumberColumn(format="%.5f", help="Mean over pixels and images, pixels from 0 to 1."),
    "PSNR (dB)": st.column_config.NumberColumn(format="%.2f", help="10 log10(1 / MSE): the more, the better."),
    "SSIM": st.column_config.NumberColumn(format="%.4f", help="Structural similarity, mean over images; 1 is equal."),
    "parameters": st.column_config.NumberColumn(format="localized"),
    "seconds": st.column_config.NumberColumn(format="%.1f", help="Of training."),
}


def _row(one: Quality, name: str = "") -> dict[str, Any]:
    return {"way": name or one.name, "MSE": one.mse, "PSNR (dB)": one.psnr, "SSIM": one.ssim}


@st.cache_data(max_entries=64, show_spinner="Comparing …")
def _judged(digest: str, created: str, _run: Run) -> list[Quality]:
    """Kept by the run's digest and when it was trained."""
    images = enlarging.compared(_run)
    return enlarging.judged(enlarging.ways(_run, images), images.images())


def table(run: Run, key: str) -> None:
    """MSE, PSNR and SSIM of the net and of enlarging without one."""
    found = _judged(run.digest, run.created, run)
    rows = pd.DataFrame([_row(one) for one in found])
    st.dataframe(rows, hide_index=True, key=f"{key}:table", column_config=_COLUMNS)
    best = max(found[:-1], key=lambda one: one.psnr)
    gain = found[-1].psnr - best.psnr
    if abs(gain) < SAME:
        text = "The net is **as good as**"
    else:
        text = f"The net is **{abs(gain):.2f} dB** {'above' if gain > 0 else 'below'}"
    st.markdown(
        f"{text} the best way without one ({best.name}), over {len(enlarging.compared(run)):,} patches that "
        "it was not trained on."
    )
    st.download_button(
        "Table as CSV", rows.to_csv(index=False), f"super-resolution-{run.digest}.csv", "text/csv",
        icon=":material/download:", key=f"{key}:csv", on_click="ignore",
    )  # fmt: skip


@st.fragment
def zoom(run: Run, key: str) -> None:
    """One patch in every way, large."""
    images = enlarging.compared(run)
    count = len(images)
    slider = f"{key}:{run.experiment.dataset}:patch"
    chosen = st.slider("Patch", 1, count, 1 + count // 2, key=slider) - 1 if count > 1 else 0
    patch = images.part(slice(chosen, chosen + 1))
    found, target = enlarging.ways(run, patch), patch.images()
    figures = {one.name: one for one in enlarging.judged(found, target)}
    columns = []
    for name, made in {**found, "original": target}.items():
        told = f"{name}, {figures[name].psnr:.1f} dB" if name in figures else name
        columns.append(((glyphs.tile(glyphs.colours(made[0].numpy()), name, TILE),), told, name == enlarging.NET))
    st.html(glyphs.row(columns))


def compare(run: Run, key: str) -> None:
    """Nets that differ in one thing: errors over the epochs, and the table."""
    name = st.selectbox("Put beside each other", list(_COMPARISONS), key=f"{key}:which")
    experiments = _fitting(run.experiment, name)
    if not experiments:
        return
    found = runs_of(list(experiments.values()), f"Train these {len(experiments)}", f"{key}:{name}")
    if found is None:
        return
    runs = dict(zip(experiments, found, strict=True))
    st.plotly_chart(curves.errors(runs, "mse"), key=f"{key}:curves", config=_PLAIN)
    rows = []
    for label, one in runs.items():
        figures = _judged(one.digest, one.created, one)[-1]
        rows.append({**_row(figures, label), "parameters": one.parameters, "seconds": one.seconds})
    without = _judged(found[0].digest, found[0].created, found[0])[:-1]
    rows += [_row(figures, f"no net: {figures.name}") for figures in without]
    compared = pd.DataFrame(rows)
    st.dataframe(compared, hide_index=True, key=f"{key}:compared", column_config=_COLUMNS)
    st.download_button(
        "Table as CSV", compared.to_csv(index=False), f"compared-{run.digest}.csv", "text/csv",
        icon=":material/download:", key=f"{key}:comparedcsv", on_click="ignore",
    )  # fmt: skip


def _fitting(experiment: Experiment, name: str) -> dict[str, Experiment]:
    """The nets to compare; where they do not fit these images, one sentence."""
    try:
        return _COMPARISONS[name](experiment)
    except LabError as error:
        problems([str(error)])
        return {}


def own_picture(run: Run, key: str) -> None:
    """A picture of one's own through the net, in tiles, beside bicubic; as PNG."""
    enlarging.check_any_size(run)
    times = enlarging.factor(run)
    what = "enlarged" if times > 1 else "sharpened"
    given = st.file_uploader(
        f"A picture (PNG or JPEG, up to {enlarging.MOST_PIXELS // 1_000_000} megapixels)", type=None, key=f"{key}:file",
        help="It is not stored. What the net makes of it stays in the server's memory until others take its place.",
    )  # fmt: skip
    if given is None:
        return
    content = given.getvalue()
    try:
        picture = pictures.whole(content, given.name, enlarging.MOST_PIXELS)
    except LabError as error:
        problems([str(error)])
        return
    height, width = picture.shape[:2]
    name = hashlib.sha256(content).hexdigest()[:16]
    large = result_of(
        f"enlarged:{run.digest}:{run.created}:{name}",
        f"{'Enlarge' if times > 1 else 'Sharpen'} it",
        lambda told, stop: enlarging.enlarge(run, picture, told, stop),
        f"{width:,}x{height:,} pixels will be {width * times:,}x{height * times:,}.",
    )
    if large is not None:
        _shown(run, picture, large, what, key)


@st.fragment
def _shown(run: Run, picture: NDArray[np.uint8], large: NDArray[np.uint8], what: str, key: str) -> None:
    """The result, a part of it beside the same part without a net, and the file."""
    times = enlarging.factor(run)
    across, down = large.shape[1], large.shape[0]
    left, right = st.columns(2)
    x = left.slider("From left (%)", 0, 100, 50, key=f"{key}:x") / 100
    y = right.slider("From top (%)", 0, 100, 50, key=f"{key}:y") / 100
    small = CROP // times
    top, start = (int(max(0, side - small) * share) for side, share in ((down // times, y), (across // times, x)))
    part = picture[top : top + small, start : start + small]
    ours = large[top * times : (top + small) * times, start * times : (start + small) * times]
    before = enlarging.bicubic(np.ascontiguousarray(part), times) if times > 1 else part
    label = "bicubic" if times > 1 else "before"
    st.html(
        glyphs.row(
            [
                ((glyphs.tile(before, label, 2 * TILE),), label, False),
                ((glyphs.tile(ours, what, 2 * TILE),), f"{what} by the net", True),
            ]
        )
    )
    st.caption(plain(f"{across:,}x{down:,} pixels; above, a part of it beside the same part without a net."))
    st.download_button(
        f"The {what} picture (PNG)", lambda: _png(large), f"{what}.png", "image/png", icon=":material/download:",
        key=f"{key}:png", on_click="ignore",
    )  # fmt: skip


def _png(picture: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()
