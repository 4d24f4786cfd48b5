"""Parts of the lesson on compression: reconstructions, four codes side by side, quantised codes, and JPEG, WebP and PCA
as baselines."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st
import torch

from aelib import datasets
from aelib.analysis import rate_distortion
from aelib.analysis.codecs import FLOAT, MAX_IMAGES, QUALITIES, RatePoint
from aelib.analysis.rate_distortion import BITS, EncodedRun
from aelib.charts import glyphs
from aelib.charts import rate_distortion as rate_chart
from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.experiment import Experiment, digest_of, resolve, variants
from aelib.experiment.architecture import shape_text
from aelib.metrics import image_quality
from aelib.training import Run
from aelib.ui.components.figures import chart, csv_button, table_with_csv
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import problems, text_of
from aelib.ui.shell.server_state import open_run
from aelib.ui.shell.session import draws, widget

IN_A_ROW = 10  # images
WIDTH = 64  # of an image, in pixels of the page
SLIDER = [*range(1, 9), FLOAT]  # bits per number
PCA_BITS = 8
WHOLE, BARE = "JPEG", "JPEG without headers"
_DECIBELS = st.column_config.NumberColumn(format="%.2f", help="dB, from the mean squared error over evaluated images.")


# --- caches ------------------------------------------------------------------------------------------------------


@st.cache_data(max_entries=32, show_spinner=False)
def _coded(digest: str, created: str, _run: Run) -> EncodedRun:
    return rate_distortion.encode_run(_run)


@st.cache_data(max_entries=512, show_spinner=False)
def _points(digest: str, created: str, bits: tuple[int, ...], _run: Run) -> list[RatePoint]:
    return rate_distortion.points(_run, coded(_run), bits)


@st.cache_data(max_entries=16, show_spinner="Writing the images as JPEG and WebP files …")
def _codecs(canonical: str, dataset: str) -> dict[str, list[RatePoint]]:
    return rate_distortion.codec_curves(dataset)


@st.cache_data(max_entries=64, show_spinner="Finding principal components …")
def _pca(canonical: str, dataset: str, components: tuple[int, ...], bits: int) -> list[RatePoint]:
    return rate_distortion.pca(dataset, components, bits)


def coded(run: Run) -> EncodedRun:
    """`rate_distortion.encode_run`, cached by the run's digest and time."""
    return _coded(run.digest, run.created, run)


def points(run: Run, bits: Sequence[int] = BITS) -> list[RatePoint]:
    """`rate_distortion.points`, cached in the same way."""
    return _points(run.digest, run.created, tuple(bits), run)


def code_name(experiment: Experiment) -> str:
    """The shape of the code, such as 7x7; a single channel is left out."""
    shape = resolve(experiment).architecture.code_shape
    return shape_text(shape).removesuffix("x1") if len(shape) == 3 and shape[0] == 1 else shape_text(shape)


def _chosen(run: Run, draw: int) -> list[int]:
    """Indices of random images, different for each draw."""
    order = torch.randperm(len(run.images), generator=generator(draw, "shown"))
    return order[:IN_A_ROW].tolist()


def _image_bits(run: Run) -> int:
    return 8 * run.spec.pixels


# --- parts -------------------------------------------------------------------------------------------------------


@st.fragment
def compared(run: Run, key: str) -> None:
    """Originals above reconstructions, and the number of bits of image and code."""
    numbers = run.latent_dim
    bits, of_image = FLOAT * numbers, _image_bits(run)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Image", f"{of_image:,} bits", width="content", help="Eight bits per value of a pixel.")
        st.metric(
            "Code",
            f"{bits:,} bits",
            width="content",
            help=f"{code_name(run.experiment)}: {numbers:,} number{'s' * (numbers > 1)} of 32 bits, as encoded.",
        )
        st.metric("The code is", _ratio(bits, of_image), width="content")
    again = st.button("Show other images", icon=":material/casino:", key=f"{key}:again", help="Other held-out images.")
    chosen = _chosen(run, draws(key, again))
    targets, inputs = run.images.images()[chosen], run.inputs[chosen]
    outputs = run.restored(inputs)
    noisy = not bool((targets == inputs).all())
    each = image_quality.psnr_each(outputs.clamp(0, 1), targets).tolist()
    drawn = run.spec.drawn
    columns = []
    for i, number in enumerate(chosen):
        name = run.images.names[number]
        tiles = [glyphs.tile(glyphs.colours(drawn(targets[i].numpy())), f"{name}, original", WIDTH)]
        if noisy:
            tiles.append(glyphs.tile(glyphs.colours(drawn(inputs[i].numpy())), f"{name}, noisy", WIDTH))
        tiles.append(glyphs.tile(glyphs.colours(drawn(outputs[i].numpy())), f"{name}, reconstructed", WIDTH))
        columns.append((tiles, f"{each[i]:.1f} dB", False))
    st.html(glyphs.row(columns))
    between = "input of the net, " if noisy else ""
    st.caption(f"Original, {between}reconstruction; below, the PSNR of each image (higher is better).")


