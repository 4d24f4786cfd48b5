"""Parts of the lesson on restoring digits: noise with a slider, comparison with two filters, every epoch, and PSNR
against the noise level."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st
import torch

from aelib import datasets
from aelib.analysis.reconstruction import restoration
from aelib.analysis.reconstruction.classical_filters import Strength
from aelib.analysis.reconstruction.denoising import noisy
from aelib.analysis.reconstruction.restoration import LEVELS, MEDIAN, NET, NON_LOCAL, NOTHING, Quality
from aelib.charts import glyphs
from aelib.charts.reconstruction import restoration as charts
from aelib.core.language import _
from aelib.datasets.noise import NOISES
from aelib.experiment import presets, variants
from aelib.metrics import image_quality
from aelib.metrics.image_quality import psnr_text
from aelib.nn.losses import LOSSES
from aelib.training import Array, Run
from aelib.ui.components.figures import chart, csv_button
from aelib.ui.components.live_slider import live_slider
from aelib.ui.shell.caching import cached
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import fragment, show_errors
from aelib.ui.shell.session import Slot, draws

IN_A_ROW = 12  # images
WIDTH = 56  # of an image, in pixels of the page
KINDS = [kind for kind in NOISES if kind != "painted"]


# --- caches; those that depend only on the images and the noise are shared by all nets ---------------------------


@cached("Tuning non-local means on training images …", max_entries=256)
def _strength(canonical: str, dataset: str, kind: str, level: float) -> Strength:
    return restoration.strength(dataset, kind, level)


@cached("Filtering …", max_entries=32)
def _filtered(
    canonical: str, kind: str, level: float, draw: int, _shown: torch.Tensor, _tuned: Strength
) -> dict[str, Array]:
    return {name: images.numpy() for name, images in restoration.filtered(_shown, _tuned).items()}


@st.cache_data(max_entries=256, show_spinner=False)
def _without_net(canonical: str, kind: str, level: float, _clean: torch.Tensor, _tuned: Strength) -> dict[str, float]:
    return restoration.psnr_without_net(_clean, kind, level, _tuned)


@st.cache_data(max_entries=64, show_spinner=False)
def _of_net(digest: str, created: str, kind: str, _run: Run) -> list[float]:
    return restoration.psnr_of_net(_run, kind)


def _start(run: Run) -> str:
    """The initial kind of noise."""
    trained = run.experiment.corruption.kind
    return trained if trained in KINDS else "gaussian"


# --- parts -------------------------------------------------------------------------------------------------------


@fragment
def live(run: Run, key: str) -> None:
    """Add noise of any kind and level, and restore the images with the net and with two filters."""
    start = _start(run)
    cells = st.columns([2, 3, 1], vertical_alignment="bottom")
    kind = cells[0].selectbox(
        _("Noise"),
        KINDS,
        index=KINDS.index(start),
        format_func=lambda name: NOISES[name].label,
        key=f"{key}:kind",
        help=_("Any kind, not only the one in training."),
        persist_state="session",
    )
    start_level = round(run.experiment.corruption.level * 20) / 20
    level, dragged = live_slider(cells[1], _("Level"), 0.0, 1.0, start_level, 0.05, f"{key}:level", NOISES[kind].about)
    again = cells[2].button(
        _("Draw again"), icon=":material/casino:", key=f"{key}:again", help=_("Same level, other noise.")
    )
    draw = draws(key, again)
    clean = restoration.test_images(run)
    chosen = image_quality.evenly(len(clean), IN_A_ROW)
    rested = Slot(f"{key}:rested", lambda: level)
    if not dragged:
        rested.set(level)
    if dragged:  # the net is quick on the shown images; the filters wait until the slider rests
        shown = noisy(clean, kind, level, draw)[chosen]
        waiting: dict[str, torch.Tensor | None] = dict.fromkeys((MEDIAN, NON_LOCAL))
        output = restoration.restored(run, shown, restoration.test_labels(run)[chosen])
        _rows(run, clean[chosen], {NOTHING: shown, NET: output, **waiting})
    else:
        every = _everything(run, kind, level, draw)
        _rows(run, clean[chosen], {name: images[chosen] for name, images in every.items()})
    _table(run, _evaluated(run.digest, run.created, kind, rested.get(), draw, run), len(clean), key)


def _everything(run: Run, kind: str, level: float, draw: int) -> dict[str, torch.Tensor]:
    """The noisy test images and each method's outputs for them."""
    dataset = run.experiment.dataset
    canonical = datasets.canonical(dataset)
    shown = noisy(restoration.test_images(run), kind, level, draw)
    tuned = _strength(canonical, dataset, kind, level)
    every = {NOTHING: shown, NET: restoration.restored(run, shown, restoration.test_labels(run))}
    filtered = _filtered(canonical, kind, level, draw, shown, tuned)
    return every | {name: torch.from_numpy(images) for name, images in filtered.items()}


