"""Sweeps: one experiment over many values, with many seeds."""

import streamlit as st

from aelib.experiment import MODEL_KINDS
from aelib.ui import page_frame
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons import sweeps
from aelib.ui.shell import messages

page_frame.page("Sweeps")
st.title("Sweeps")
st.markdown(
    "One training says little: with another random start it may end elsewhere. Here one field, or two, takes several "
    "values, and every point is trained **many times**. You see the mean, and how far the runs lie apart. "
    "Before you press: at which value will the network learn most, and where will the runs scatter most?"
)

form = controls.Controls("sweeps", default="font-eta-0.0005", extras=sweeps.EXTRAS, kinds=tuple(MODEL_KINDS))
if form.problem:
    st.warning(messages.escaped(form.problem), icon=":material/link_off:")

setup, outcome = st.columns([2, 3], gap="large")
with setup:
    st.header("1 · Choose")
    with messages.show_errors():
        sweep = sweeps.choose(form)
    with st.expander("The experiment that is varied"):
        lesson_forms.swept(form)
with outcome:
    st.header("2 · Train and compare")
    if sweep is None:
        messages.problems(form.problems)
        st.info("Nothing you typed is lost.")
    else:
        with messages.show_errors():
            sweeps.train(sweep, "sweeps")
            sweeps.results(sweep, "sweeps")
