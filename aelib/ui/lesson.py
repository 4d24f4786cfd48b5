"""What every lesson begins with: choose on the left, train on the right."""

from collections.abc import Callable

import streamlit as st

from ..experiment import Experiment
from ..run import Run
from . import classroom, exchange, views
from .controls import Controls
from .links import link, link_compare
from .progress import run_of
from .words import plain, problems


def begin(
    form: Controls,
    fields: Callable[[Controls], Experiment | None],
    key: str,
    explain: Callable[[Experiment, str], None] | None = None,
) -> Run | None:
    """The run of what is chosen, or None until there is one. fields: draws the choices; key: under which the widgets of
    the run are kept; explain: says what the choices mean, between the picture and the training."""
    for problem in [*([form.problem] if form.problem else []), *form.notes]:
        st.warning(plain(problem), icon=":material/link_off:")
    setup, picture = st.columns([2, 3], gap="large")
    with setup:
        st.header("1 · Choose")
        classroom.fixed(form)
        experiment = fields(form)
        classroom.popover(form, experiment)
    with picture:
        st.header("2 · Train")
        classroom.task(form, experiment)
        if experiment is None:
            problems(form.problems)
            if form.elsewhere is not None:
                link(form.elsewhere, "Open it in its lesson", ":material/arrow_forward:")
                return None
            st.info("The network is drawn as soon as the choices fit together. Nothing you typed is lost.")
            return None
        views.network(experiment)
        st.caption(
            f"{experiment.network} · {experiment.architecture.parameters:,} parameters · digest `{experiment.digest}`"
        )
        if experiment.model.kind != "dense":
            views.shapes(experiment)
        if explain is not None:
            explain(experiment, key)
        if changed := form.changed(experiment):
            st.caption(plain(f"Changed from where you started: {changed}."))
        run = run_of(experiment, key)
        if run is not None:
            views.verdict(run)
            classroom.judged(form, run)
            with st.container(horizontal=True, vertical_alignment="center"):
                link_compare([experiment], "Put it beside others", add=True)
                exchange.download(run, key)
        return run
