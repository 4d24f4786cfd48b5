"""Where an experiment is at home: the lesson that shows it, and its address there."""

import streamlit as st

from ..experiment import Experiment
from .address import to_query
from .words import plain

DENSE, DENSE_PRESET = "pages/dense.py", "font-best"  # the page, and what its addresses are written against


def name(experiment: Experiment) -> str:
    """Layers, epochs and seed: enough to tell one's own trainings apart."""
    return f"{'-'.join(map(str, experiment.model.layers))}, {experiment.epochs:,} epochs, seed {experiment.seed}"


def link(experiment: Experiment, label: str, icon: str = ":material/open_in_new:") -> None:
    """A link that opens the experiment in its lesson."""
    st.page_link(DENSE, label=plain(label), icon=icon, query_params=to_query(experiment, DENSE_PRESET))
