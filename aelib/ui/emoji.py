"""The parts of the lesson on emoji: the output's activation, pictures drawn from the prior."""

import numpy as np
import streamlit as st
import torch

from ..charts import glyphs
from ..companions import plain, with_output
from ..experiment import ExperimentError
from ..generation import Judged, sampled
from ..run import Run
from .beside import runs_of

SAMPLES = 12
TILE = 56  # pixels of the page
WHITE = 0.99  # from here on a pixel of an original is background


def outputs(run: Run, key: str) -> None:
    """ReLU and sigmoid as the last activation, side by side, everything else the same."""
    try:
        pair = {
            "ReLU": with_output(run.experiment, "relu"),
            "sigmoid": with_output(run.experiment, "sigmoid"),
        }
    except ExperimentError:
        st.info("This is about pixels from 0 to 1: choose the normalisation that leaves them as they are.")
        return
    found = runs_of(list(pair.values()), "Train both outputs", key)
    if found is None:
        return
    described = run.experiment.dataset_spec
    originals = run.images.images()
    background = originals > WHITE
    given = {name: one.reconstructions() for name, one in zip(pair, found, strict=True)}
    columns = []
    for i, name in enumerate(run.images.names[:SAMPLES]):
        rows = [originals[i], *(outputs[i] for outputs in given.values())]
        tiles = [
            glyphs.tile(glyphs.colours(described.drawn(image.numpy())), f"{name}, {what}", TILE)
            for image, what in zip(rows, ["original", *given], strict=True)
        ]
        columns.append((tiles, name, False))
    st.caption("From top to bottom: original, ReLU output, sigmoid output.")
    st.html(glyphs.row(columns))
    cells = st.columns(2)
    for cell, (name, outputs), one in zip(cells, given.items(), found, strict=True):
        white = outputs[background]
        with cell:
            level, spread, above = float(white.mean()), float(white.std()), float((outputs > 1).float().mean())
            st.markdown(
                f"**{name}**: {one.metrics['learnt']} of {one.metrics['total']} learnt. Where the original is white, "
                f"it gives {level:.3f} ± {spread:.3f}; {above:.0%} of all its pixels lie above white and were cut off "
                "here."
            )
    st.html(glyphs.row([_as_measured(outputs[0], name) for name, outputs in given.items()]))
    st.caption(
        "The first picture again, its own smallest value drawn black and its own largest white, as plotting programs "
        "do: one value far above 1 turns the whole background grey. A sigmoid keeps all pixels on one scale."
    )


def _as_measured(picture: torch.Tensor, name: str) -> tuple[tuple[str], str, bool]:
    """One picture on a scale of its own."""
    low, high = float(picture.min()), float(picture.max())
    scaled = ((picture - low) / max(high - low, 1e-6)).numpy()
    shown = np.repeat(scaled, 3, axis=0) if len(scaled) == 1 else scaled
    return (glyphs.tile(glyphs.colours(shown), f"{name}, own scale", 96),), f"{name}: {low:.2f} to {high:.2f}", False


@st.fragment
def samples(run: Run, key: str) -> None:
    """Codes from the prior, decoded, each above the picture nearest to it; by the plain net too."""
    draw = st.session_state.setdefault(f"{key}:draw", 0)
    if st.button("Draw again", icon=":material/casino:", key=f"{key}:again"):
        draw = st.session_state[f"{key}:draw"] = draw + 1
    shown(run, sampled(run, SAMPLES, draw), "Variational")
    if not run.experiment.model.variational:
        return
    twin = runs_of([plain(run.experiment)], "Train the plain autoencoder beside it", f"{key}:plain")
    if twin is not None:
        shown(twin[0], sampled(twin[0], SAMPLES, draw), "Plain autoencoder, the same codes")


def shown(run: Run, found: Judged, title: str, width: int = TILE) -> None:
    """Samples above the training images nearest to them."""
    drawn = run.experiment.dataset_spec.drawn
    columns = []
    for image, nearest, name, distance in zip(found.images, found.nearest, found.names, found.distances, strict=True):
        tiles = (
            glyphs.tile(glyphs.colours(drawn(image)), "sample", width),
            glyphs.tile(glyphs.colours(drawn(nearest)), f"nearest: {name}", width),
        )
        columns.append((tiles, f"{distance:.2f}", False))
    st.caption(
        f"**{title}**: samples above, the nearest training image below each, and how far it is (root mean squared "
        f"difference; 0 is a copy). On average {found.distances.mean():.3f}."
    )
    st.html(glyphs.row(columns))
