"""Lesson: variational autoencoders on emoji."""

import streamlit as st

from aelib.ui.lessons import emoji, sweeps
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import morphs, run_views, samples

lesson = LessonPage(
    "emoji",
    "A **variational** autoencoder gives each picture a small cloud instead of a point: a mean and a variance. "
    "Training decodes a random place of the cloud, and pays (the **KL divergence**) for clouds that are far from the "
    "middle or too small. So places between pictures come to mean something too, and one picture can turn into "
    "another.",
    after="which pictures are learnt, ReLU compared with sigmoid, pictures that morph and mix, and new ones from random"
    " codes.",
)
run = lesson.run()

with lesson.section(
    "What it learnt",
    "Originals above, what the net makes of the mean of their cloud below; wrong pixels are marked and counted. *A "
    f"pixel is wrong when it is off by {run.spec.wrong_pixel:g} or more (black is 0, white is 1); "
    "a picture is learnt with at most one.* Do some pictures come out the same?",
):
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=False):
        run_views.error_table(run, lesson.key)
    run_views.error_curves(run, lesson.key)

with lesson.section(
    "Morph",
    "The codes on the way from one picture to the next, decoded. Beside it the same way by a **plain** autoencoder "
    "(train it), and by mere cross-fading of pixels. In which of them is every image on the way a face?",
):
    morphs.morph(run, f"{lesson.key}:morph")

with lesson.section(
    "Mix",
    "Three pictures span a triangle, four a square. Move the pointer: its place says how much of each goes in.",
):
    morphs.mix(run, f"{lesson.key}:mix")

with lesson.section(
    "The plane of codes",
    "Every picture stands at the mean of its cloud; behind them what the decoder makes of every point.",
):
    run_views.plane(run, lesson.key)

with lesson.section(
    "Out of nothing",
    "A variational net knows where codes may lie: near 0, spread like N(0, 1). Draw one there, decode it, and you "
    "have a new picture, or one of the known ones: which is it? A plain autoencoder was never asked to "
    "put its codes there.",
):
    samples.samples(run, f"{lesson.key}:samples", count=12, width=56)

with lesson.section(
    "ReLU or sigmoid at the output",
    "The document trains with ReLU everywhere, and again with a sigmoid at the end. A ReLU can give any number above "
    "0; must white come out as exactly 1? Guess what happens to the background before you train both.",
):
    emoji.outputs(run, f"{lesson.key}:outputs")

with lesson.section(
    "Twenty at once",
    "Was this net lucky? The same experiment with twenty random starts.",
):
    sweeps.seeds(run.experiment, 20, lesson.key)

lesson.hand_in(run)
