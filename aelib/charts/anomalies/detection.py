"""Histogram of scores with a threshold, ROC and precision-recall curves."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from aelib.analysis.anomalies.detection import Detection
from aelib.charts.curves import styled
from aelib.charts.palette import BLUE, GREY, SERIES
from aelib.core.language import _

BINS = 40


def histogram(found: Detection, threshold: float, label: str) -> go.Figure:
    """Shares of normal and of odd images by score, and the threshold as a line. label: of the score."""
    edges = np.linspace(found.scores.min(), found.scores.max(), BINS + 1)
    figure = go.Figure()
    for name, odd, colour in (("normal", False, BLUE), ("odd", True, SERIES[1])):
        chosen = found.scores[found.odd == odd]
        counts = np.histogram(chosen, edges)[0] / len(chosen)
        centres = (edges[1:] + edges[:-1]) / 2
        figure.add_bar(x=centres, y=counts, name=name, marker_color=colour, opacity=0.65, width=edges[1] - edges[0])
    figure.add_vline(threshold, line={"color": GREY, "dash": "dash", "width": 2})
    figure.update_xaxes(title=label)
    figure.update_yaxes(title=_("share of images"), tickformat=".0%")
    return styled(figure, 320).update_layout(barmode="overlay")


def roc(found: Mapping[str, Detection]) -> go.Figure:
    """Recall against false alarms for every threshold. found: name -> scores; the diagonal stands for guessing."""
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "dash": "dot"}, name=_("guessing"))
    for (name, one), colour in zip(found.items(), SERIES, strict=False):
        x, y = one.roc()
        figure.add_scatter(x=x, y=y, mode="lines", name=name, line={"color": colour})
    return _shares(figure, "false alarms", "odd images found")


def precision_recall(found: Mapping[str, Detection]) -> go.Figure:
    """Precision against recall for every threshold. found: name -> scores."""
    figure = go.Figure()
    for (name, one), colour in zip(found.items(), SERIES, strict=False):
        x, y = one.precision_recall()
        figure.add_scatter(x=x, y=y, mode="lines", name=name, line={"color": colour})
    return _shares(figure, "odd images found", "alarms that are right")


def _shares(figure: go.Figure, x: str, y: str) -> go.Figure:
    figure.update_xaxes(title=x, tickformat=".0%", range=[0, 1.01])
    figure.update_yaxes(title=y, tickformat=".0%", range=[0, 1.01])
    styled(figure, 360)
    legend = {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "font": {"size": 13}}
    return figure.update_layout(hovermode="closest", legend=legend)
