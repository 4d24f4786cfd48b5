"""Lesson: variational autoencoders on emoji."""

import streamlit as st

from aelib.ui.lessons import emoji, sweeps
from aelib.ui.lessons.lesson import LessonPage
from aelib.ui.views import morphs, run_views, samples

lesson = LessonPage(
    "emoji",
    "A **variational** autoencoder encodes each picture as a distribution instead of a point: a mean and a variance. "
    "Training decodes a random sample of it; the **KL divergence** in the loss penalises distributions that are far "
    "from the origin or too narrow. So points between pictures become meaningful, and one picture can turn into "
    "another.",
    after="which pictures are learnt, ReLU compared with sigmoid, morphs and mixtures of pictures, and new ones from "
    "random codes.",
)
run = lesson.run()

with lesson.section(
    "What it learnt",
    "Originals above, the decoded means of their distributions below; wrong pixels are marked and counted. *A pixel is "
    f"wrong if it is off by {run.spec.wrong_pixel:g} or more (black is 0, white is 1); a picture is learnt with at "
    "most one wrong pixel.* Do some pictures have the same reconstruction?",
):
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=False):
        run_views.error_table(run, lesson.key)
    run_views.error_curves(run, lesson.key)

with lesson.section(
    "Morph",
    "The decoded path from one picture to the next, compared with the path of a **plain** autoencoder (train it) and "
    "with a cross-fade of pixels. In which of them is every image on the path a face?",
):
    morphs.morph(run, f"{lesson.key}:morph")

with lesson.section(
    "Mix",
    "Three pictures form a triangle, four a square. Move the pointer: its position sets the weight of each picture.",
):
    morphs.mix(run, f"{lesson.key}:mix")

with lesson.section(
    "The latent plane",
    "Every picture is drawn at its mean; the background shows the decoder's output at every point.",
):
    run_views.plane(run, lesson.key)

with lesson.section(
    "New pictures",
    "In a variational net, codes are distributed approximately like N(0, 1). Sample a code, decode it, and you have a "
    "new picture, or a known one: which is it? The training of a plain autoencoder does not restrict its codes.",
):
    samples.samples(run, f"{lesson.key}:samples", count=12, width=56)

with lesson.section(
    "ReLU or sigmoid at the output",
    "The document uses ReLU in all layers, then a sigmoid at the output. A ReLU can output any number from 0 up; will "
    "white be exactly 1? Predict what happens to the background before you train both.",
):
    emoji.outputs(run, f"{lesson.key}:outputs")

with lesson.section(
    "Twenty at once",
    "Was this net lucky? The same experiment with twenty seeds.",
):
    sweeps.seeds(run.experiment, 20, lesson.key)

lesson.hand_in(run)
