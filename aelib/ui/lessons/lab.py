"""Parts of the Lab: views for any run."""

import streamlit as st

from aelib.experiment import resolve
from aelib.training import Run
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import show_errors
from aelib.ui.views import feature_maps, run_views

from . import colour


def outcome(run: Run, key: str) -> None:
    """Inputs and outputs; for a memorised data set also the table of wrong pixels."""
    if not run.spec.memorised:
        colour.rows(run, f"{key}:rows")
        return
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=False):
        run_views.error_table(run, key)


def inside(run: Run, key: str) -> None:
    """The latent plane, or the feature maps of convolutions."""
    experiment = run.experiment
    if not experiment.model.dense:
        feature_maps.features(run, f"{key}:features")
    elif resolve(experiment).spec.memorised and resolve(experiment).stores_codes:
        with show_errors():
            run_views.plane(run, key)
    else:
        st.caption("The lesson on digits shows the codes of its data sets.")


def onwards(run: Run) -> None:
    """A link to the experiment in its lesson."""
    link(run.experiment, "Open it in its lesson", ":material/arrow_forward:")
