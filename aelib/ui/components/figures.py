"""Charts and tables in the style that all pages share."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def chart(figure: go.Figure, key: str, **options: Any) -> Any:
    """A Plotly chart without the toolbar, which would cover what is behind it. options: for `st.plotly_chart`. Returns
    the selection."""
    return st.plotly_chart(figure, key=key, config={"displayModeBar": False}, **options)


def table_with_csv(table: pd.DataFrame, file: str, key: str, **options: Any) -> None:
    """A table and a button to download it. options: for `st.dataframe`."""
    st.dataframe(table, hide_index=True, key=f"{key}:table", **options)
    csv_button(table, file, key)


def csv_button(table: pd.DataFrame, file: str, key: str, label: str = "Table as CSV", index: bool = False) -> None:
    """A button that downloads a table. index: whether the file has the row labels as a column."""
    st.download_button(
        label,
        for_spreadsheets(table).to_csv(index=index),
        file,
        "text/csv",
        icon=":material/download:",
        key=f"{key}:csv",
        on_click="ignore",
    )


def for_spreadsheets(table: pd.DataFrame) -> pd.DataFrame:
    """The same table, with a leading quote in each text that a spreadsheet would run as a formula."""
    texts = table.select_dtypes(["object", "string"])
    return table.assign(**{str(name): column.map(_harmless) for name, column in texts.items()})


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and len(value) > 1 and value[0] in "=+-@" else value
