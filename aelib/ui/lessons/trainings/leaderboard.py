"""The leaderboard: the most learnt images with the fewest parameters, or with the smallest code."""

import pandas as pd
import streamlit as st

from aelib import datasets
from aelib.charts.trainings import leaderboard as wall
from aelib.charts.trainings.leaderboard import Cost
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.store import Summary, outcome_text
from aelib.ui.components.figures import chart
from aelib.ui.shell.server_state import store

SCATTERED = 3000  # points in the chart: the best runs
_COST = "runs:cost"
_COSTS: dict[Cost, str] = {"parameters": N_("fewest parameters"), "latent_dim": N_("smallest code")}


def cost(dataset: str) -> Cost:
    """Draw the choice of what counts beside the error. For images that were not trained on, the size of the code comes
    first, because nets compress them."""
    try:
        first: Cost = "parameters" if datasets.spec(dataset).memorised else "latent_dim"
    except LabError:  # its images are no longer here
        first = "parameters"
    chosen: Cost = st.segmented_control(
        _("Small errors with the"),
        list(_COSTS),
        default=first,
        key=f"{_COST}:{dataset}",
        required=True,
        format_func=lambda name: _(_COSTS[name]),
        persist_state="session",
    )
    return chosen


def leaderboard(dataset: str, by: Cost) -> None:
    """The best run of each architecture: most learnt, then fewest parameters; for large data sets, smallest error. By
    the size of the code, only runs of the Pareto front, since a larger code is always better."""
    rows = store().summaries("best", dataset, limit=SCATTERED)
    best: dict[str, Summary] = {}
    for row in wall.pareto(rows, by) if by == "latent_dim" else rows:
        best.setdefault(row["architecture"], row)
    shown = list(best.values())[:10]
    frame = pd.DataFrame(
        {
            "layers": [row["architecture"] for row in shown],
            "result": [outcome_text(row) for row in shown],
            "code": [row["latent_dim"] for row in shown],
            "parameters": [row["parameters"] for row in shown],
            _("wrong pixels"): [row["wrong_pixels"] for row in shown],
        },
        index=pd.RangeIndex(1, len(shown) + 1, name="place"),
    )
    frame = frame.dropna(axis="columns", how="all")  # wrong pixels are counted on memorised sets only
    numbers = st.column_config.NumberColumn(format="localized")
    config = {
        "code": st.column_config.NumberColumn(format="localized", help=_("Numbers in the code of one image.")),
        "parameters": numbers,
    }
    st.dataframe(frame, key="runs:leaders", column_config=config, placeholder="–")


def scatter(dataset: str, by: Cost) -> None:
    """Chart of the error against parameters or size of the code."""
    rows = store().summaries("best", dataset, limit=SCATTERED)
    chart(wall.cost_against_error(rows, by), "runs:scatter")
