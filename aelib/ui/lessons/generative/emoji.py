"""Part of the lesson on emoji: comparison of output activations."""

import numpy as np
import streamlit as st
import torch

from aelib.charts import glyphs
from aelib.core.language import _
from aelib.experiment import ExperimentError
from aelib.experiment.variants import with_output
from aelib.training import Run
from aelib.ui.jobs.related_runs import runs_of

MAX_SHOWN = 12  # pictures in a row
TILE = 56  # pixels of the page
WHITE = 0.99  # a brighter pixel of an original is background


def outputs(run: Run, key: str) -> None:
    """Compare ReLU and sigmoid as output activation, with all other settings equal."""
    try:
        pair = {
            "ReLU": with_output(run.experiment, "relu"),
            "sigmoid": with_output(run.experiment, "sigmoid"),
        }
    except ExperimentError:
        st.info(_("This comparison needs pixels from 0 to 1: choose the normalisation that does not change them."))
        return
    found = runs_of(list(pair.values()), _("Train both outputs"), key)
    if found is None:
        return
    described = run.spec
    originals = run.images.images()
    background = originals > WHITE
    given = {name: one.reconstructions() for name, one in zip(pair, found, strict=True)}
    columns = []
    for i, name in enumerate(run.images.names[:MAX_SHOWN]):
        rows = [originals[i], *(outputs[i] for outputs in given.values())]
        tiles = [
            glyphs.tile(glyphs.colours(described.drawn(image.numpy())), f"{name}, {what}", TILE)
            for image, what in zip(rows, ["original", *given], strict=True)
        ]
        columns.append((tiles, name, False))
    st.caption(_("From top to bottom: original, ReLU output, sigmoid output."))
    st.html(glyphs.row(columns))
    if not background.any():
        return  # pictures without white have no background that could turn grey
    for cell, (name, outputs), one in zip(st.columns(2), given.items(), found, strict=True):
        white = outputs[background]
        level, spread, above = float(white.mean()), float(white.std()), float((outputs > 1).float().mean())
        cell.markdown(
            _(
                "**{name}**: {learnt} of {total} learnt. Where the original is white, its output is "
                "{level:.3f} ± {spread:.3f}; {above:.0%} of all its pixels are above white and clipped here.",
                name=name,
                learnt=one.metrics["learnt"],
                total=one.metrics["total"],
                level=level,
                spread=spread,
                above=above,
            )
        )
    dead = int((given["ReLU"] <= 0).all(dim=0).sum())
    if dead:
        st.markdown(
            _(
                "**{dead} of {numel}** outputs of the ReLU net are dead: 0 in every picture. The slope of a "
                "ReLU is 0 there, so training cannot revive them; a sigmoid has a slope everywhere.",
                dead=dead,
                numel=originals[0].numel(),
            )
        )
    st.html(glyphs.row([_on_its_own_scale(outputs[0], name) for name, outputs in given.items()]))
    st.caption(
        _(
            "The first picture again, with its smallest value drawn black and its largest white, as plotting "
            "programs do: the further it exceeds white, the greyer its background. A sigmoid limits all pixels "
            "to one scale."
        )
    )


def _on_its_own_scale(picture: torch.Tensor, name: str) -> tuple[tuple[str], str, bool]:
    """A picture scaled to its own minimum and maximum."""
    low, high = float(picture.min()), float(picture.max())
    scaled = ((picture - low) / max(high - low, 1e-6)).numpy()
    shown = np.repeat(scaled, 3, axis=0) if len(scaled) == 1 else scaled
    return (
        (glyphs.tile(glyphs.colours(shown), _("{name}, own scale", name=name), 96),),
        _("{name}: {low:.2f} to {high:.2f}", name=name, low=low, high=high),
        False,
    )