@st.cache_data(max_entries=64, show_spinner=False)
def _evaluated(digest: str, created: str, kind: str, level: float, draw: int, _run: Run) -> dict[str, Quality]:
    clean = restoration.test_images(_run)
    return {name: restoration.evaluate(images, clean) for name, images in _everything(_run, kind, level, draw).items()}


def _rows(run: Run, clean: torch.Tensor, every: Mapping[str, torch.Tensor | None]) -> None:
    """Some images: the original, the noisy one, and the result of each method, None where it is not known yet."""
    drawn = run.spec.drawn
    unknown = torch.full_like(clean, 0.5)
    before, after = (
        image_quality.psnr_each(unknown if (images := every[name]) is None else images, clean).tolist()
        for name in (NOTHING, NET)
    )
    columns = []
    for i in range(len(clean)):
        tiles = [glyphs.tile(glyphs.colours(drawn(clean[i].numpy())), "original", WIDTH)]
        for name, images in every.items():
            alt = "noisy" if name == NOTHING else name
            picture = unknown[i] if images is None else images[i]
            tiles.append(glyphs.tile(glyphs.colours(drawn(picture.numpy())), alt, WIDTH))
        columns.append((tiles, f"{psnr_text(before[i])}→{psnr_text(after[i])}", after[i] < before[i]))
    st.html(glyphs.row(columns))
    st.caption(
        _(
            "From top to bottom: original, noisy, restored by the network, median of 3x3 pixels, non-local "
            "means. Below: PSNR in dB of the noisy image → after the network. Framed: worse than without the "
            "network. While you drag, only the network answers; the filters and the figures follow when you "
            "let go."
        )
    )


def _table(run: Run, found: Mapping[str, Quality], images: int, key: str) -> None:
    """The figures of each method; cross-entropy only if it is the training loss."""
    table = pd.DataFrame(
        {
            "method": list(found),
            "PSNR": [one.psnr if one.psnr < image_quality.PERFECT_PSNR else None for one in found.values()],
            "SSIM": [one.ssim for one in found.values()],
            "BCE": [one.bce for one in found.values()],
        }
    )
    if run.experiment.loss != "bce":
        table = table.drop(columns="BCE")
    st.dataframe(
        table,
        hide_index=True,
        key=f"{key}:table",
        placeholder="perfect",
        column_config={
            "PSNR": st.column_config.NumberColumn(
                format="%.2f", help=_("dB. {psnr_meaning}", psnr_meaning=_(image_quality.PSNR_MEANING))
            ),
            "SSIM": st.column_config.NumberColumn(
                format="%.3f", help=_("Structural similarity, mean; 1: equal images.")
            ),
            "BCE": st.column_config.NumberColumn(
                format="%.3f",
                help=_(
                    "Mean binary cross-entropy of a pixel, the loss of the net. A pixel of a filter that is "
                    "exactly 0 or 1 and wrong costs 100."
                ),
            ),
        },
    )
    st.markdown(_in_words(found, images))
    csv_button(table, f"restored-{run.digest}.csv", key)


def _in_words(found: Mapping[str, Quality], images: int) -> str:
    """Describe in decibels how the net compares."""
    net, nothing = found[NET].psnr, found[NOTHING].psnr
    if nothing >= image_quality.PERFECT_PSNR:
        return _(
            "Without noise, the network can only lose: its outputs for {images} clean images reach "
            "**{net:.1f} dB**, as if noise had been added to them.",
            images=images,
            net=net,
        )
    best = max((MEDIAN, NON_LOCAL), key=lambda name: found[name].psnr)
    gain, lead = net - nothing, net - found[best].psnr
    return _(
        "Over {images} held-out images the network changes the PSNR by **{gain:+.1f} dB** against doing nothing, and "
        "by **{lead:+.1f} dB** against the better filter ({best}). Non-local means was tuned on "
        "training images with exactly this noise; the network does not know the level.",
        images=images,
        gain=gain,
        lead=lead,
        best=best,
    )


