"""Charts of a net beside PCA: angles between planes, cosines between axes, quality against the size of the code."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from aelib.analysis.linear.duel import Round
from aelib.charts.curves import styled
from aelib.charts.palette import BLUE, GREY, SERIES
from aelib.core.language import _

RIGHT_ANGLE = 90.0
Numbers = NDArray[np.float64]


def angles(found: Numbers) -> go.Figure:
    """Principal angles between two planes as bars, degrees, on an axis that ends at a right angle."""
    figure = go.Figure()
    texts = [f"{angle:.2g}°" for angle in found]
    names = [str(number) for number in range(1, len(found) + 1)]
    figure.add_bar(x=names, y=found, text=texts, textposition="outside", marker_color=BLUE, cliponaxis=False)
    figure.add_hline(RIGHT_ANGLE, line={"color": GREY, "dash": "dot"})
    figure.update_xaxes(title=_("principal angle, largest first"), type="category")
    figure.update_yaxes(title=_("degrees"), range=[0, RIGHT_ANGLE * 1.05], tickvals=[0, 30, 60, 90])
    return styled(figure, 240).update_layout(hovermode="closest", showlegend=False)


def cosines(found: Numbers, rows: str) -> go.Figure:
    """Cosines without signs as cells, 0 to 1. found: axes × principal axes; rows: what the rows are."""
    numbers, components = found.shape
    figure = go.Figure()
    figure.add_heatmap(
        z=found,
        x=[str(i) for i in range(1, components + 1)],
        y=[str(i) for i in range(1, numbers + 1)],
        zmin=0,
        zmax=1,
        colorscale="Blues",
        texttemplate="%{z:.1f}" if components <= 12 else None,
        hovertemplate="%{y} and principal axis %{x}: %{z:.3f}<extra></extra>",
        colorbar={"title": _("cosine"), "thickness": 12},
    )
    figure.update_xaxes(title=_("principal axis"), type="category")
    figure.update_yaxes(title=rows, type="category", autorange="reversed")
    return styled(figure, 320).update_layout(hovermode="closest")


def against_numbers(rounds: Sequence[Round]) -> go.Figure:
    """PSNR of nets and of PCA against the numbers of the code. rounds: all with the same number of bits per number."""
    figure = go.Figure()
    numbers = [str(one.numbers) for one in rounds]
    for name, values, colour, dash in (
        ("net", [one.psnr for one in rounds], BLUE, "solid"),
        ("PCA", [one.pca_psnr for one in rounds], SERIES[1], "dash"),
    ):
        line = {"color": colour, "dash": dash}
        figure.add_scatter(x=numbers, y=values, mode="lines+markers", name=name, line=line, marker_size=9)
    figure.update_xaxes(title=_("numbers of the code"), type="category")
    figure.update_yaxes(title="PSNR, dB")
    return styled(figure, 300)
