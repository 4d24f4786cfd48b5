"""All runs of a class in one chart: error against number of parameters or size of the code, with the Pareto front."""

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go

from aelib.core.language import _
from aelib.store import Summary, outcome_text

from ..curves import BLUE, styled
from ..ticks import on_axis

ORANGE = "#ea580c"
Cost = Literal["parameters", "latent_dim"]
COSTS: dict[Cost, str] = {"parameters": "parameters", "latent_dim": "numbers in the code"}


def error(run: Summary) -> float:
    """The error of a run: wrong pixels of a memorised data set, else the mean squared error."""
    return run["mse"] if run["wrong_pixels"] is None else run["wrong_pixels"]


def pareto(runs: Sequence[Summary], cost: Cost = "parameters") -> list[Summary]:
    """The Pareto front by cost and error, sorted by cost; of equal runs the first.

    No other run has at most the same cost and a smaller error, or a smaller cost and at most the same error. Runs of
    unknown cost are left out.
    """
    front: list[Summary] = []
    known = [run for run in runs if run[cost] is not None]
    for run in sorted(known, key=lambda run: (run[cost] or 0, error(run))):
        if not front or error(run) < error(front[-1]):
            front.append(run)
    return front


def cost_against_error(runs: Sequence[Summary], cost: Cost = "parameters") -> go.Figure:
    """Scatter plot of all runs of one data set, with the Pareto front as a step line. Runs of unknown cost are left
    out."""
    runs = [run for run in runs if run[cost] is not None]
    front = pareto(runs, cost)
    large = runs and runs[0]["wrong_pixels"] is None
    label = _("mean squared error") if large else _("wrong pixels, all images")
    figure = go.Figure()
    figure.add_scattergl(
        x=[run[cost] for run in runs],
        y=[error(run) for run in runs],
        mode="markers",
        name=_("runs"),
        marker={"color": BLUE, "size": 8, "opacity": 0.6},
        customdata=[[run["architecture"], outcome_text(run), run["digest"]] for run in runs],
        hovertemplate=f"%{{customdata[0]}}<br>%{{customdata[1]}}; {label}: %{{y}}<br>"
        f"%{{x}} {COSTS[cost]}<br>%{{customdata[2]}}<extra></extra>",
    )
    figure.add_scatter(
        x=[run[cost] for run in front],
        y=[error(run) for run in front],
        mode="lines+markers",
        name=_("Pareto front: none is better with fewer {what}", what=_(COSTS[cost]).partition(" ")[0]),
        line={"color": ORANGE, "width": 2, "shape": "hv"},
        marker={"size": 10, "symbol": "diamond"},
        hoverinfo="skip",
    )
    on_axis(figure, "x", [run[cost] or 0 for run in runs], _(COSTS[cost]), logarithmic=True)
    on_axis(figure, "y", [0.0, *(error(run) for run in runs)], label)
    styled(figure, 380)
    return figure.update_layout(hovermode="closest")
