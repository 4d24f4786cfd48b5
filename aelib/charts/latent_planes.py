"""Latent planes of several runs at one scale."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from .curves import BLUE, SERIES, styled
from .variational import CLASSES

NAMED = 64  # images up to which each is drawn with its name
COLUMNS = 3
_ROW = 340  # pixels of the page
_TITLE = 45  # characters that fit above the planes of a row on a telephone
_LINE = 14  # pixels


def planes(
    points: Mapping[str, NDArray[np.float32]], names: Sequence[str], labels: Sequence[int] | None, chosen: Sequence[int]
) -> go.Figure:
    """points: n × 2 of the same images for each run, by its name; labels: their classes, where these are to be
    coloured; chosen: numbers of images to be seen in all planes. All planes have one scale."""
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
