"""Related runs of the one that a page is about: trained when asked for, then opened."""

from collections.abc import Sequence

import streamlit as st

from aelib.experiment import Experiment
from aelib.training import Run
from aelib.ui.shell.messages import problems
from aelib.ui.shell.server_state import open_run

from . import bulk_training


def runs_of(experiments: Sequence[Experiment], label: str, key: str) -> list[Run] | None:
    """Their runs, or None while some are missing: then there is a button with this label, or progress, and Stop."""
    # its own place: what follows keeps its number on the page, so that nothing stands there twice for a moment
    with st.container():
        if not bulk_training.train(experiments, label, key):
            return None
    found = [open_run(experiment) for experiment in experiments]
    if any(run is None for run in found):
        problems(["A training diverged: try a smaller learning rate, or another output."])
        return None
    return [run for run in found if run is not None]
