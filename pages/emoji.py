"""Lesson: variational autoencoders on emoji."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import emoji, lesson, sweeps
from aelib.ui.shell import messages
from aelib.ui.views import hand_in, morphs, run_views, samples

FORM, RUN = "emoji", "emoji-run"

page_frame.page("Variational: emoji")
st.title("Variational: emoji")
st.markdown(
    "A **variational** autoencoder gives each picture a small cloud instead of a point: a mean and a variance. "
    "Training decodes a random place of the cloud, and pays (the **KL divergence**) for clouds that are far from the "
    "middle or too small. So places between pictures come to mean something too, and one picture can turn into "
    "another."
)

run = lesson.begin(
    controls.Controls(FORM, default="emoji-best", takes=lesson_forms.of_pictures), lesson_forms.emoji, RUN
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: which pictures are learnt, ReLU compared with sigmoid, pictures that morph "
        "and mix, and new ones from random codes."
    )
    st.stop()

st.header("3 · What it learnt")
st.markdown(
    "Originals above, what the net makes of the mean of their cloud below; wrong pixels are marked and counted. *A "
    f"pixel is wrong when it is off by {run.spec.wrong_pixel:g} or more (black is 0, white is 1); "
    "a picture is learnt with at most one.* Do some pictures come out the same?"
)
run_views.reconstructions(run)
learnt, total = run.metrics["learnt"], run.metrics["total"]
with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=False):
    run_views.error_table(run, RUN)
run_views.error_curves(run, RUN)

st.header("4 · Morph")
st.markdown(
    "The codes on the way from one picture to the next, decoded. Beside it the same way by a **plain** autoencoder "
    "(train it), and by mere cross-fading of pixels. In which of them is every image on the way a face?"
)
with messages.show_errors():
    morphs.morph(run, f"{RUN}:morph")

st.header("5 · Mix")
st.markdown("Three pictures span a triangle, four a square. Move the pointer: its place says how much of each goes in.")
morphs.mix(run, f"{RUN}:mix")

st.header("6 · The plane of codes")
st.markdown("Every picture stands at the mean of its cloud; behind them what the decoder makes of every point.")
run_views.plane(run, RUN)

st.header("7 · Out of nothing")
st.markdown(
    "A variational net knows where codes may lie: near 0, spread like N(0, 1). Draw one there, decode it, and you "
    "have a new picture, or one of the known ones: which is it? A plain autoencoder was never asked to "
    "put its codes there."
)
with messages.show_errors():
    samples.samples(run, f"{RUN}:samples", count=12, width=56)

st.header("8 · ReLU or sigmoid at the output")
st.markdown(
    "The document trains with ReLU everywhere, and again with a sigmoid at the end. A ReLU can give any number above "
    "0; must white come out as exactly 1? Guess what happens to the background before you train both."
)
with messages.show_errors():
    emoji.outputs(run, f"{RUN}:outputs")

st.header("9 · Twenty at once")
st.markdown("Was this net lucky? The same experiment with twenty random starts.")
with messages.show_errors():
    sweeps.seeds(run.experiment, 20, RUN)

st.header("10 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
