"""Lesson: variational autoencoders on handwritten digits."""

import streamlit as st

from aelib.experiment import variants
from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import digits, lesson
from aelib.ui.shell import links, messages
from aelib.ui.views import hand_in, latent_plane, run_views, samples

FORM, RUN = "digits", "digits-run"

page_frame.page("Variational: digits")
st.title("Variational: digits")
st.markdown(
    "Hundreds of handwritten digits share a plane of two numbers. The net knows no labels; will the ten digits find "
    "places of their own all the same? And what lies between a 4 and a 9?"
)

run = lesson.begin(controls.Controls(FORM, default="digits-vae", takes=lesson_forms.of_many), lesson_forms.digits, RUN)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: the plane filling up epoch by epoch, a plain autoencoder to compare with, what β "
        "does, and new digits."
    )
    st.stop()

st.header("3 · How it learnt")
st.markdown(
    "The loss has two parts that pull against each other: the **reconstruction** wants codes that tell images apart, "
    "the **KL divergence** wants all of them near the middle. Both parts, below, are of images "
    "that were held out."
)
run_views.error_curves(run, RUN)

st.header("4 · The plane fills")
st.markdown(
    "Left: the code of every image, coloured by its class. Right: what the decoder makes of every point of the same "
    "plane. Move through the epochs. Point at a code: the lines are one and two standard deviations of its "
    "distribution. Which digits have much room, which share it, and what lies on the borders?"
)
latent_plane.atlas(run, f"{RUN}:atlas:{run.digest}")

st.header("5 · Without the prior")
st.markdown(
    "The same net as a plain autoencoder. Nothing keeps its codes near the middle, and nothing fills the holes "
    "between them. How large are its numbers?"
)
with messages.show_errors():
    digits.against_plain(run, f"{RUN}:plain")

st.header("6 · The weight β")
st.markdown(
    "β says how much the KL divergence counts. At 0 only the reconstruction is left; at 10 a code hardly dares to say "
    "anything. Where would you stop?"
)
with messages.show_errors():
    digits.betas(run, f"{RUN}:betas")

st.header("7 · Which code numbers are used")
st.markdown("Each number of the code costs KL. The net uses one only where it pays.")
digits.numbers(run, RUN)
with messages.show_errors():
    links.link(variants.wider(run.experiment, 10), "The same with a code of ten numbers", ":material/arrow_forward:")

st.header("8 · New digits")
st.markdown(
    "Codes drawn from N(0, 1), decoded. Are they digits? Below each stands the training image nearest to it: a copy "
    "would be no invention."
)
with messages.show_errors():
    samples.samples(run, f"{RUN}:samples", count=16, width=48)

st.header("9 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
