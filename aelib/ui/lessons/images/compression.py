"""Parts of the lesson on compression: reconstructions, four codes side by side, and quantised codes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
import torch

from aelib import datasets
from aelib.analysis.reconstruction import decibels, rate_distortion
from aelib.analysis.reconstruction.codecs import FLOAT, RatePoint
from aelib.analysis.reconstruction.rate_distortion import BITS, EncodedRun
from aelib.charts import glyphs
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext
from aelib.core.language import number as written
from aelib.core.random import generator
from aelib.experiment import Experiment, digest_of, resolve, variants
from aelib.experiment.architecture import shape_text
from aelib.metrics import image_quality
from aelib.training import Run
from aelib.ui.components.figures import csv_button
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.caching import cached
from aelib.ui.shell.messages import fragment, problems, text_of
from aelib.ui.shell.server_state import open_run
from aelib.ui.shell.session import draws, set_widget, widget

IN_A_ROW = 10  # images
WIDTH = 64  # of an image, in pixels of the page
SLIDER = [*range(1, 9), FLOAT]  # bits per number
PCA_BITS = 8
GREY = 0.1  # share of the images' variety below which reconstructions look like one grey picture


def decibels_column() -> Any:
    """The column of PSNR."""
    return st.column_config.NumberColumn("PSNR", format="%.2f", help=f"dB. {_(image_quality.PSNR_MEANING)}")


# --- caches ------------------------------------------------------------------------------------------------------


@st.cache_data(max_entries=32, show_spinner=False)
def _coded(digest: str, created: str, _run: Run) -> EncodedRun:
    return rate_distortion.encode_run(_run)


@st.cache_data(max_entries=512, show_spinner=False)
def _points(digest: str, created: str, bits: tuple[int, ...], _run: Run) -> list[RatePoint]:
    return rate_distortion.points(_run, coded(_run), bits)


@st.cache_data(max_entries=64, show_spinner=False)
def _variety(digest: str, created: str, _run: Run) -> float:
    return rate_distortion.variety(_run, coded(_run))


@cached("Finding principal components …", max_entries=64)
def _pca(images: str, components: tuple[int, ...], bits: int, _run: Run) -> list[RatePoint]:
    return rate_distortion.pca(_run.spec, components, bits)


def coded(run: Run) -> EncodedRun:
    """`rate_distortion.encode_run`, cached by the run's digest and time."""
    return _coded(run.digest, run.created, run)


def points(run: Run, bits: Sequence[int] = BITS) -> list[RatePoint]:
    """`rate_distortion.points`, cached in the same way."""
    return _points(run.digest, run.created, tuple(bits), run)


def images_of(run: Run) -> str:
    """A key that runs on the same images share: the data set with its content, and the classes."""
    return f"{datasets.canonical(run.experiment.dataset)} {run.spec.only}"


def pca_points(run: Run, components: Sequence[int], bits: int) -> list[RatePoint]:
    """`rate_distortion.pca`, cached by the images of the run."""
    return _pca(images_of(run), tuple(components), bits, run)


def measured_on(run: Run) -> str:
    """In words: the images that compressors are measured on, and how they relate to the run's own PSNR."""
    count, whole = rate_distortion.measured(run.spec), run.metrics.get("images", 0)
    if count == whole:
        return _("the same {count:,} test images as the PSNR at the top of the page", count=count)
    return _(
        "{count:,} of the {whole:,} test images (over all of them the chosen net has {psnr:.2f} dB, the "
        "PSNR at the top of the page)",
        count=count,
        whole=whole,
        psnr=decibels.psnr(run),
    )


def code_name(experiment: Experiment) -> str:
    """The shape of the code, such as 7x7; a single channel is left out."""
    shape = resolve(experiment).architecture.code_shape
    return shape_text(shape).removesuffix("x1") if len(shape) == 3 and shape[0] == 1 else shape_text(shape)


def _chosen(run: Run, draw: int) -> list[int]:
    """Indices of random test images, different for each draw."""
    count = len(rate_distortion.test_images(run.spec))
    order = torch.randperm(count, generator=generator(draw, "shown"))
    return order[:IN_A_ROW].tolist()


def _image_bits(run: Run) -> int:
    return 8 * run.spec.pixels


# --- parts -------------------------------------------------------------------------------------------------------


