"""The Runs page's parts: the list to filter and open from, the leaderboard, the scatter."""

import pandas as pd
import streamlit as st

from .. import datasets
from ..basics import LabError
from ..charts import wall
from ..index import ORDERS, Order, Summary
from .address import to_query
from .layout import plain
from .resources import store

SHOWN = 500  # rows in the list; the filter finds the others
SCATTERED = 3000  # points in the picture: the best ones
_ORDER_LABELS: dict[Order, str] = {
    "newest": "newest first",
    "best": "most learnt, then fewest parameters",
    "smallest": "fewest parameters",
    "fastest": "fastest training",
}
LESSON, PRESET = "pages/dense.py", "font-best"  # where a run opens, and what its address is written against


def filtered() -> tuple[list[Summary], str | None]:
    """The filters, and the runs that pass them; the data set chosen, or None for all."""
    runs = store()
    runs.summaries(limit=1)  # the list is brought up to date before its data sets are read
    names = runs.index.datasets()
    left, middle, right = st.columns(3)
    dataset: str | None = left.selectbox(
        "Data set", [None, *names], format_func=lambda name: _title(name) if name else "all", key="runs:dataset"
    )
    text = middle.text_input("Layers contain", placeholder="such as 20-10", key="runs:layers").strip()
    order: Order = right.selectbox("Order", list(ORDERS), format_func=_ORDER_LABELS.__getitem__, key="runs:order")
    return runs.summaries(order, dataset, text, SHOWN), dataset


def _title(name: str) -> str:
    try:
        return datasets.spec(name).title
    except LabError:  # a table that was removed from this machine: its runs are still listed
        return name


def table(rows: list[Summary]) -> None:
    """The list; a row that is picked can be opened."""
    frame = pd.DataFrame(rows)
    frame["learnt"] = frame["learnt"].astype(str) + " of " + frame["total"].astype(str)
    columns = {
        "architecture": "layers", "activation": "activation", "learnt": "learnt", "wrong_pixels": "wrong pixels",
        "parameters": "parameters", "epochs": "epochs", "optimizer": "optimiser", "learning_rate": "rate",
        "seed": "seed", "seconds": "seconds", "created": "trained (UTC)", "dataset": "data set", "digest": "digest",
    }  # fmt: skip
    picked = st.dataframe(
        frame[list(columns)].rename(columns=columns),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="runs:table",
        column_config={
            "seconds": st.column_config.NumberColumn(format="%.2f"),
            "rate": st.column_config.NumberColumn(format="%g"),
        },
    )
    chosen = picked.selection.rows
    if chosen:
        _open(rows[chosen[0]])
    else:
        st.caption("Pick a row to open that run.")


def _open(row: Summary) -> None:
    try:
        run = store().get(row["digest"])
    except LabError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if run is None:
        st.warning("This run has been removed meanwhile.", icon=":material/delete:")
        return
    st.page_link(
        LESSON,
        label=f"Open {row['architecture']}, seed {row['seed']}: {row['learnt']} of {row['total']} learnt",
        icon=":material/open_in_new:",
        query_params=to_query(run.experiment, PRESET),
    )


def leaderboard(dataset: str) -> None:
    """Most learnt with the fewest parameters, one line for each architecture."""
    best: dict[str, Summary] = {}
    for row in store().summaries("best", dataset, limit=SCATTERED):
        best.setdefault(row["architecture"], row)
    frame = pd.DataFrame(list(best.values())[:10])
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="place")
    frame["learnt"] = frame["learnt"].astype(str) + " of " + frame["total"].astype(str)
    names = {"architecture": "layers", "learnt": "learnt", "parameters": "parameters", "wrong_pixels": "wrong pixels"}
    st.dataframe(frame[list(names)].rename(columns=names), key="runs:leaders")


def scatter(dataset: str) -> None:
    """Parameters against wrong pixels."""
    rows = store().summaries("best", dataset, limit=SCATTERED)
    st.plotly_chart(wall.parameters_against_wrong(rows), key="runs:scatter", config={"displayModeBar": False})
