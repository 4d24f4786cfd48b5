"""Lesson: the denoising autoencoder on the 5x7 font."""

import streamlit as st

from aelib.analysis.sweep import SWEEPS
from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import denoising, lesson, sweeps
from aelib.ui.shell import messages
from aelib.ui.views import hand_in, run_views

FORM, RUN = "denoising", "denoising-run"

page_frame.page("Denoising")
st.title("Denoising")
st.markdown(
    "Show the network a **noisy** character and ask for the **clean** one. It cannot copy any more: it must know what "
    "characters look like. How much noise can it take off, and when would you be better off without it?"
)

run = lesson.begin(
    controls.Controls(FORM, default="font-denoise-10", takes=lesson_forms.of_single_images), lesson_forms.denoiser, RUN
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: noise and restoration live under a slider, a character to paint on, and the "
        "curve that says where the network stops being useful."
    )
    st.stop()

st.header("3 · Noisy and restored")
st.markdown(
    "Move the slider: the same trained network restores other noise at once; nothing is trained again. At which level "
    "does it begin to invent characters? Try a kind of noise that it has **not** seen in training."
)
denoising.live(run, f"{RUN}:live")

st.header("4 · Paint your own noise")
st.markdown(
    "Which single pixel hurts most? How few turn one character into another? The keyboard works too: arrow keys and "
    "Enter."
)
denoising.painting(run, f"{RUN}:paint")

st.header("5 · Where it stops being useful")
st.markdown(
    "Wrong pixels afterwards against the level of noise, for ten networks that differ only in their random start. A "
    "network is useful where it leaves **fewer wrong pixels than doing nothing**. The orange line needs no training: "
    "it answers with the clean character nearest to what it sees."
)
with messages.show_errors():
    denoising.against_level(run.experiment, f"{RUN}:curve")

st.header("6 · The learning rate of a denoiser")
st.markdown(
    "The document says: with a rate too large it becomes useless. Is that so, and is there one too small? Ten "
    "networks for each rate."
)
rates = SWEEPS["denoiser-rate"].sweep
with messages.show_errors():
    sweeps.train(rates, f"{RUN}:rates")
    sweeps.results(rates, f"{RUN}:rates")
st.page_link("pages/sweeps.py", label="Vary something else", icon=":material/ssid_chart:")

st.header("7 · How it learnt")
run_views.error_curves(run, RUN)

st.header("8 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
