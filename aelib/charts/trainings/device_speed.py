"""Bar chart of training speed by device."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from aelib.core.language import _, number
from aelib.training.device_speed import Speed

from ..curves import BLUE, SERIES, styled
from ..ticks import on_axis


def speeds(
    now: Sequence[Speed], elsewhere: Sequence[Speed] = (), ranges: Mapping[str, tuple[float, float]] | None = None
) -> go.Figure:
    """Images per second, measured now and stored from other machines, fastest at the top.

    ranges: device -> the lowest and the highest of several measurements now, drawn around its bar's end.
    """
    figure, ranges = go.Figure(), ranges or {}
    ends = [end for pair in ranges.values() for end in pair]
    for name, found, colour in ((_("measured now"), now, BLUE), (_("stored"), elsewhere, SERIES[1])):
        if found:
            figure.add_bar(
                x=[one.images_a_second for one in found],
                y=[_name(one) for one in found],
                name=name,
                orientation="h",
                marker_color=colour,
                text=[number(one.images_a_second, ",.0f") for one in found],
                textposition="inside",
                insidetextanchor="start",
                error_x=_reach(found, ranges) if found is now else None,
            )
    on_axis(
        figure, "x", [*ends, *(one.images_a_second for one in (*now, *elsewhere))], _("images a second"), from_zero=True
    )
    figure.update_yaxes(categoryorder="total ascending")
    figure.update_layout(barmode="group", hovermode="closest")
    return styled(figure, 140 + 42 * (len(now) + len(elsewhere)))


def _name(one: Speed) -> str:
    mixed = ", mixed precision" if one.precision == "mixed" else ""
    return f"{one.device.upper()}: {one.name[:32]}{mixed}<br>{one.machine}"


def _reach(found: Sequence[Speed], ranges: Mapping[str, tuple[float, float]]) -> dict[str, Any] | None:
    """Error bars from the lowest to the highest measurement."""
    if not ranges:
        return None
    pairs = [(ranges.get(one.device, (one.images_a_second,) * 2), one.images_a_second) for one in found]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - rate for (_, high), rate in pairs],
        "arrayminus": [rate - low for (low, _), rate in pairs],
    }
