"""Sweeps: an experiment with many values and many seeds."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.ui.form import controls, lesson_forms
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.lessons.trainings import sweeps
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import SWEEPS

page = SectionedPage(
    SWEEPS,
    _(
        "A single training says little: with another seed, the result may differ. Here one or two fields take "
        "several values, and every point is trained **many times**. You see the mean and the spread of the "
        "runs. Predict before you train: at which value will the network learn most, and where will the runs "
        "vary most?"
    ),
)

form = controls.Controls(SWEEPS, extras=sweeps.EXTRAS)
if form.problem:
    st.warning(messages.escaped(form.problem), icon=":material/link_off:")

setup, outcome = st.columns([2, 3], gap="large")
with setup:
    page.header(N_("Choose"))
    with messages.show_errors():
        sweep = sweeps.choose(form)
    with st.expander(_("The experiment that is varied")):
        lesson_forms.draw_all(form)
with outcome, page.section(N_("Train and compare")):
    if sweep is None:
        messages.problems(form.problems)
        st.info(_("Your input is not lost."))
    else:
        sweeps.train(sweep, "sweeps")
        sweeps.results(sweep, "sweeps")
