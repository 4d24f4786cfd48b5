"""All runs of a class in one picture: how much a network costs against how much it gets wrong."""

from collections.abc import Sequence

import plotly.graph_objects as go

from ..index import Summary
from .curves import BLUE, styled

ORANGE = "#ea580c"


def pareto(runs: Sequence[Summary]) -> list[Summary]:
    """The runs that no other beats: none has at most as many parameters and fewer wrong pixels, or fewer parameters
    and at most as many. Sorted by parameters; of equals the first."""
    front: list[Summary] = []
    for run in sorted(runs, key=lambda run: (run["parameters"], run["wrong_pixels"])):
        if not front or run["wrong_pixels"] < front[-1]["wrong_pixels"]:
            front.append(run)
    return front


def parameters_against_wrong(runs: Sequence[Summary]) -> go.Figure:
    """Scatter of all runs with the Pareto front drawn as steps."""
    front = pareto(runs)
    figure = go.Figure()
    figure.add_scattergl(
        x=[run["parameters"] for run in runs],
        y=[run["wrong_pixels"] for run in runs],
        mode="markers",
        name="runs",
        marker={"color": BLUE, "size": 8, "opacity": 0.6},
        customdata=[[run["architecture"], run["learnt"], run["total"], run["digest"]] for run in runs],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]} of %{customdata[2]} learnt, %{y} wrong pixels<br>"
        "%{x} parameters<br>%{customdata[3]}<extra></extra>",
    )
    figure.add_scatter(
        x=[run["parameters"] for run in front],
        y=[run["wrong_pixels"] for run in front],
        mode="lines+markers",
        name="nobody is better with fewer (Pareto front)",
        line={"color": ORANGE, "width": 2, "shape": "hv"},
        marker={"size": 10, "symbol": "diamond"},
        hoverinfo="skip",
    )
    figure.update_xaxes(title="parameters", type="log", dtick="D2")
    most = max((run["wrong_pixels"] for run in runs), default=1)
    figure.update_yaxes(title="wrong pixels, all images", range=[-0.05 * max(most, 1), 1.08 * max(most, 1)])
    styled(figure, 380)
    return figure.update_layout(hovermode="closest")
