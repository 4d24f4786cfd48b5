"""The answers of a class as bars."""

from collections.abc import Mapping

import plotly.graph_objects as go

from .curves import GREY, styled
from .palette import BLUE

_HEIGHT = 190  # pixels


def bars(counts: Mapping[str, int], marked: str | None = None) -> go.Figure:
    """One bar for each answer, with its number, in this order. marked: the answer whose bar has a frame."""
    frame = [3 if one == marked else 0 for one in counts]
    figure = go.Figure(
        go.Bar(
            x=list(counts),
            y=list(counts.values()),
            text=list(counts.values()),
            marker={"color": BLUE, "line": {"width": frame, "color": GREY}},
            hovertemplate="%{x}: %{y}<extra></extra>",
        )
    )
    styled(figure, _HEIGHT)
    figure.update_xaxes(type="category").update_yaxes(visible=False)
    return figure.update_layout(bargap=0.25, showlegend=False)
