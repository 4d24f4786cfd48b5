"""The leaderboard: the most learnt images with the fewest parameters."""

import pandas as pd
import streamlit as st

from aelib.charts import leaderboard as wall
from aelib.store import Summary, outcome_text
from aelib.ui.components.figures import chart
from aelib.ui.shell.server_state import store

SCATTERED = 3000  # points in the chart: the best runs


def leaderboard(dataset: str) -> None:
    """The best run of each architecture: most learnt, then fewest parameters; for large data sets, smallest error."""
    best: dict[str, Summary] = {}
    for row in store().summaries("best", dataset, limit=SCATTERED):
        best.setdefault(row["architecture"], row)
    frame = pd.DataFrame(list(best.values())[:10])
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="place")
    frame["result"] = [outcome_text(row) for row in list(best.values())[:10]]
    names = {"architecture": "layers", "result": "result", "parameters": "parameters", "wrong_pixels": "wrong pixels"}
    st.dataframe(frame[list(names)].rename(columns=names), key="runs:leaders")


def scatter(dataset: str) -> None:
    """Chart of wrong pixels against parameters."""
    rows = store().summaries("best", dataset, limit=SCATTERED)
    chart(wall.parameters_against_wrong(rows), "runs:scatter")
