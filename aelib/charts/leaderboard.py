"""All runs of a class in one chart: error against number of parameters, with the Pareto front."""

from collections.abc import Sequence

import plotly.graph_objects as go

from aelib.store import Summary, outcome_text

from .curves import BLUE, styled
from .ticks import on_axis

ORANGE = "#ea580c"


def error(run: Summary) -> float:
    """The error of a run: wrong pixels of a memorised data set, else the mean squared error."""
    return run["mse"] if run["wrong_pixels"] is None else run["wrong_pixels"]


def pareto(runs: Sequence[Summary]) -> list[Summary]:
    """The Pareto front by parameters and error, sorted by parameters; of equal runs the first.

    No other run has at most as many parameters and a smaller error, or fewer parameters and at most the same error.
    """
    front: list[Summary] = []
    for run in sorted(runs, key=lambda run: (run["parameters"], error(run))):
        if not front or error(run) < error(front[-1]):
            front.append(run)
    return front


def parameters_against_wrong(runs: Sequence[Summary]) -> go.Figure:
    """Scatter plot of all runs of one data set, with the Pareto front as a step line."""
    front = pareto(runs)
    label = "mean squared error" if runs and runs[0]["wrong_pixels"] is None else "wrong pixels, all images"
    figure = go.Figure()
    figure.add_scattergl(
        x=[run["parameters"] for run in runs],
        y=[error(run) for run in runs],
        mode="markers",
        name="runs",
        marker={"color": BLUE, "size": 8, "opacity": 0.6},
        customdata=[[run["architecture"], outcome_text(run), run["digest"]] for run in runs],
        hovertemplate=f"%{{customdata[0]}}<br>%{{customdata[1]}}; {label}: %{{y}}<br>"
        "%{x} parameters<br>%{customdata[2]}<extra></extra>",
    )
    figure.add_scatter(
        x=[run["parameters"] for run in front],
        y=[error(run) for run in front],
        mode="lines+markers",
        name="Pareto front: none is better with fewer parameters",
        line={"color": ORANGE, "width": 2, "shape": "hv"},
        marker={"size": 10, "symbol": "diamond"},
        hoverinfo="skip",
    )
    on_axis(figure, "x", [run["parameters"] for run in runs], "parameters", logarithmic=True)
    on_axis(figure, "y", [0.0, *(error(run) for run in runs)], label)
    styled(figure, 380)
    return figure.update_layout(hovermode="closest")
