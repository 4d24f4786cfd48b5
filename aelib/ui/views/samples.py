"""Samples from the prior, each with the nearest training image."""

import streamlit as st

from aelib.analysis.generative.generation import GeneratedQuality, sample, typical_distance
from aelib.charts import glyphs
from aelib.core.language import _, number
from aelib.experiment.variants import plain
from aelib.training import Run
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import fragment
from aelib.ui.shell.session import draws


@st.cache_data(max_entries=64, show_spinner=False)
def drawn(digest: str, created: str, count: int, draw: int, _run: Run) -> GeneratedQuality:
    """`generation.sample`, cached by the run's digest and time. draw: the seed."""
    return sample(_run, count, draw)


@st.cache_data(max_entries=16, show_spinner=False)
def _typical(dataset: str) -> float:
    return typical_distance(dataset)


@fragment
def samples(run: Run, key: str, count: int, width: int) -> None:
    """Draw `count` samples, each `width` page pixels wide; for a variational net also from its plain counterpart."""
    draw = draws(key, st.button(_("Draw again"), icon=":material/casino:", key=f"{key}:again"))
    found = drawn(run.digest, run.created, count, draw, run)
    variational = run.experiment.model.variational
    _shown(run, found, _("Variational") if variational else _("Plain autoencoder"), width)
    button = _("Train the plain autoencoder too")
    twin = runs_of([plain(run.experiment)], button, f"{key}:plain") if variational else None
    if twin:
        found = drawn(twin[0].digest, twin[0].created, count, draw, twin[0])
        _shown(run, found, _("Plain autoencoder, the same codes"), width)
    if not run.spec.memorised:
        st.markdown(
            _(
                "Real held-out images are **{typical:.3f}** from the nearest training image, on average. "
                "Samples that are much closer are blurred means or copies; samples that are much farther do "
                "not look like the data.",
                typical=_typical(run.experiment.dataset),
            )
        )


def _shown(run: Run, found: GeneratedQuality, title: str, width: int) -> None:
    """Samples above the training images nearest to them."""
    colours = run.spec.drawn
    columns = []
    for image, nearest, name, distance in zip(found.images, found.nearest, found.names, found.distances, strict=True):
        tiles = (
            glyphs.tile(glyphs.colours(colours(image)), _("sample"), width),
            glyphs.tile(glyphs.colours(colours(nearest)), _("nearest: {name}", name=name), width),
        )
        columns.append((tiles, number(distance, ".2f"), False))
    st.caption(
        _(
            "**{title}**: samples above, below each its nearest training image and the distance to it (root "
            "mean squared difference; 0 means a copy). Mean distance: {mean:.3f}.",
            title=title,
            mean=found.distances.mean(),
        )
    )
    st.html(glyphs.row(columns))
