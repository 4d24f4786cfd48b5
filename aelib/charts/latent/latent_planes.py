"""Latent planes of several runs on one scale."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from ..curves import BLUE, SERIES, styled
from .variational import CLASSES

NAMED = 64  # largest number of images that are drawn with their names
COLUMNS = 3
_ROW = 340  # pixels: height of a row
_TITLE = 45  # characters that fit above the planes of a row on a phone
_LINE = 14  # pixels: height of a line of a title


def planes(
    points: Mapping[str, NDArray[np.float32]], names: Sequence[str], labels: Sequence[int] | None, chosen: Sequence[int]
) -> go.Figure:
    """One plane for each run, all on the same scale.

    Args:
        points: name of a run -> points of the same images, n × 2.
        names: names of the images, n.
        labels: their classes, for colours; None for one colour.
        chosen: indices of images that are highlighted in all planes.
    """
    columns = min(COLUMNS, len(points))
    rows = -(-len(points) // columns)
    titles = [textwrap.wrap(name, _TITLE // columns) for name in points]
    figure = make_subplots(
        rows,
        columns,
        subplot_titles=["<br>".join(lines) for lines in titles],
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.03,
        vertical_spacing=0.12,
    )
    few = len(names) <= NAMED
    colours = BLUE if labels is None else [CLASSES[label % len(CLASSES)] for label in labels]
    for place, found in enumerate(points.values()):
        figure.add_trace(
            go.Scatter(
                x=found[:, 0],
                y=found[:, 1],
                mode="markers+text" if few else "markers",
                text=list(names) if few else None,
                textposition="top center",
                hovertext=list(names),
                hoverinfo="text",
                marker={"size": 7 if few else 5, "color": colours},
                customdata=np.arange(len(names)),
                selectedpoints=list(chosen) if chosen else None,
                selected={"marker": {"color": SERIES[1], "size": 13}},
                unselected={"marker": {"opacity": 0.45}},
                showlegend=False,
            ),
            row=place // columns + 1,
            col=place % columns + 1,
        )
    above = _LINE * max(map(len, titles))
    styled(figure, 60 + above + _ROW * rows)
    figure.update_annotations(font_size=11)
    figure.update_layout(margin_t=12 + above)
    return figure.update_layout(hovermode="closest", dragmode="select")
