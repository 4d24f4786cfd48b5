"""Charts of what codes are good for: a figure against the numbers of the code."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from aelib.charts.curves import styled
from aelib.charts.palette import BLUE, GREY, SERIES
from aelib.core.language import _

BINS = 30


def against_numbers(
    found: Mapping[str, Sequence[tuple[int, float]]], label: str, baseline: tuple[str, float] | None, shares: bool
) -> go.Figure:
    """A figure of each kind of code against its numbers.

    Args:
        found: kind -> (numbers, figure).
        label: of the figure.
        baseline: name and figure of what all are compared with, as a line.
        shares: whether the figure is a share, 0 to 1, written in per cent.
    """
    figure = go.Figure()
    for (kind, points), colour in zip(found.items(), SERIES, strict=False):
        x, y = [str(numbers) for numbers, _ in points], [value for _, value in points]
        dash = "dash" if kind == "PCA" else "solid"
        figure.add_scatter(
            x=x, y=y, mode="lines+markers", name=kind, line={"color": colour, "dash": dash}, marker_size=8
        )
    if baseline is not None:
        name, value = baseline
        figure.add_hline(value, line={"color": GREY, "dash": "dot"}, annotation_text=name)
    figure.update_xaxes(title=_("numbers of the code"), type="category")
    if shares:
        figure.update_yaxes(title=label, tickformat=".0%", range=[0, 1.04])
    else:
        figure.update_yaxes(title=label, rangemode="tozero")
    return styled(figure, 360)


def named(figure: go.Figure, points: NDArray[np.float32], labels: NDArray[np.int64]) -> go.Figure:
    """A map with the number of each class at the median of its points (images × 2)."""
    for label in np.unique(labels):
        x, y = np.median(points[labels == label], axis=0)
        figure.add_annotation(x=x, y=y, text=f"<b>{label}</b>", showarrow=False, font_size=16)
    return figure


def shares(values: NDArray[Any], label: str, of: str, form: str = "") -> go.Figure:
    """A histogram. values: n; label: what they are; of: what the heights are a share of; form: of the values."""
    bins: int | NDArray[np.float64] = BINS
    if values.dtype.kind == "i" and np.ptp(values) < BINS:  # counts: a bar for each
        bins = np.arange(values.min(), values.max() + 2) - 0.5
    heights, edges = np.histogram(values, bins=bins)
    middles = (edges[1:] + edges[:-1]) / 2
    figure = go.Figure(go.Bar(x=middles, y=heights / len(values), width=edges[1] - edges[0], marker_color=BLUE))
    figure.update_xaxes(title=label, tickformat=form or None)
    figure.update_yaxes(title=of, tickformat=".0%")
    return styled(figure, 280).update_layout(hovermode="closest", showlegend=False)
