"""Charts and tables in the style that all pages share."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler

from aelib.core.language import _, number, separators


def chart(figure: go.Figure, key: str, **options: Any) -> Any:
    """A Plotly chart without the toolbar, which would cover what is behind it. options: for `st.plotly_chart`. Returns
    the selection."""
    return st.plotly_chart(figure, key=key, config={"displayModeBar": False}, **options)


def table_with_csv(table: pd.DataFrame, file: str, key: str, **options: Any) -> None:
    """A table and a button to download it. options: for `st.dataframe`. Numbers in the file have a decimal point."""
    config: Mapping[str, Any] = options.get("column_config", {})
    shown = in_language(table, [name for name, one in config.items() if one.get("type_config")])
    st.dataframe(shown, hide_index=True, key=f"{key}:table", **options)
    csv_button(table, file, key)


def in_language(table: pd.DataFrame, configured: Collection[str] = ()) -> pd.DataFrame | Styler:
    """The table with its numbers formatted for the session's language. They remain numbers, so columns are sorted by
    value. configured: columns that have a format of their own."""
    if separators() == ".,":
        return table
    wide = [name for name in table.select_dtypes("float") if name not in configured]

    def written(value: Any) -> str:
        return number(value, ".5g")

    return table.style.format(written, subset=wide, na_rep="") if wide else table


def csv_button(table: pd.DataFrame, file: str, key: str, label: str = "", index: bool = False) -> None:
    """A button that downloads a table. index: whether the file has the row labels as a column."""
    st.download_button(
        label or _("Table as CSV"),
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