@fragment
def compared(run: Run, key: str) -> None:
    """Originals above reconstructions, and the number of bits of image and code."""
    numbers = run.latent_dim
    bits, of_image = FLOAT * numbers, _image_bits(run)
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            _("Image"),
            _("{of_image:,} bits", of_image=of_image),
            width="content",
            help=_("Eight bits per value of a pixel."),
        )
        st.metric(
            _("Code"),
            _("{bits:,} bits", bits=bits),
            width="content",
            help=ngettext(
                "{code}: {n:,} number of 32 bits, as encoded.",
                "{code}: {n:,} numbers of 32 bits, as encoded.",
                numbers,
                code=code_name(run.experiment),
            ),
        )
        st.metric(_("The code is"), _ratio(bits, of_image), width="content")
    again = st.button(
        _("Show other images"), icon=":material/casino:", key=f"{key}:again", help=_("Other test images.")
    )
    chosen = _chosen(run, draws(key, again))
    images = rate_distortion.test_images(run.spec)
    targets, inputs = images.images()[chosen], run.inputs_of(images)[chosen]
    outputs = run.restored(inputs)
    noisy = not bool((targets == inputs).all())
    each = image_quality.psnr_each(outputs.clamp(0, 1), targets).tolist()
    drawn = run.spec.drawn
    columns = []
    for i, number in enumerate(chosen):
        name = images.names[number]
        tiles = [glyphs.tile(glyphs.colours(drawn(targets[i].numpy())), _("{name}, original", name=name), WIDTH)]
        if noisy:
            tiles.append(glyphs.tile(glyphs.colours(drawn(inputs[i].numpy())), _("{name}, noisy", name=name), WIDTH))
        tiles.append(
            glyphs.tile(glyphs.colours(drawn(outputs[i].numpy())), _("{name}, reconstructed", name=name), WIDTH)
        )
        columns.append((tiles, f"{image_quality.psnr_text(each[i], 1)} dB", False))
    st.html(glyphs.row(columns))
    between = _("input of the net, ") if noisy else ""
    st.caption(
        _("Original, {between}reconstruction; below, the PSNR of each image (higher is better).", between=between)
    )


def _ratio(bits: int, of_image: int) -> str:
    if bits == of_image:
        return _("the same size")
    return (
        _("{of_image:.3g} x smaller", of_image=of_image / bits)
        if bits < of_image
        else _("{bits:.3g} x larger", bits=bits / of_image)
    )


OURS = "ours"


def four_codes(run: Run, key: str) -> None:
    """Compare four code sizes on the same images. Missing runs are trained on request."""
    chosen = st.segmented_control(
        _("Whose networks"),
        ["document", OURS],
        default=_whose(run.experiment),
        key=f"{key}:whose",
        required=True,
        format_func=lambda name: _("our networks") if name == OURS else _("document C's networks"),
        help=_("Document C's have two or three layers per side and pooling; ours have more channels and layers."),
        persist_state="session",
    )
    try:
        nets = variants.codes(run.experiment, best=chosen == OURS)
    except LabError as error:
        problems([_("Not all of these codes fit images of this size: {text_of}", text_of=text_of(error))])
        return
    found = runs_of(list(nets.values()), _("Train the four codes"), key)
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
            _("bits per image"): st.column_config.NumberColumn(format="localized"),
            "PSNR": decibels_column(),
            "SSIM": st.column_config.NumberColumn(format="%.3f", help=_("Structural similarity: 1 for equal images.")),
            "entropy": st.column_config.NumberColumn(
                format="%.0f", help=_("Bits per image for an ideal coder, which gives frequent symbols fewer bits.")
            ),
        },
    )
    st.caption(_("PSNR and SSIM: over {measured_on}.", measured_on=measured_on(run)))
    _grey(run, found, chosen != OURS, key)
    csv_button(table, f"codes-{run.digest}.csv", key)


