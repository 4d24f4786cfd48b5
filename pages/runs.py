"""Runs: all runs on this server, and the leaderboard."""

import streamlit as st

from aelib.core.language import N_, _
from aelib.ui.lessons.lesson import SectionedPage
from aelib.ui.lessons.trainings import leaderboard, runs
from aelib.ui.shell import links, messages
from aelib.ui.shell.lessons import LESSONS, RUNS
from aelib.ui.views import run_file

SectionedPage(
    RUNS,
    _(
        "All runs on this server. Select a run to open it as if you had trained it yourself: the same "
        "experiment gives the same run, except for rounding. Select several to compare them."
    ),
)

with messages.show_errors():
    runs.notice()
    run_file.upload()
    rows, dataset = runs.filtered()
    if not rows:
        st.info(_("No runs yet, or none that pass the filter. Train one in a lesson, and it appears at once."))
        links.page_link(LESSONS[0].file, _("To the first lesson"), LESSONS[0].icon)
        st.stop()
    runs.table(rows)

    st.header(N_("Leaderboard"))
    shown = dataset or runs.most(rows)
    st.markdown(
        _(
            "Who learns most with the **fewest parameters**, or with the **smallest code**? The orange steps "
            "are the Pareto front: runs for which fewer errors need more parameters, or a larger code."
        )
    )
    st.caption(
        messages.escaped(_("Data set: {title}. Choose another one in the filter above.", title=runs.title(shown)))
    )
    by = leaderboard.cost(shown)
    left, right = st.columns([2, 3])
    with left:
        leaderboard.leaderboard(shown, by)
    with right:
        leaderboard.scatter(shown, by)
