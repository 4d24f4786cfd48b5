"""Parts of the lesson on super-resolution: table, zoom, comparison of nets, and the user's own picture."""

import hashlib
import io
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from aelib.analysis.reconstruction import super_resolution
from aelib.analysis.reconstruction.super_resolution import Quality
from aelib.charts import curves, glyphs
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.datasets.user import pictures
from aelib.experiment import Experiment
from aelib.experiment.variants import activations, depths, kernels, normalized, scaled
from aelib.metrics import image_quality
from aelib.training import Run
from aelib.ui.components.figures import chart, csv_button, table_with_csv
from aelib.ui.jobs.background import result_of
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached
from aelib.ui.shell.messages import escaped, fragment, show_error

TILE = 176  # pixels of the page
CROP = 96  # pixels of an enlarged picture in the comparison
SAME = 0.005  # dB; a smaller difference is invisible and does not appear in the table
_COMPARISONS = {
    N_("Layers: 2, 3 and 4 per side"): depths,
    N_("Kernel 4 stride 2, kernel 6 stride 3"): kernels,
    N_("Activations"): activations,
    N_("Normalisation of the pixels"): scaled,
    N_("With and without batch norm"): normalized,
}


def _columns() -> dict[str, Any]:
    luminance = _("The same of the luminance Y, without a border of as many pixels as the factor: as papers give it.")
    return {
        "MSE": st.column_config.NumberColumn(format="%.5f", help=_("Mean over pixels and images, pixels from 0 to 1.")),
        _("PSNR (dB)"): st.column_config.NumberColumn(format="%.2f", help=_(image_quality.PSNR_MEANING)),
        _("PSNR of Y (dB)"): st.column_config.NumberColumn(format="%.2f", help=luminance),
        "SSIM": st.column_config.NumberColumn(
            format="%.4f", help=_("Structural similarity, mean over images; 1 for equal images.")
        ),
        _("parameters"): st.column_config.NumberColumn(format="localized"),
        _("seconds"): st.column_config.NumberColumn(format="%.1f", help=_("Of training.")),
    }


def _row(one: Quality, name: str = "") -> dict[str, Any]:
    return {
        _("method"): name or one.name,
        "MSE": one.mse,
        _("PSNR (dB)"): one.psnr,
        _("PSNR of Y (dB)"): one.psnr_y,
        "SSIM": one.ssim,
    }


@cached("Comparing …", max_entries=64)
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
    st.dataframe(rows, hide_index=True, key=f"{key}:table", column_config=_columns())
    best = max(found[:-1], key=lambda one: one.psnr)
    gain = found[-1].psnr - best.psnr
    if abs(gain) < SAME:
        text = _("The net is **as good as**")
    else:
        above = _("The net is **{gain:.2f} dB** above", gain=gain)
        text = above if gain > 0 else _("The net is **{gain:.2f} dB** below", gain=-gain)
    st.caption(_(image_quality.PSNR_MEANING))
    st.markdown(
        _(
            "{text} the best method without a net ({name}), over {test_images:,} patches of the test set.",
            text=text,
            name=best.name,
            test_images=len(super_resolution.test_images(run)),
        )
    )
    csv_button(rows, f"super-resolution-{run.digest}.csv", key)


@st.cache_data(max_entries=16, show_spinner=False)
def _by_detail(digest: str, created: str, _run: Run) -> list[int]:
    return super_resolution.telling(super_resolution.test_images(_run))


@fragment
def zoom(run: Run, key: str) -> None:
    """One patch enlarged by every method."""
    images = super_resolution.test_images(run)
    count = len(images)
    slider = f"{key}:{run.experiment.dataset}:patch"
    place = st.slider(_("Patch, by detail"), 1, count, 1, key=slider, persist_state="session") - 1 if count > 1 else 0
    chosen = _by_detail(run.digest, run.created, run)[place]
    patch = images.part(slice(chosen, chosen + 1))
    found, target = super_resolution.outputs_by_method(run, patch), patch.images()
    figures = {one.name: one for one in super_resolution.evaluate(found, target, super_resolution.factor(run))}
    columns = []
    for name, made in {**found, "original": target}.items():
        caption = _("{name}, {psnr:.1f} dB", name=name, psnr=figures[name].psnr) if name in figures else name
        columns.append(
            ((glyphs.tile(glyphs.colours(made[0].numpy()), name, TILE),), caption, name == super_resolution.NET)
        )
    st.html(glyphs.row(columns))


def compare(run: Run, key: str) -> None:
    """Compare nets that differ in one setting: errors over the epochs, and a table."""
    name = st.selectbox(_("Compare"), list(_COMPARISONS), format_func=_, key=f"{key}:which", persist_state="session")
    experiments = _fitting(run.experiment, name)
    if not experiments:
        return
    found = runs_of(
        list(experiments.values()), _("Train these {experiments}", experiments=len(experiments)), f"{key}:{name}"
    )
    if found is None:
        return
    runs = dict(zip(experiments, found, strict=True))
    chart(curves.errors(runs, "mse", from_zero=False), f"{key}:curves")
    rows = []
    for label, one in runs.items():
        figures = _evaluated(one.digest, one.created, one)[-1]
        rows.append({**_row(figures, label), _("parameters"): one.parameters, _("seconds"): one.seconds})
    without = _evaluated(found[0].digest, found[0].created, found[0])[:-1]
    rows += [_row(figures, _("no net: {name}", name=figures.name)) for figures in without]
    compared = pd.DataFrame(rows)
    table_with_csv(compared, f"compared-{run.digest}.csv", f"{key}:compared", column_config=_columns())


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
        _(
            "A picture (PNG or JPEG, up to {max_pixels} megapixels)",
            max_pixels=super_resolution.MAX_PIXELS // 1_000_000,
        ),
        type=None,
        key=f"{key}:file",
        help=_("The picture is not stored. The result stays in the server's memory until newer results replace it."),
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
        _("Enlarge it") if times > 1 else _("Sharpen it"),
        lambda on_progress, stop: super_resolution.enlarge(run, picture, on_progress, stop),
        _(
            "{width:,}x{height:,} pixels become {width_2:,}x{height_2:,}.",
            width=width,
            height=height,
            width_2=width * times,
            height_2=height * times,
        ),
    )
    if large is not None:
        _shown(run, picture, large, what, key)


@fragment
def _shown(run: Run, picture: NDArray[np.uint8], large: NDArray[np.uint8], what: str, key: str) -> None:
    """A part of the result next to the same part without a net, and a download."""
    times = super_resolution.factor(run)
    across, down = large.shape[1], large.shape[0]
    left, right = st.columns(2)
    x = left.slider(_("From left (%)"), 0, 100, 50, key=f"{key}:x", persist_state="session") / 100
    y = right.slider(_("From top (%)"), 0, 100, 50, key=f"{key}:y", persist_state="session") / 100
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
                ((glyphs.tile(ours, what, 2 * TILE),), _("{what} by the net", what=what), True),
            ]
        )
    )
    st.caption(
        escaped(
            _(
                "{across:,}x{down:,} pixels; above, a part of it next to the same part without a net.",
                across=across,
                down=down,
            )
        )
    )
    st.download_button(
        _("The {what} picture (PNG)", what=what),
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
