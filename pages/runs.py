"""Runs: everything trained on this server, and the class's wall."""

import streamlit as st

from aelib.ui.lessons import leaderboard, runs
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.shell import messages
from aelib.ui.shell.lessons import LESSONS, RUNS
from aelib.ui.views import run_file

SectionedPage(
    RUNS,
    "Everything that was trained on this server. Pick a run to open it as if you had trained it yourself: the same "
    "experiment gives the same run, but for rounding. Pick several to compare them.",
)

with messages.show_errors():
    runs.notice()
    run_file.upload()
    rows, dataset = runs.filtered()
    if not rows:
        st.info("No runs here yet, or none that fit the filter. Train one in a lesson and it appears at once.")
        st.page_link(LESSONS[0].file, label="To the first lesson", icon=LESSONS[0].icon)
        st.stop()
    runs.table(rows)

    st.header("The wall")
    shown = dataset or runs.most(rows)
    st.markdown(
        "Who learns most with the **fewest parameters**? The leaderboard has the best run of each architecture; the "
        "orange steps join the runs that no other run beats: for fewer errors you must pay with more parameters."
    )
    st.caption(messages.escaped(f"Of one data set: {runs.title(shown)}. The filter above chooses another."))
    left, right = st.columns([2, 3])
    with left:
        leaderboard.leaderboard(shown)
    with right:
        leaderboard.scatter(shown)
