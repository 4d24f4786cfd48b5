"""The rivals of the lesson on compression: JPEG, WebP and PCA beside nets, in a chart, in words and in a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from aelib.analysis.reconstruction import rate_distortion
from aelib.analysis.reconstruction.codecs import FLOAT, QUALITIES, RatePoint
from aelib.analysis.reconstruction.rate_distortion import BITS, Stretch
from aelib.charts.reconstruction import rate_distortion as rate_chart
from aelib.core.language import _, ngettext
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv
from aelib.ui.shell.caching import cached
from aelib.ui.shell.messages import fragment

from .compression import code_name, decibels_column, images_of, measured_on, pca_points, points

PCA_BITS = 8
WHOLE, BARE = "JPEG", "JPEG without headers"


@cached("Writing the images as JPEG and WebP files …", max_entries=16)
def _codecs(images: str, _run: Run) -> dict[str, list[RatePoint]]:
    return rate_distortion.codec_curves(_run.spec)


@fragment
def against_codecs(run: Run, others: Sequence[Run], key: str) -> None:
    """Quality against bits for the nets, PCA, JPEG and WebP, with a summary in words. others: of further codes."""
    nets = list(others) if any(one.digest == run.digest for one in others) else [*others, run]
    by_bits = _series(nets)
    counts = tuple(sorted({*rate_distortion.COMPONENTS, *(one.latent_dim for one in nets)}))
    pca = pca_points(run, counts, PCA_BITS)
    baselines = _codecs(images_of(run), run) | {_("PCA, {pca_bits} bits", pca_bits=PCA_BITS): pca}
    measures: list[rate_chart.Quality] = ["psnr", "ssim"]
    measure = st.segmented_control(
        _("Quality"),
        measures,
        default="psnr",
        key=f"{key}:quality",
        required=True,
        format_func=lambda name: rate_chart.LABELS[name].partition(",")[0],
        help=_("PSNR measures squared pixel errors; SSIM compares contrast and structure in small windows."),
        persist_state="session",
    )
    figure = rate_chart.against_bits(by_bits | baselines, measure).update_layout(
        height=560
    )  # on a phone, the legend has many rows
    chart(figure, f"{key}:chart")
    st.caption(
        _(
            "Bits after a name are per number of the code. Points of WebP and JPEG are {qualities} qualities "
            "from {qualities_2} to {qualities_3}, those of PCA are numbers of components. PSNR and bits are "
            "means over {measured_on}, SSIM over at most as many.",
            qualities=len(QUALITIES),
            qualities_2=QUALITIES[0],
            qualities_3=QUALITIES[-1],
            measured_on=measured_on(run),
        )
    )
    if not others:
        st.caption(_("This chart has only the chosen net. Train the four codes in their tab to add them."))
    ours = [point for series in by_bits.values() for point in series]
    st.markdown("\n".join(f"- {_in_words(name, ours, baselines[name])}" for name in (WHOLE, BARE)))
    st.markdown("\n".join([f"- {_beside_pca(run, pca)}", f"- {_shared_once(run, baselines[WHOLE])}"]))
    _needs(ours, baselines, run, key)


def _series(nets: Sequence[Run]) -> dict[str, list[RatePoint]]:
    """Points of all nets, grouped by bits per number; each is labelled with its code."""
    found: dict[str, list[RatePoint]] = {_("nets, {bits} bits", bits=bits): [] for bits in BITS}
    for one in nets:
        for series, point in zip(found.items(), points(one), strict=True):
            series[1].append(replace(point, name=series[0], setting=code_name(one.experiment)))
    return found


def _in_words(name: str, ours: Sequence[RatePoint], baseline: Sequence[RatePoint]) -> str:
    """Describe at how many bits the nets have a higher PSNR than a codec."""
    found = rate_distortion.compare(ours, baseline)
    least = min(baseline, key=lambda point: point.bits)
    parts = [f"**{'better' if one.better else 'worse'}** {_range(one)}" for one in found.stretches]
    text = f"**{name}**: "
    if parts:
        text += _("the best net of each size is {parts}. ", parts=", then ".join(parts))
    if found.incomparable:
        best = max(found.incomparable, key=lambda point: point.psnr)
        text += _(
            "Its smallest images take {bits:,.0f} bits ({psnr:.1f} dB); with fewer, only the nets remain. "
            "The best of these, {setting} in {bits_2:,.0f} bits, reaches {psnr_2:.1f} dB",
            bits=least.bits,
            psnr=least.psnr,
            setting=best.setting,
            bits_2=best.bits,
            psnr_2=best.psnr,
        )
        needed = rate_distortion.bits_for(baseline, best.psnr) if best.psnr > least.psnr else None
        text += (
            _(", which is less.")
            if needed is None
            else _(": **better**, and {name} needs {needed:,.0f} bits for this.", name=name, needed=needed)
        )
    return text


def _range(stretch: Stretch) -> str:
    low, high = stretch.points[0].bits, stretch.points[-1].bits
    return (
        _("at {low:,.0f} bits", low=low)
        if low == high
        else _("from {low:,.0f} to {high:,.0f} bits", low=low, high=high)
    )


def _beside_pca(run: Run, pca: Sequence[RatePoint]) -> str:
    numbers = run.latent_dim
    [net] = points(run, (PCA_BITS,))
    same = next((point for point in pca if point.bits == numbers * PCA_BITS), None)
    if same is None:
        return _(
            "**PCA** was not computed with {numbers:,} components: these images have fewer, or it would take too long.",
            numbers=numbers,
        )
    figures = {
        "bits": PCA_BITS,
        "images": rate_distortion.pca_images(run.spec),
        "pca": same.psnr,
        "net": net.psnr,
        "gain": abs(net.psnr - same.psnr),
    }
    if net.psnr > same.psnr:
        return ngettext(
            "**PCA** with as many dimensions ({n:,} component of {bits} bits), fitted to {images:,} training images, "
            "reaches {pca:.1f} dB, the chosen net {net:.1f} dB: {gain:.1f} dB better.",
            "**PCA** with as many dimensions ({n:,} components of {bits} bits), fitted to {images:,} training images, "
            "reaches {pca:.1f} dB, the chosen net {net:.1f} dB: {gain:.1f} dB better.",
            numbers,
            **figures,
        )
    return ngettext(
        "**PCA** with as many dimensions ({n:,} component of {bits} bits), fitted to {images:,} training images, "
        "reaches {pca:.1f} dB, the chosen net {net:.1f} dB: {gain:.1f} dB worse.",
        "**PCA** with as many dimensions ({n:,} components of {bits} bits), fitted to {images:,} training images, "
        "reaches {pca:.1f} dB, the chosen net {net:.1f} dB: {gain:.1f} dB worse.",
        numbers,
        **figures,
    )


def _shared_once(run: Run, whole: Sequence[RatePoint]) -> str:
    [net] = points(run, (PCA_BITS,))
    cost = run.parameters * FLOAT
    text = _(
        "**The network itself** is not included: its {parameters:,} parameters of 32 bits, {cost:,} bits, "
        "must be transferred once.",
        parameters=run.parameters,
        cost=cost,
    )
    needed = rate_distortion.bits_for(whole, net.psnr)
    if needed is not None and needed > net.bits:
        images = math.ceil(cost / (needed - net.bits))
        text += _(
            " Compared with JPEG files of at least the same PSNR, this pays off after **{images:,} images**.",
            images=images,
        )
    return text


def _needs(ours: Sequence[RatePoint], baselines: Mapping[str, Sequence[RatePoint]], run: Run, key: str) -> None:
    """A table of the bits that each baseline needs for the PSNR of each net."""
    rows = [
        {
            "net": f"{point.setting}, {point.name.removeprefix('nets, ')}",
            "bits": point.bits,
            "PSNR": point.psnr,
            **{name: rate_distortion.bits_for(baseline, point.psnr) for name, baseline in baselines.items()},
        }
        for point in sorted(ours, key=lambda point: -point.bits)
    ]
    with st.expander(_("Bits that the baselines need for the same quality")):
        table = pd.DataFrame(rows)
        whole = st.column_config.NumberColumn(
            format="%.0f", help=_("Bits per image. The minimum if even that is better; empty if it never is as good.")
        )
        config = {"PSNR": decibels_column(), **dict.fromkeys(["bits", *baselines], whole)}
        table_with_csv(table, f"rates-{run.digest}.csv", key, column_config=config, placeholder="–")