def _ratio(bits: int, of_image: int) -> str:
    if bits == of_image:
        return "the same size"
    return f"{of_image / bits:.3g} x smaller" if bits < of_image else f"{bits / of_image:.3g} x larger"


OURS = "ours"


def four_codes(run: Run, key: str) -> None:
    """Compare four code sizes on the same images. Missing runs are trained on request."""
    chosen = st.segmented_control(
        "Whose networks",
        ["document", OURS],
        default=_whose(run.experiment),
        key=f"{key}:whose",
        required=True,
        format_func=lambda name: "our networks" if name == OURS else "document C's networks",
        help="Document C's have two or three layers per side and pooling; ours have more channels and layers.",
        persist_state="session",
    )
    try:
        nets = variants.codes(run.experiment, best=chosen == OURS)
    except LabError as error:
        problems([f"Not all of these codes fit images of this size: {text_of(error)}"])
        return
    found = runs_of(list(nets.values()), "Train the four codes", key)
    if found is None:
        return
    _rows(found)
    table = _table(found)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key=f"{key}:table",
        placeholder="–",
        column_config={
            "bits per image": st.column_config.NumberColumn(format="localized"),
            "PSNR": _DECIBELS,
            "SSIM": st.column_config.NumberColumn(format="%.3f", help="Structural similarity: 1 for equal images."),
            "entropy": st.column_config.NumberColumn(
                format="%.0f", help="Bits per image for an ideal coder, which gives frequent symbols fewer bits."
            ),
        },
    )
    st.caption(
        "PSNR and SSIM are of the held-out images used in training; those of “Reconstructions” are of the test set."
    )
    csv_button(table, f"codes-{run.digest}.csv", key)


def stored_codes(run: Run, key: str) -> list[Run]:
    """The runs of the four codes that `four_codes` shows under this key; empty until all exist."""
    try:
        nets = variants.codes(run.experiment, best=widget(f"{key}:whose", _whose(run.experiment)) == OURS)
    except LabError:  # not all codes fit images of this size; `four_codes` says so
        return []
    found = [open_run(one) for one in nets.values()]
    return [one for one in found if one is not None] if all(one is not None for one in found) else []


def _whose(experiment: Experiment) -> str:
    try:
        best = variants.codes(experiment, best=True)
    except LabError:
        return "document"
    return OURS if any(digest_of(one) == digest_of(experiment) for one in best.values()) else "document"


def _rows(found: Sequence[Run]) -> None:
    """The same images reconstructed by each net, one row per net."""
    chosen = _chosen(found[0], 0)
    drawn = found[0].spec.drawn
    names = [found[0].images.names[i] for i in chosen]
    shown = {f"Original · {_image_bits(found[0]):,} bits": found[0].images.images()[chosen].numpy()}
    for one in found:
        numbers = one.latent_dim
        title = f"{code_name(one.experiment)} · {FLOAT * numbers:,} bits"
        shown[title] = rate_distortion.reconstructed(one, coded(one), chosen, FLOAT).numpy()
    for title, images in shown.items():
        tiles = [
            ((glyphs.tile(glyphs.colours(drawn(image)), f"{name}, {title}", WIDTH),), "", False)
            for name, image in zip(names, images, strict=True)
        ]
        st.markdown(f"**{title}**")
        st.html(f'<div class="ae-tight">{glyphs.row(tiles)}</div>')


def _table(found: Sequence[Run]) -> pd.DataFrame:
    rows = []
    for one in found:
        for bits, point in zip(BITS, points(one), strict=True):
            rows.append(
                (
                    code_name(one.experiment),
                    one.latent_dim,
                    bits,
                    int(point.bits),
                    point.psnr,
                    point.ssim,
                    point.entropy_bits,
                )
            )
    columns = ["code", "dimensions", "bits per number", "bits per image", "PSNR", "SSIM", "entropy"]
    return pd.DataFrame(rows, columns=columns)