def epochs(run: Run, key: str) -> None:
    """A table of all recorded epochs."""
    names = {
        "epoch": "epoch",
        "train_loss": _("loss, training set"),
        "valid_loss": _("loss, held out"),
        "test_loss": _("loss, held out"),
        "mse": _("MSE, held out"),
        "seconds": "seconds",
    }
    there = [name for name in names if name in run.history[-1]]
    table = pd.DataFrame(run.history)[there].rename(columns=names)
    with st.expander(_("All {table} recorded epochs", table=len(table)), expanded=len(table) <= 10):
        st.dataframe(table, hide_index=True, key=f"{key}:history")
        csv_button(table, f"epochs-{run.digest}.csv", f"{key}:epochs", label=_("Epochs as CSV"))
    st.caption(
        _(
            "Loss: {label}, mean over pixels and images. Epoch 0 is the untrained net.",
            label=LOSSES[run.experiment.loss].label,
        )
    )


@fragment
def against_level(run: Run, key: str) -> None:
    """PSNR against noise level for the net, the filters and the unprocessed images."""
    start = _start(run)
    kind = st.selectbox(
        _("Noise"),
        KINDS,
        index=KINDS.index(start),
        format_func=lambda name: NOISES[name].label,
        key=f"{key}:kind",
        help=_("The curve is for this kind of noise."),
        width=260,
        persist_state="session",
    )
    dataset = run.experiment.dataset
    canonical, clean = datasets.canonical(dataset), restoration.test_images(run)
    curves: dict[str, list[float]] = {name: [] for name in (NOTHING, MEDIAN, NON_LOCAL)}
    place = st.empty()
    for i, level in enumerate(LEVELS):
        place.progress(i / len(LEVELS), text=_("Filtering at level {level:g} …", level=level))
        tuned = _strength(canonical, dataset, kind, level)
        for name, value in _without_net(canonical, kind, level, clean, tuned).items():
            curves[name].append(value)
    place.empty()
    curves[NET] = _of_net(run.digest, run.created, kind, run)
    useful = restoration.useful_range(curves, LEVELS, [NOTHING])
    noise = run.experiment.corruption
    trained = noise.level if noise.kind == kind and noise.where != "test" else None
    chart(charts.against_level(LEVELS, curves, useful, trained), f"{key}:curve")
    against = restoration.useful_range(curves, LEVELS, [NOTHING, MEDIAN, NON_LOCAL])
    label = NOISES[kind].label
    if useful is None:
        st.markdown(
            _("With {label} noise this network is **never** better than leaving the images as they are.", label=label)
        )
    else:
        st.markdown(
            _(
                "With {label} noise the network is better than **doing nothing** {between} (shaded).",
                label=label,
                between=_between(useful),
            )
        )
    if against is None:
        st.markdown(_("At every level, one of the two filters is at least as good as the network."))
    else:
        st.markdown(_("It is also better than **both filters** {between}.", between=_between(against)))
    table = pd.DataFrame({"level": LEVELS, **curves})
    csv_button(table, f"restoring-{run.digest}.csv", key, label=_("Curve as CSV"))


def _between(span: tuple[float, float]) -> str:
    low, high = span
    begin = _("from the smallest level drawn") if low <= LEVELS[0] else _("from a level of **{low:.2f}**", low=low)
    end = _("to the end of the scale") if high >= LEVELS[-1] else _("to **{high:.2f}**", high=high)
    return f"{begin} {end}"


def what_if(run: Run) -> None:
    """Links to other nets to try."""
    experiment = run.experiment
    with show_errors():
        pair = variants.normalized(experiment)
        other = _("without batch norm") if experiment.model.batch_norm else _("with batch norm")
        link(pair[other], _("The same network {other}", other=other), ":material/arrow_forward:")
        if experiment.dataset != "mnist":
            link(presets.get("mnist-denoise"), _("MNIST, digits of 28x28"), ":material/arrow_forward:")
