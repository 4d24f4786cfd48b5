"""Runs related to the main run of a page: trained on request, then opened."""

from collections.abc import Sequence

import streamlit as st

from aelib.core.language import _
from aelib.experiment import Experiment
from aelib.training import Run
from aelib.ui.shell.messages import problems
from aelib.ui.shell.server_state import open_run

from . import bulk_training


def runs_of(experiments: Sequence[Experiment], label: str, key: str) -> list[Run] | None:
    """The runs of the experiments. While some are missing, None, and a button with this label or the progress."""
    # a container, so that later elements keep their positions and none is briefly shown twice
    with st.container():
        if not bulk_training.train(experiments, label, key):
            return None
    found = [open_run(experiment) for experiment in experiments]
    if any(run is None for run in found):
        problems([_("A training diverged: try a smaller learning rate or another output activation.")])
        return None
    return [run for run in found if run is not None]
