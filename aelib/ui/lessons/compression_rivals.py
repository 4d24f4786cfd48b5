"""The rivals of the lesson on compression: JPEG, WebP and PCA beside nets, in a chart, in words and in a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from aelib.analysis import rate_distortion
from aelib.analysis.codecs import FLOAT, QUALITIES, RatePoint
from aelib.analysis.rate_distortion import BITS, Stretch
from aelib.charts import rate_distortion as rate_chart
from aelib.training import Run
from aelib.ui.components.figures import chart, table_with_csv

from .compression import DECIBELS, code_name, images_of, measured_on, pca_points, points

PCA_BITS = 8
WHOLE, BARE = "JPEG", "JPEG without headers"


@st.cache_data(max_entries=16, show_spinner="Writing the images as JPEG and WebP files …")
def _codecs(images: str, _run: Run) -> dict[str, list[RatePoint]]:
    return rate_distortion.codec_curves(_run.spec)


@st.fragment
def against_codecs(run: Run, others: Sequence[Run], key: str) -> None:
    """Quality against bits for the nets, PCA, JPEG and WebP, with a summary in words. others: of further codes."""
    nets = list(others) if any(one.digest == run.digest for one in others) else [*others, run]
    by_bits = _series(nets)
    counts = tuple(sorted({*rate_distortion.COMPONENTS, *(one.latent_dim for one in nets)}))
    pca = pca_points(run, counts, PCA_BITS)
    baselines = _codecs(images_of(run), run) | {f"PCA, {PCA_BITS} bits": pca}
    measures: list[rate_chart.Quality] = ["psnr", "ssim"]
    measure = st.segmented_control(
        "Quality",
        measures,
        default="psnr",
        key=f"{key}:quality",
        required=True,
        format_func=lambda name: rate_chart.LABELS[name].partition(",")[0],
        help="PSNR measures squared pixel errors; SSIM compares contrast and structure in small windows.",
        persist_state="session",
    )
    figure = rate_chart.against_bits(by_bits | baselines, measure).update_layout(
        height=560
    )  # on a phone, the legend has many rows
    chart(figure, f"{key}:chart")
    st.caption(
        f"Bits after a name are per number of the code. Points of WebP and JPEG are {len(QUALITIES)} qualities from "
        f"{QUALITIES[0]} to {QUALITIES[-1]}, those of PCA are numbers of components. PSNR and bits are means over "
        f"{measured_on(run)}, SSIM over at most as many."
    )
    if not others:
        st.caption("This chart has only the chosen net. Train the four codes in their tab to add them.")
    ours = [point for series in by_bits.values() for point in series]
    st.markdown("\n".join(f"- {_in_words(name, ours, baselines[name])}" for name in (WHOLE, BARE)))
    st.markdown("\n".join([f"- {_beside_pca(run, pca)}", f"- {_shared_once(run, baselines[WHOLE])}"]))
    _needs(ours, baselines, run, key)


def _series(nets: Sequence[Run]) -> dict[str, list[RatePoint]]:
    """Points of all nets, grouped by bits per number; each is labelled with its code."""
    found: dict[str, list[RatePoint]] = {f"nets, {bits} bits": [] for bits in BITS}
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
        text += f"the best net of each size is {', then '.join(parts)}. "
    if found.incomparable:
        best = max(found.incomparable, key=lambda point: point.psnr)
        text += (
            f"Its smallest images take {least.bits:,.0f} bits ({least.psnr:.1f} dB); with fewer, only the nets remain. "
            f"The best of these, {best.setting} in {best.bits:,.0f} bits, reaches {best.psnr:.1f} dB"
        )
        needed = rate_distortion.bits_for(baseline, best.psnr) if best.psnr > least.psnr else None
        text += ", which is less." if needed is None else f": **better**, and {name} needs {needed:,.0f} bits for this."
    return text


def _range(stretch: Stretch) -> str:
    low, high = stretch.points[0].bits, stretch.points[-1].bits
    return f"at {low:,.0f} bits" if low == high else f"from {low:,.0f} to {high:,.0f} bits"


def _beside_pca(run: Run, pca: Sequence[RatePoint]) -> str:
    numbers = run.latent_dim
    [net] = points(run, (PCA_BITS,))
    same = next((point for point in pca if point.bits == numbers * PCA_BITS), None)
    if same is None:
        return (
            f"**PCA** was not computed with {numbers:,} components: these images have fewer, or it would take too long."
        )
    verb = "better" if net.psnr > same.psnr else "worse"
    plural = "s" * (numbers > 1)
    return (
        f"**PCA** with as many dimensions ({numbers:,} component{plural} of {PCA_BITS} bits), fitted to "
        f"{rate_distortion.pca_images(run.spec):,} training images, reaches {same.psnr:.1f} dB, "
        "the chosen net "
        f"{net.psnr:.1f} dB: {abs(net.psnr - same.psnr):.1f} dB {verb}."
    )


def _shared_once(run: Run, whole: Sequence[RatePoint]) -> str:
    [net] = points(run, (PCA_BITS,))
    cost = run.parameters * FLOAT
    text = (
        f"**The network itself** is not included: its {run.parameters:,} parameters of 32 bits, {cost:,} bits, must be "
        "transferred once."
    )
    needed = rate_distortion.bits_for(whole, net.psnr)
    if needed is not None and needed > net.bits:
        images = math.ceil(cost / (needed - net.bits))
        text += f" Compared with JPEG files of at least the same PSNR, this pays off after **{images:,} images**."
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
    with st.expander("Bits that the baselines need for the same quality"):
        table = pd.DataFrame(rows)
        whole = st.column_config.NumberColumn(
            format="%.0f", help="Bits per image. The minimum if even that is better; empty if it never is as good."
        )
        config = {"PSNR": DECIBELS, **dict.fromkeys(["bits", *baselines], whole)}
        table_with_csv(table, f"rates-{run.digest}.csv", key, column_config=config, placeholder="–")
