"""Parts of the lesson on super-resolution: table, zoom, comparison of nets, and the user's own picture."""

import hashlib
import io
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from aelib.analysis import super_resolution
from aelib.analysis.super_resolution import Quality
from aelib.charts import curves, glyphs
from aelib.core.errors import LabError
from aelib.datasets.user import pictures
from aelib.experiment import Experiment
from aelib.experiment.variants import activations, depths, kernels, normalized, scaled
from aelib.metrics import image_quality
from aelib.training import Run
from aelib.ui.components.figures import chart, csv_button, table_with_csv
from aelib.ui.jobs.background import result_of
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import escaped, show_error

TILE = 176  # pixels of the page
CROP = 96  # pixels of an enlarged picture in the comparison
SAME = 0.005  # dB; a smaller difference is invisible and does not appear in the table
_COMPARISONS = {
    "Layers: 2, 3 and 4 per side": depths,
    "Kernel 4 stride 2, kernel 6 stride 3": kernels,
    "Activations": activations,
    "Normalisation of the pixels": scaled,
    "With and without batch norm": normalized,
}


_COLUMNS = {
    "MSE": st.column_config.NumberColumn(format="%.5f", help="Mean over pixels and images, pixels from 0 to 1."),
    "PSNR (dB)": st.column_config.NumberColumn(format="%.2f", help=image_quality.PSNR_MEANING),
    "PSNR of Y (dB)": st.column_config.NumberColumn(
        format="%.2f",
        help="The same of the luminance Y, without a border of as many pixels as the factor: as papers give it.",
    ),
    "SSIM": st.column_config.NumberColumn(
        format="%.4f", help="Structural similarity, mean over images; 1 for equal images."
    ),
    "parameters": st.column_config.NumberColumn(format="localized"),
    "seconds": st.column_config.NumberColumn(format="%.1f", help="Of training."),
}


def _row(one: Quality, name: str = "") -> dict[str, Any]:
    return {
        "method": name or one.name,
        "MSE": one.mse,
        "PSNR (dB)": one.psnr,
        "PSNR of Y (dB)": one.psnr_y,
        "SSIM": one.ssim,
    }


@st.cache_data(max_entries=64, show_spinner="Comparing …")
def _evaluated(digest: str, created: str, _run: Run) -> list[Quality]:
    """Figures of each method on the test set, cached by the run's digest and time."""
    images = super_resolution.test_images(_run)
    return super_resolution.evaluate(
        super_resolution.outputs_by_method(_run, images), images.images(), super_resolution.factor(_run)
    )


def table(run: Run, key: str) -> None:
    """MSE, PSNR and SSIM of the net and of upscaling without a net."""
    found = _evaluated(run.digest, run.created, run)
    rows = pd.DataFrame([_row(one) for one in found])
    st.dataframe(rows, hide_index=True, key=f"{key}:table", column_config=_COLUMNS)
    best = max(found[:-1], key=lambda one: one.psnr)
    gain = found[-1].psnr - best.psnr
    if abs(gain) < SAME:
        text = "The net is **as good as**"
    else:
        text = f"The net is **{abs(gain):.2f} dB** {'above' if gain > 0 else 'below'}"
    st.caption(image_quality.PSNR_MEANING)
    st.markdown(
        f"{text} the best method without a net ({best.name}), over {len(super_resolution.test_images(run)):,} patches "
        "of the test set."
    )
    csv_button(rows, f"super-resolution-{run.digest}.csv", key)


@st.cache_data(max_entries=16, show_spinner=False)
def _by_detail(digest: str, created: str, _run: Run) -> list[int]:
    return super_resolution.telling(super_resolution.test_images(_run))


@st.fragment
def zoom(run: Run, key: str) -> None:
    """One patch enlarged by every method."""
    images = super_resolution.test_images(run)
    count = len(images)
    slider = f"{key}:{run.experiment.dataset}:patch"
    place = st.slider("Patch, by detail", 1, count, 1, key=slider, persist_state="session") - 1 if count > 1 else 0
    chosen = _by_detail(run.digest, run.created, run)[place]
    patch = images.part(slice(chosen, chosen + 1))
    found, target = super_resolution.outputs_by_method(run, patch), patch.images()
    figures = {one.name: one for one in super_resolution.evaluate(found, target, super_resolution.factor(run))}
    columns = []
    for name, made in {**found, "original": target}.items():
        caption = f"{name}, {figures[name].psnr:.1f} dB" if name in figures else name
        columns.append(
            ((glyphs.tile(glyphs.colours(made[0].numpy()), name, TILE),), caption, name == super_resolution.NET)
        )
    st.html(glyphs.row(columns))