@st.fragment
def fewer_bits(run: Run, key: str) -> None:
    """Decode the code quantised to few bits per number."""
    bits = st.select_slider(
        "Bits per number",
        SLIDER,
        value=4,
        key=f"{key}:bits",
        help="The range of each latent dimension over the training images is divided into 2^bits equal parts; 32 bits "
        "means no quantisation.",
        persist_state="session",
    )
    [exact, point] = points(run, (FLOAT, bits))
    with st.container(horizontal=True, gap="medium"):
        st.metric("An image", f"{point.bits:,.0f} bits", width="content", help="Latent dimensions × bits per number.")
        change = point.psnr - exact.psnr
        st.metric(
            "PSNR",
            f"{point.psnr:.2f} dB",
            f"{change:+.2f} dB" if bits != FLOAT else None,
            width="content",
            help="Over all evaluated images; below, the change from 32 bits.",
        )
        st.metric("SSIM", f"{point.ssim:.3f}", width="content", help="Structural similarity: 1 for equal images.")
        coder = "–" if point.entropy_bits is None else f"{point.entropy_bits:,.0f} bits"
        st.metric(
            "Entropy",
            coder,
            width="content",
            help="Bits per image for an ideal entropy coder, which uses that some values are more frequent. The "
            "estimate is too low.",
        )
    chosen = _chosen(run, 0)
    drawn = run.spec.drawn
    rows = {
        "original": run.images.images()[chosen].numpy(),
        "32 bits per number": rate_distortion.reconstructed(run, coded(run), chosen, FLOAT).numpy(),
        f"{bits} bits per number": rate_distortion.reconstructed(run, coded(run), chosen, bits).numpy(),
    }
    columns = []
    for i, number in enumerate(chosen):
        tiles = [
            glyphs.tile(glyphs.colours(drawn(images[i])), f"{run.images.names[number]}, {title}", WIDTH)
            for title, images in rows.items()
        ]
        columns.append((tiles, "", False))
    st.html(glyphs.row(columns))
    st.caption(f"Original, decoded from 32 bits per number, decoded from {bits} bits per number.")


@st.fragment
def against_codecs(run: Run, others: Sequence[Run], key: str) -> None:
    """Quality against bits for the nets, PCA, JPEG and WebP, with a summary in words. others: of further codes."""
    nets = list(others) if any(one.digest == run.digest for one in others) else [*others, run]
    dataset = run.experiment.dataset
    canonical = datasets.canonical(dataset)
    by_bits = _series(nets)
    counts = tuple(sorted({*rate_distortion.COMPONENTS, *(one.latent_dim for one in nets)}))
    pca = _pca(canonical, dataset, counts, PCA_BITS)
    baselines = _codecs(canonical, dataset) | {f"PCA, {PCA_BITS} bits": pca}
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
        f"{QUALITIES[0]} to {QUALITIES[-1]}, those of PCA are numbers of components. PSNR and bits are means over at "
        f"most {MAX_IMAGES} held-out images, SSIM over fewer."
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
    parts = []
    if found.better:
        parts.append(f"the nets are **better** {_range(found.better)}")
    if found.worse:
        parts.append(f"{'' if parts else 'the nets are '}**worse** {_range(found.worse)}")
    text = f"**{name}**: " + (", ".join(parts) + ". " if parts else "")
    if found.incomparable:
        best = max(found.incomparable, key=lambda point: point.psnr)
        text += (
            f"Its smallest images take {least.bits:,.0f} bits ({least.psnr:.1f} dB); with fewer, only the nets remain. "
            f"The best of these, {best.setting} in {best.bits:,.0f} bits, reaches {best.psnr:.1f} dB"
        )
        needed = rate_distortion.bits_for(baseline, best.psnr) if best.psnr > least.psnr else None
        text += ", which is less." if needed is None else f": **better**, and {name} needs {needed:,.0f} bits for this."
    return text


def _range(some: Sequence[RatePoint]) -> str:
    low, high = some[0].bits, some[-1].bits
    return f"at {low:,.0f} bits" if low == high else f"between {low:,.0f} and {high:,.0f} bits"


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
        f"{rate_distortion.pca_images(run.experiment.dataset):,} training images, reaches {same.psnr:.1f} dB, "
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
        config = {"PSNR": _DECIBELS, **dict.fromkeys(["bits", *baselines], whole)}
        table_with_csv(table, f"rates-{run.digest}.csv", key, column_config=config, placeholder="–")
