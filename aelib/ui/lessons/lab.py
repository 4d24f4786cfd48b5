"""The parts of the Lab: what any run can show."""

import streamlit as st

from aelib.experiment import resolve
from aelib.training import Run
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import show_errors
from aelib.ui.views import feature_maps, run_views

from . import colour


def outcome(run: Run, key: str) -> None:
    """Images in and out; of a memorised set also which images have wrong pixels."""
    if not run.spec.memorised:
        colour.rows(run, f"{key}:rows")
        return
    run_views.reconstructions(run)
    learnt, total = run.metrics["learnt"], run.metrics["total"]
    with st.expander(f"Table of wrong pixels: {learnt} of {total} learnt", expanded=False):
        run_views.error_table(run, key)


def inside(run: Run, key: str) -> None:
    """The latent plane, or the maps of convolutions."""
    experiment = run.experiment
    if not experiment.model.dense:
        feature_maps.features(run, f"{key}:features")
    elif resolve(experiment).spec.memorised and resolve(experiment).stores_codes:
        with show_errors():
            run_views.plane(run, key)
    else:
        st.caption("Codes of many images are shown by the lesson on digits, where they are of digits.")


def onwards(run: Run) -> None:
    """Where else to look at it."""
    link(run.experiment, "Open it in its lesson", ":material/arrow_forward:")