def compare(run: Run, key: str) -> None:
    """Compare nets that differ in one setting: errors over the epochs, and a table."""
    name = st.selectbox("Compare", list(_COMPARISONS), key=f"{key}:which", persist_state="session")
    experiments = _fitting(run.experiment, name)
    if not experiments:
        return
    found = runs_of(list(experiments.values()), f"Train these {len(experiments)}", f"{key}:{name}")
    if found is None:
        return
    runs = dict(zip(experiments, found, strict=True))
    chart(curves.errors(runs, "mse", from_zero=False), f"{key}:curves")
    rows = []
    for label, one in runs.items():
        figures = _evaluated(one.digest, one.created, one)[-1]
        rows.append({**_row(figures, label), "parameters": one.parameters, "seconds": one.seconds})
    without = _evaluated(found[0].digest, found[0].created, found[0])[:-1]
    rows += [_row(figures, f"no net: {figures.name}") for figures in without]
    compared = pd.DataFrame(rows)
    table_with_csv(compared, f"compared-{run.digest}.csv", f"{key}:compared", column_config=_COLUMNS)


def _fitting(experiment: Experiment, name: str) -> dict[str, Experiment]:
    """The nets to compare; empty, with an error, if they do not fit these images."""
    try:
        return _COMPARISONS[name](experiment)
    except LabError as error:
        show_error(error)
        return {}


def own_picture(run: Run, key: str) -> None:
    """Process the user's own picture in tiles, compare it with bicubic, and offer it as PNG."""
    super_resolution.check_any_size(run)
    times = super_resolution.factor(run)
    what = "enlarged" if times > 1 else "sharpened"
    given = st.file_uploader(
        f"A picture (PNG or JPEG, up to {super_resolution.MAX_PIXELS // 1_000_000} megapixels)",
        type=None,
        key=f"{key}:file",
        help="The picture is not stored. The result stays in the server's memory until newer results replace it.",
    )
    if given is None:
        return
    content = given.getvalue()
    try:
        picture = pictures.whole(content, given.name, super_resolution.MAX_PIXELS)
    except LabError as error:
        show_error(error)
        return
    height, width = picture.shape[:2]
    name = hashlib.sha256(content).hexdigest()[:16]
    large = result_of(
        f"enlarged:{run.digest}:{run.created}:{name}",
        f"{'Enlarge' if times > 1 else 'Sharpen'} it",
        lambda on_progress, stop: super_resolution.enlarge(run, picture, on_progress, stop),
        f"{width:,}x{height:,} pixels become {width * times:,}x{height * times:,}.",
    )
    if large is not None:
        _shown(run, picture, large, what, key)


@st.fragment
def _shown(run: Run, picture: NDArray[np.uint8], large: NDArray[np.uint8], what: str, key: str) -> None:
    """A part of the result next to the same part without a net, and a download."""
    times = super_resolution.factor(run)
    across, down = large.shape[1], large.shape[0]
    left, right = st.columns(2)
    x = left.slider("From left (%)", 0, 100, 50, key=f"{key}:x", persist_state="session") / 100
    y = right.slider("From top (%)", 0, 100, 50, key=f"{key}:y", persist_state="session") / 100
    small = CROP // times
    top, start = (int(max(0, side - small) * share) for side, share in ((down // times, y), (across // times, x)))
    part = picture[top : top + small, start : start + small]
    ours = large[top * times : (top + small) * times, start * times : (start + small) * times]
    before = super_resolution.bicubic(np.ascontiguousarray(part), times) if times > 1 else part
    label = "bicubic" if times > 1 else "before"
    st.html(
        glyphs.row(
            [
                ((glyphs.tile(before, label, 2 * TILE),), label, False),
                ((glyphs.tile(ours, what, 2 * TILE),), f"{what} by the net", True),
            ]
        )
    )
    st.caption(escaped(f"{across:,}x{down:,} pixels; above, a part of it next to the same part without a net."))
    st.download_button(
        f"The {what} picture (PNG)",
        lambda: _png(large),
        f"{what}.png",
        "image/png",
        icon=":material/download:",
        key=f"{key}:png",
        on_click="ignore",
    )


def _png(picture: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()
