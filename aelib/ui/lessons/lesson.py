"""What every lesson begins with: choose on the left, train on the right."""

from collections.abc import Callable

import streamlit as st

from aelib.experiment import Experiment, resolve
from aelib.training import Run
from aelib.ui.form import teacher_panel
from aelib.ui.form.controls import Controls
from aelib.ui.jobs.training_panel import run_of
from aelib.ui.shell.links import link, link_compare
from aelib.ui.shell.messages import escaped, problems
from aelib.ui.views import run_file, run_views


def begin(
    form: Controls,
    fields: Callable[[Controls], Experiment | None],
    key: str,
    explain: Callable[[Experiment, str], None] | None = None,
) -> Run | None:
    """The run of what is chosen, or None until there is one. fields: draws the choices; key: under which the widgets of
    the run are kept; explain: says what the choices mean, between the picture and the training."""
    for problem in [*([form.problem] if form.problem else []), *form.notes]:
        st.warning(escaped(problem), icon=":material/link_off:")
    setup, picture = st.columns([2, 3], gap="large")
    with setup:
        st.header("1 · Choose")
        teacher_panel.fixed(form)
        experiment = fields(form)
        teacher_panel.popover(form, experiment)
    with picture:
        st.header("2 · Train")
        teacher_panel.task(form, experiment)
        if experiment is None:
            problems(form.problems)
            if form.elsewhere is not None:
                link(form.elsewhere, "Open it in its lesson", ":material/arrow_forward:")
                return None
            st.info("The network is drawn as soon as the choices fit together. Nothing you typed is lost.")
            return None
        run_views.network(experiment)
        resolved = resolve(experiment)
        st.caption(
            f"{experiment.network} · {resolved.architecture.parameters:,} parameters · digest `{resolved.digest}`"
        )
        if not experiment.model.dense:
            run_views.shapes(experiment)
        if explain is not None:
            explain(experiment, key)
        if changed := form.changed(experiment):
            st.caption(escaped(f"Changed from where you started: {changed}."))
        run = run_of(experiment, key)
        if run is not None:
            run_views.verdict(run)
            teacher_panel.judged(form, run)
            with st.container(horizontal=True, vertical_alignment="center"):
                link_compare([experiment], "Compare it with others", add=True)
                run_file.download(run, key)
        return run
