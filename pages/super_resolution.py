"""Lesson: super-resolution with convolutional networks."""

import streamlit as st

from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import colour, lesson, super_resolution
from aelib.ui.shell import messages
from aelib.ui.views import feature_maps, hand_in, run_views

FORM, RUN = "super_resolution", "super-resolution-run"

page_frame.page("Super-resolution")
st.title("Super-resolution")
st.markdown(
    "A small or blurred photograph goes in, a sharp one should come out. What is not in the picture, the network must "
    "guess from all the photographs that it has seen. By how much does it beat the methods that guess nothing?"
)

run = lesson.begin(
    controls.Controls(
        FORM, default="photographs-3-best", takes=lesson_forms.of_pairs, kinds=("super_resolution", "convolutional")
    ),
    lesson_forms.super_resolution,
    RUN,
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: the network compared with nearest, bilinear, bicubic and Lanczos, a zoom into "
        "every patch, nets with other layers, kernels and activations, and a picture of your own enlarged."
    )
    st.stop()

st.header("3 · Shown, restored, original")
colour.rows(run, f"{RUN}:rows")

st.header("4 · Against enlarging without a network")
st.markdown(
    "Bicubic and Lanczos know nothing about photographs; they only draw smooth curves through the pixels. Is the "
    "difference large? Half a decibel is just visible, one is clear."
)
with messages.show_errors():
    super_resolution.table(run, f"{RUN}:table")

st.header("5 · Zoom")
st.markdown("One patch in every way. Look at edges, at fine texture, at letters. Where does the network invent?")
with messages.show_errors():
    super_resolution.zoom(run, f"{RUN}:zoom")

st.header("6 · How it learnt")
st.markdown(
    "Curves that are apart from the start tell of the pictures, not of the net: the held-out ones may simply have more "
    "detail. Do they part **later**?"
)
run_views.error_curves(run, RUN)

st.header("7 · Layers, kernels, activations, normalisation")
st.markdown(
    "Document E's experiments, everything else as chosen above. Before you train them: do more layers help? Does "
    "normalising the pixels, and does batch norm, which changes the brightness of what it normalises?"
)
with messages.show_errors():
    super_resolution.compare(run, f"{RUN}:compare")

st.header("8 · What each layer sees")
feature_maps.features(run, f"{RUN}:features")

st.header("9 · A picture of your own")
st.markdown("The network saw patches only, yet it works on pictures of any size: they go through it tile by tile.")
with messages.show_errors():
    super_resolution.own_picture(run, f"{RUN}:own")

st.header("10 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
