"""Lesson: the dense autoencoder on the 5x7 font."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.lessons.trainings import sweeps
from aelib.ui.views import inside, run_views

lesson = LessonPage(
    "dense",
    _(
        "An autoencoder compresses an image to a **code** of a few numbers and reconstructs the image from it. "
        "A character of the 5x7 font has 35 pixels; its code can have as few as two dimensions. How much "
        "survives depends on the network and on its training. Try it."
    ),
    after=_(
        "the error over the epochs, the characters with errors, the interactive latent plane, the path from "
        "one character to another, a replay of the training, and the inside of the network."
    ),
)


@lesson.tab(
    N_("How it learnt"),
    _(
        "The loss is the objective of training; on the right, the number of images learnt. Do both change at "
        "the same time? *An image counts as learnt if at most one pixel is wrong.*"
    ),
)
def how_it_learnt(run: Run) -> None:
    run_views.error_curves(run, lesson.key)


@lesson.tab(
    N_("Errors"),
    _(
        "Originals above, reconstructions below; a frame marks more than one wrong pixel. With which other "
        "characters did the network confuse the framed ones?"
    ),
)
def errors(run: Run) -> None:
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(
        _("Table of wrong pixels: {learnt} of {total} learnt", learnt=learnt, total=total), expanded=learnt < total
    ):
        run_views.error_table(run, lesson.key)


@lesson.tab(
    N_("Latent plane"),
    _(
        "Every character is drawn at its code; the background shows the decoder's output at every point. Move "
        "the pointer: the framed glyph is decoded there. Click, or use the sliders, to select a point. Can you "
        "find **a character that is not in the font**? Double-click to zoom in. Orange frames mark characters "
        "with more than one wrong pixel. Do they have close neighbours?"
    ),
)
def latent_plane(run: Run) -> None:
    run_views.plane(run, lesson.key)


@lesson.tab(
    N_("Path"),
    _(
        "A straight line between two codes, decoded step by step. Where does one character end and the next "
        "begin? Which other characters does the path cross?"
    ),
)
def path(run: Run) -> None:
    run_views.interpolation(run, lesson.key, start="s", end="z")


@lesson.tab(
    N_("Replay"),
    _(
        "The plane and the reconstructions at each snapshot. At first, all codes are close together, and every "
        "reconstruction is the mean of all characters. Watch the codes move apart."
    ),
)
def replay(run: Run) -> None:
    run_views.replay(run, lesson.key)


@lesson.tab(inside.TITLE, inside.TEXT)
def look_inside(run: Run) -> None:
    inside.inside(run, f"{lesson.key}:inside")


@lesson.tab(
    N_("Ten seeds"),
    _(
        "Was this network lucky? The same experiment with ten seeds: how much do the results vary, and how do "
        "the best and the worst run differ?"
    ),
)
def ten_seeds(run: Run) -> None:
    sweeps.seeds(run.experiment, 10, lesson.key)


lesson.show()
