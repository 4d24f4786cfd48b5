"""Parts of the lesson on what codes are good for: search by an image, and what single numbers draw."""

import streamlit as st
import torch
from torch import Tensor

from aelib.analysis.codes import features, neighbours, traversal
from aelib.analysis.codes.sizes import PIXELS
from aelib.analysis.reconstruction.denoising import noisy
from aelib.charts import glyphs
from aelib.core.language import _
from aelib.core.language import number as written
from aelib.training import Run
from aelib.ui.components.paint import paint
from aelib.ui.shell.caching import cached
from aelib.ui.shell.messages import fragment
from aelib.ui.shell.session import widget

from . import uses

NEAREST = 8
PAINTED = 32  # pixels: longest side of an image that the user can paint on
EMPTY = "empty: draw an image"
STEPS = 9
MOVED = 12  # numbers whose traversal is shown


@cached("Searching", max_entries=32)
def _precision(digest: str, created: str, _run: Run) -> dict[str, float]:
    return {name: neighbours.precision(one, NEAREST) for name, one in uses.of(_run).items()}


@fragment
def search(run: Run, key: str) -> None:
    """An image, chosen or drawn, and the training images that are nearest by code and by pixels."""
    train, test = features.parts(run.spec)
    paints = run.spec.shape[0] == 1 and max(run.spec.shape) <= PAINTED and not run.spec.signal
    names = [*([EMPTY] if paints else []), *test.names]
    chosen = st.selectbox(
        _("Image"),
        names,
        index=len(names) - len(test),
        format_func=lambda name: _("empty: draw an image") if name == EMPTY else name,
        key=f"{key}:{run.experiment.dataset}:image",
        persist_state="session",
    )
    index = names.index(chosen) - (len(names) - len(test))
    start = test.images()[index] if index >= 0 else torch.zeros(run.spec.shape)
    label = int(test.labels[index]) if index >= 0 else None
    left, right = st.columns([1, 3])
    with left:
        shown = _query(run, start, f"{key}:{run.digest}:{index}", paints)
    with right:
        if not bool(shown.any()):
            st.info(_("Draw an image: a click inverts a pixel, a drag draws a line."), icon=":material/draw:")
        else:
            st.html(_found(run, shown, label))
            st.caption(
                _(
                    "The {nearest} nearest of {train:,} training images, the nearest first.",
                    nearest=NEAREST,
                    train=len(train),
                )
                + ("" if label is None else _(" Framed: not of class {label}.", label=label))
            )
    found = _precision(run.digest, run.created, run)
    listed = ", ".join(f"{_(name)} **{written(share, '.1%')}**" for name, share in found.items())
    st.markdown(
        _(
            "Over all {test:,} test images, the share of the {nearest} nearest that have the class of the "
            "image: {listed}. A code has {latent_dim} numbers to compare, an image {pixels:,}.",
            test=len(test),
            nearest=NEAREST,
            listed=listed,
            latent_dim=run.latent_dim,
            pixels=run.spec.pixels,
        )
    )


def _query(run: Run, start: Tensor, key: str, paints: bool) -> Tensor:
    """The image to search by, channels × height × width, 0 to 1, with what the person has painted on it."""
    if not paints:
        st.html(glyphs.tile(glyphs.colours(run.spec.drawn(start.numpy())), _("image that is looked for"), 140))
        return start
    sent = widget(key, {}).get("flipped") or []
    flipped = [pixel for pixel in sent if isinstance(pixel, int) and 0 <= pixel < start.numel()]
    st.caption(_("Paint: a click inverts a pixel"))
    paint(start.numpy(), flipped, key, lambda: None)
    return noisy(start[None], "painted", 1.0, 0, flipped)[0]


def _found(run: Run, shown: Tensor, label: int | None) -> str:
    """HTML with two columns of tiles per rank: nearest by code, nearest by pixels."""
    train, _test = features.parts(run.spec)
    by = uses.of(run)
    pixels = (shown * 255).round().to(torch.uint8)[None]
    queries = {uses.CODE: run.codes_of(pixels), PIXELS: shown.flatten()[None].numpy()}
    rows = []
    for name, query in queries.items():
        nearest = neighbours.nearest(query, by[name].train, NEAREST)[0]
        drawn = run.spec.drawn(train.images()[nearest].numpy())
        columns = [
            (
                (glyphs.tile(glyphs.colours(image), _("class {label}", label=of), 44),),
                str(of),
                label is not None and of != label,
            )
            for image, of in zip(drawn, train.labels[nearest].tolist(), strict=True)
        ]
        by_what = _("Nearest by code") if name == uses.CODE else _("Nearest by {name}", name=_(name))
        rows.append(f"<p>{by_what}</p>{glyphs.row(columns)}")
    return "".join(rows)


@st.cache_data(max_entries=32, show_spinner=False)
def _ranges(digest: str, created: str, _run: Run) -> traversal.Ranges:
    return traversal.ranges(_run)


@fragment
def one_number(run: Run, key: str) -> None:
    """One image, and what the decoder draws while one number of its code moves through its range."""
    found = _ranges(run.digest, run.created, run)
    names = list(run.images.names)
    chosen = st.selectbox(_("Image"), names, key=f"{key}:{run.experiment.dataset}:image", persist_state="session")
    index = names.index(chosen)
    drawn = run.spec.drawn
    order = found.order[:MOVED]
    columns = []
    for number in order:
        steps = drawn(traversal.traverse(run, index, number, found, STEPS))
        tiles = [
            glyphs.tile(glyphs.colours(image), _("number {number}, step {step}", number=number + 1, step=step), 44)
            for step, image in enumerate(steps, 1)
        ]
        caption = f"z{number + 1}\n{written(found.effects[number], '.3f')}"
        columns.append((tiles, caption, bool(found.effects[number] < traversal.NO_EFFECT)))
    st.html(glyphs.row(columns))
    low, high = traversal.BOUNDS
    st.caption(
        _(
            "A column is one number of the code, from its {low:.1%} quantile over the images (top) to its "
            "{high:.1%} quantile (bottom); all other numbers stay. Below it: how much that changes a pixel, on "
            "average over images (root mean square). Framed: it draws nothing.",
            low=low,
            high=high,
        )
    )
    rest = _(" Shown are the {moved} with the largest effect.", moved=MOVED) if run.latent_dim > MOVED else ""
    largest, smallest = found.effects[found.order[0]], found.effects[found.order[-1]]
    st.markdown(
        _(
            "**{idle} of {latent_dim}** numbers draw nothing.{rest} The one with the largest effect changes a "
            "pixel by **{largest:.3f}**, the one with the smallest by {smallest:.3f}. Can you name what a "
            "number does, such as *slant* or *width*? In most nets you cannot: nothing in the training asks "
            "for it.",
            idle=found.idle,
            latent_dim=run.latent_dim,
            rest=rest,
            largest=largest,
            smallest=smallest,
        )
    )
