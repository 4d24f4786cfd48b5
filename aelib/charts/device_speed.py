"""Bar chart of training speed by device."""

from collections.abc import Sequence

import plotly.graph_objects as go

from aelib.training.device_speed import Speed

from .curves import BLUE, SERIES, styled
from .ticks import on_axis


def speeds(now: Sequence[Speed], elsewhere: Sequence[Speed] = ()) -> go.Figure:
    """Images per second, measured now and stored from other machines, fastest at the top."""
    figure = go.Figure()
    for name, found, colour in (("measured now", now, BLUE), ("stored", elsewhere, SERIES[1])):
        if found:
            figure.add_bar(
                x=[one.images_a_second for one in found],
                y=[_name(one) for one in found],
                name=name,
                orientation="h",
                marker_color=colour,
                text=[f"{one.images_a_second:,.0f}" for one in found],
                textposition="auto",
            )
    on_axis(figure, "x", [one.images_a_second for one in (*now, *elsewhere)], "images a second", from_zero=True)
    figure.update_yaxes(categoryorder="total ascending")
    figure.update_layout(barmode="group", hovermode="closest")
    return styled(figure, 140 + 42 * (len(now) + len(elsewhere)))


def _name(one: Speed) -> str:
    mixed = ", mixed precision" if one.precision == "mixed" else ""
    return f"{one.device.upper()}: {one.name[:32]}{mixed}<br>{one.machine}"
