"""Pictures of what happens inside a dense net: units and weights in two colours, gradients layer by layer."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from aelib.core.language import _, number

from .curves import SERIES, styled
from .glyphs import EXTRA, MISSING, PAPER
from .palette import GREY
from .ticks import on_axis, spread

Numbers = NDArray[np.float32]
Picture = NDArray[np.uint8]  # height × width × channels

SIDE, HIGH, MATRIX_SIDE = 84, 132, 240  # largest size in CSS pixels: of a large layer, a small one, and a matrix
LARGEST = 18  # CSS pixels of a cell
LINED = 8  # smallest cell, in CSS pixels, with a line at its edges, so that a cell at 0 is visible too
FEW = 40  # largest number of units of a layer that is drawn with large cells, twice as high as wide
LINE = (214, 211, 203)
DEAD = tuple(int(GREY[i : i + 2], 16) for i in (1, 3, 5))


def signed(values: Numbers, limit: float) -> Picture:
    """Numbers, height × width, as colours: orange above 0, blue below, paper at 0, full colour from `limit` on."""
    shares = np.clip(np.nan_to_num(values / (limit or 1.0)), -1, 1)[..., None]
    full = np.where(shares > 0, np.array(EXTRA), np.array(MISSING))
    picture: Picture = (np.array(PAPER) + (full - np.array(PAPER)) * np.abs(shares)).round().astype(np.uint8)
    return picture


def units(values: Numbers, limit: float, dead: NDArray[np.bool_] | None = None, columns: int = 0) -> Picture:
    """The units of a layer as cells, row by row: height × width × 3, as large as it is shown.

    values: units; limit: as of `signed`; dead: bool, units, those in grey; columns: cells in a row, 0 for a shape that
    suits their number.
    """
    if not columns:
        columns = round(math.sqrt(len(values) / 2)) or 1 if len(values) <= FEW else math.isqrt(len(values) - 1) + 1
    rows = -(-len(values) // columns)
    cells = np.full((rows * columns, 3), PAPER, np.uint8)
    cells[: len(values)] = signed(values[None], limit)[0]
    if dead is not None:
        cells[: len(values)][dead] = DEAD
    return _enlarged(cells.reshape(rows, columns, 3), SIDE if len(values) > FEW else HIGH)


def matrix(values: Numbers, limit: float) -> Picture:
    """A matrix as cells: height × width × 3, as large as it is shown."""
    return _enlarged(signed(values, limit), MATRIX_SIDE)


def _enlarged(cells: Picture, side: int) -> Picture:
    times = min(LARGEST, max(1, side // max(cells.shape[:2])))
    large = cells.repeat(times, axis=0).repeat(times, axis=1)
    if times >= LINED:
        large[times - 1 :: times] = LINE
        large[:, times - 1 :: times] = LINE
    return large


def image(values: Numbers, limit: float) -> Picture:
    """Weights that belong to the pixels of an image, channels × height × width: `signed` if there is one channel, else
    each channel by itself around middle grey."""
    if len(values) == 1:
        return signed(values[0], limit)
    shares = np.clip(values / (limit or 1.0), -1, 1).transpose(1, 2, 0)
    picture: Picture = ((shares + 1) * 127.5).round().astype(np.uint8)
    return picture


MARKED = 7  # largest number of epochs that are written at an axis


def over_training(epochs: Sequence[int], found: Mapping[str, Sequence[float]], encoders: int) -> go.Figure:
    """Mean |∂L/∂z| of every layer at some epochs, on a logarithmic axis; zeros are left out.

    found: name of a layer -> a number for each epoch; layers are in order from the input to the output, the first is
    the darkest; encoders: how many of them are the encoder's, whose lines are solid.
    """
    figure = go.Figure()
    last = max(1, len(found) - 1)
    for i, (name, values) in enumerate(found.items()):
        colour = sample_colorscale("Viridis", [0.9 * i / last])[0]
        shown = [value if value > 0 else None for value in values]
        line = {"width": 2, "color": colour, "dash": "solid" if i < encoders else "dot"}
        figure.add_scatter(x=_labels(epochs), y=shown, name=name, mode="lines+markers", line=line, marker={"size": 5})
    positive = [value for value in spread(found.values()) if value > 0]
    on_axis(figure, "y", positive, _("mean |∂L/∂z|"), logarithmic=True)
    # a legend of every layer fills several rows, above the curves
    return _by_epoch(figure, epochs).update_layout(
        margin={"t": 84}, height=360, legend={"y": 1.02, "yanchor": "bottom"}
    )


def counts(epochs: Sequence[int], found: Mapping[str, Sequence[int]]) -> go.Figure:
    """Numbers of units at some epochs. found: name of a curve -> a number for each epoch."""
    figure = go.Figure()
    looks = ((SERIES[1], "solid", "square", 8), (SERIES[0], "dot", "circle", 5))  # both stay visible if equal
    for (name, values), (colour, dash, symbol, size) in zip(found.items(), looks, strict=False):
        line, marker = {"width": 2.5, "color": colour, "dash": dash}, {"size": size, "symbol": symbol}
        figure.add_scatter(x=_labels(epochs), y=list(values), name=name, mode="lines+markers", line=line, marker=marker)
    every = [float(value) for value in spread(found.values())]
    on_axis(figure, "y", [0.0, 1.0, *every], _("units"), whole=True, from_zero=True)  # no negative units around 0
    return _by_epoch(figure, epochs)


def _labels(epochs: Sequence[int]) -> list[str]:
    return [number(epoch, ",") for epoch in epochs]


def _by_epoch(figure: go.Figure, epochs: Sequence[int]) -> go.Figure:
    """With an axis of epochs at equal distances, since snapshots lie closer at the start, where most changes."""
    labels = _labels(epochs)
    marked = labels[:: -max(1, -(-len(labels) // MARKED))]  # from the last one, which is the trained net
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=labels,
        tickmode="array",
        tickvals=marked[::-1],
        tickangle=0,
        title=_("epoch"),
    )
    return styled(figure, 300)


def gradients(names: Sequence[str], found: Mapping[str, Sequence[float]]) -> go.Figure:
    """Mean |∂L/∂z| of every layer, on a logarithmic axis; zeros are left out.

    names: of the layers, from the input to the output; found: name of a curve -> a number for each layer.
    """
    figure = go.Figure()
    for (name, values), colour, symbol in zip(
        found.items(), (SERIES[1], SERIES[0]), ("square", "circle"), strict=False
    ):
        shown = [value if value > 0 else None for value in values]
        figure.add_scatter(
            x=list(names),
            y=shown,
            name=name,
            mode="lines+markers",
            line={"width": 2.5, "color": colour},
            marker={"size": 8, "symbol": symbol},
        )
    positive = [value for value in spread(found.values()) if value > 0]
    on_axis(figure, "y", positive, _("mean |∂L/∂z|"), logarithmic=True)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(names))
    return styled(figure, 270)
