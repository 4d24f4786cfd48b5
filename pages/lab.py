"""Lab: a free experiment with every choice that there is."""

import streamlit as st

from aelib.experiment import MODEL_KINDS
from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import lab, lesson
from aelib.ui.views import hand_in, run_views

FORM, RUN = "lab", "lab-run"

page_frame.page("Lab")
st.title("Lab")
st.markdown(
    "Every choice on every data set, your own included. No question is asked here but yours: write down what you "
    "expect before you press Train."
)

run = lesson.begin(
    controls.Controls(FORM, default="font-best", kinds=tuple(MODEL_KINDS)),
    lesson_forms.lab,
    RUN,
    explain=run_views.choices,
)
if run is None:
    st.divider()
    st.caption(
        "After training you see here: how it learnt, images in and out, the latent plane or the maps of its layers."
    )
    st.stop()

st.header("3 · How it learnt")
run_views.error_curves(run, RUN)

st.header("4 · In and out")
lab.outcome(run, RUN)

st.header("5 · Inside")
lab.inside(run, RUN)

st.header("6 · Onwards")
lab.onwards(run)

st.header("7 · Hand in")
st.markdown("What you found, to take away: a page to print or send, a notebook, the training as a short program.")
hand_in.hand_in(run, f"{RUN}:hand-in")
