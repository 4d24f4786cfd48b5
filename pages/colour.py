"""Lesson: convolutional autoencoders on house numbers in colour."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import colour, lesson
from aelib.ui.shell import messages
from aelib.ui.views import feature_maps, hand_in, run_views

FORM, RUN = "colour", "colour-run"

page_frame.page("Colour")
st.title("Colour")
st.markdown(
    "House numbers as a camera sees them from the street (SVHN), or, in the set that comes with the app, as code draws "
    "them: three channels instead of one, blur, shadows, and parts of the neighbours at the edges. What will the "
    "network keep first: the digit, its colour, or the light?"
)

run = lesson.begin(
    controls.Controls(
        FORM, default="house-numbers-autoencoder", takes=lesson_forms.of_colour, kinds=("convolutional",)
    ),
    lesson_forms.colour,
    RUN,
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: originals and what came out, a denoiser next to the autoencoder, what each layer "
        "sees, and how long the same training takes on a CPU and on a GPU."
    )
    st.stop()

st.header("3 · Originals and outputs")
st.markdown("Images that the network was not trained on. Look at thin strokes, at edges, at colours side by side.")
colour.rows(run, f"{RUN}:rows")

st.header("4 · How it learnt")
run_views.error_curves(run, RUN)

st.header("5 · With noise")
st.markdown(
    "The same network twice: one learns to copy clean images, the other to restore noisy ones. Which of them is better "
    "on clean images, and what does the first one make of noise that it has never seen?"
)
with messages.show_errors():
    colour.denoiser(run, f"{RUN}:denoiser")

st.header("6 · What each layer sees")
st.markdown("Every convolution makes maps: where is an edge, where a colour? Follow one image through the network.")
feature_maps.features(run, f"{RUN}:features")

st.header("7 · CPU against GPU")
st.markdown(
    "The same epochs on every device of this server, measured now. Guess first: how many times as fast is a GPU, and "
    "would it be as many times with a smaller network?"
)
with messages.show_errors():
    colour.against_devices(run.experiment, f"{RUN}:devices")

st.header("8 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