def _grey(run: Run, found: Sequence[Run], ours_next: bool, key: str) -> None:
    """Say which nets lose to PCA with as many numbers, whether they give one grey picture for all images, and what
    follows. ours_next: whether to offer our networks for the same codes."""
    counts = sorted({one.latent_dim for one in found})
    at_bits = {point.bits: point for point in pca_points(run, counts, FLOAT)}
    lines, grey = [], []
    for one in found:
        net, pca = points(one)[0], at_bits.get(FLOAT * one.latent_dim)
        if pca is None or net.psnr >= pca.psnr:
            continue
        lines.append(
            _(
                "{code_name} has {psnr:.1f} dB, PCA {psnr_2:.1f} dB",
                code_name=code_name(one.experiment),
                psnr=net.psnr,
                psnr_2=pca.psnr,
            )
        )
        if _variety(one.digest, one.created, one) < GREY:
            grey.append(code_name(one.experiment))
    if not lines:
        st.caption(_("Every one of these nets is better than PCA with as many numbers."))
        return
    text = _(
        "**Worse than PCA with as many numbers:** {lines}. So the code has room for more than these nets put in.",
        lines="; ".join(lines),
    )
    if grey:
        text += _(
            " **{grey}:** the reconstructions are grey because they hardly differ from image to image: by "
            "less than {grey_2:.0%} of the images' variance. It gives hardly more than the mean image and "
            "has hardly learnt to use its code.",
            grey=" and ".join(grey),
            grey_2=GREY,
        )
    st.warning(text, icon=":material/blur_on:")
    if ours_next:
        whose = f"{key}:whose"
        st.button(
            _("Show our networks for the same codes"),
            icon=":material/arrow_forward:",
            key=f"{key}:ours",
            on_click=lambda: set_widget(whose, OURS),
        )


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
    images = rate_distortion.test_images(found[0].spec)
    names = [images.names[i] for i in chosen]
    shown = {_("Original · {image_bits:,} bits", image_bits=_image_bits(found[0])): images.images()[chosen].numpy()}
    for one in found:
        numbers = one.latent_dim
        title = _("{code_name} · {float:,} bits", code_name=code_name(one.experiment), float=FLOAT * numbers)
        shown[title] = rate_distortion.reconstructed(one, coded(one), chosen, FLOAT).numpy()
    for title, row in shown.items():
        tiles = [
            ((glyphs.tile(glyphs.colours(drawn(image)), f"{name}, {title}", WIDTH),), "", False)
            for name, image in zip(names, row, strict=True)
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
    columns = ["code", "dimensions", _("bits per number"), _("bits per image"), "PSNR", "SSIM", "entropy"]
    return pd.DataFrame(rows, columns=columns)


@fragment
def fewer_bits(run: Run, key: str) -> None:
    """Decode the code quantised to few bits per number."""
    bits = st.select_slider(
        _("Bits per number"),
        SLIDER,
        value=4,
        key=f"{key}:bits",
        help=_(
            "The range of each latent dimension over the training images is divided into 2^bits equal parts; "
            "32 bits means no quantisation."
        ),
        persist_state="session",
    )
    [exact, point] = points(run, (FLOAT, bits))
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            _("An image"),
            _("{bits:,.0f} bits", bits=point.bits),
            width="content",
            help=_("Latent dimensions × bits per number."),
        )
        change = point.psnr - exact.psnr
        st.metric(
            _("PSNR"),
            _("{psnr:.2f} dB", psnr=point.psnr),
            _("{change:+.2f} dB", change=change) if bits != FLOAT else None,
            width="content",
            help=_(
                "{psnr_meaning} Over {measured_on}; below, the change from 32 bits.",
                psnr_meaning=_(image_quality.PSNR_MEANING),
                measured_on=measured_on(run),
            ),
        )
        st.metric(
            "SSIM", written(point.ssim, ".3f"), width="content", help=_("Structural similarity: 1 for equal images.")
        )
        coder = "–" if point.entropy_bits is None else _("{entropy_bits:,.0f} bits", entropy_bits=point.entropy_bits)
        st.metric(
            _("Entropy"),
            coder,
            width="content",
            help=_(
                "Bits per image for an ideal entropy coder, which uses that some values are more frequent. The "
                "estimate is too low."
            ),
        )
    chosen = _chosen(run, 0)
    drawn = run.spec.drawn
    images = rate_distortion.test_images(run.spec)
    rows = {
        "original": images.images()[chosen].numpy(),
        _("32 bits per number"): rate_distortion.reconstructed(run, coded(run), chosen, FLOAT).numpy(),
        _("{bits} bits per number", bits=bits): rate_distortion.reconstructed(run, coded(run), chosen, bits).numpy(),
    }
    columns = []
    for i, number in enumerate(chosen):
        tiles = [
            glyphs.tile(glyphs.colours(drawn(row[i])), f"{images.names[number]}, {title}", WIDTH)
            for title, row in rows.items()
        ]
        columns.append((tiles, "", False))
    st.html(glyphs.row(columns))
    st.caption(_("Original, decoded from 32 bits per number, decoded from {bits} bits per number.", bits=bits))
