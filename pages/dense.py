"""Lesson: the dense autoencoder on the 5x7 font."""

import streamlit as st

from aelib.ui.lessons import sweeps
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import run_views

lesson = LessonPage(
    "dense",
    "An image goes in as a list of pixels, squeezes through a **code** of a few numbers, and should come out again: a "
    "character of the 5x7 font is 35 pixels, and its code can be two numbers. How much survives depends on the network "
    "and on how it is trained. Try it.",
    after="the error over the epochs, which characters came out wrong, the latent plane to walk through, the way from "
    "one character to another, and learning replayed.",
)
run = lesson.run()

with lesson.section(
    "How it learnt",
    "The loss is what training makes small; on the right, how many images that has taught the network. Do both move at "
    "the same time? *An image counts as learnt with at most one wrong pixel.*",
):
    run_views.error_curves(run, lesson.key)

with lesson.section(
    "Which characters it gets wrong",
    "Originals above, reconstructions below; framed are those with more than one wrong pixel. If there are any: with "
    "which other character did the network mix them up?",
):
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=learnt < total):
        run_views.error_table(run, lesson.key)

with lesson.section(
    "The latent plane",
    "Every character stands at its own code; behind them, what the decoder makes of every point. Move the pointer: the "
    "framed glyph is decoded there. Click, or use the sliders, to keep a point. Can you find **a character that "
    "is not in the font**? Double-click to zoom in. "
    "Orange frames are characters with more than one wrong pixel. Do they have close neighbours?",
):
    run_views.plane(run, lesson.key)

with lesson.section(
    "From one character to another",
    "A straight line between two codes, decoded step by step. Where does one character end and the next begin? "
    "Which others does the way pass through?",
):
    run_views.way(run, lesson.key, start="s", end="z")

with lesson.section(
    "Learning, replayed",
    "The plane and the reconstructions after each kept epoch. At first all codes lie in one heap and every "
    "character comes out as the average of all. Watch them move apart.",
):
    run_views.replay(run, lesson.key)

with lesson.section(
    "Ten at once",
    "Was this network lucky? The same experiment with ten random starts: how far do they lie apart, and what do the "
    "best and the worst of them look like?",
):
    sweeps.seeds(run.experiment, 10, lesson.key)

lesson.hand_in(run)
