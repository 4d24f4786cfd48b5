"""The seeds of several experiments as dots: one row of dots for each, with the mean."""

import textwrap
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ..curves import BLUE, GREY, SERIES, styled
from ..ticks import on_axis

_LINE = 26  # characters of a name in a line: more would leave no room for dots on a phone
_ROW = 58  # pixels: height of a row
_SPREAD = 0.22  # of a row, up and down: dots with the same figure stand side by side


def dots(values: Mapping[str, Sequence[float]], label: str, reference: str | None = None) -> go.Figure:
    """One row of dots for each experiment, the first at the top; a bar marks the mean.

    Args:
        values: name -> the figure of each seed.
        label: title of the axis of figures.
        reference: the name whose mean is a line through all rows.
    """
    figure = go.Figure()
    names = list(values)
    for place, (name, found) in enumerate(values.items()):
        row, shift = len(names) - 1 - place, _shifts(found)
        figure.add_scatter(
            x=list(found),
            y=[row + one for one in shift],
            mode="markers",
            name=name,
            marker={"color": SERIES[1] if name == reference else BLUE, "size": 9, "opacity": 0.65},
            hovertemplate=f"%{{x:.4g}}<extra>{name}</extra>",
        )
        mean = sum(found) / len(found)
        figure.add_shape(type="line", x0=mean, x1=mean, y0=row - 0.36, y1=row + 0.36, line={"color": GREY, "width": 3})
        if name == reference:
            figure.add_vline(mean, line={"color": GREY, "width": 1, "dash": "dot"})
    on_axis(figure, "x", [value for found in values.values() for value in found], label)
    texts = ["<br>".join(textwrap.wrap(name, _LINE)) for name in reversed(names)]
    figure.update_yaxes(tickvals=list(range(len(names))), ticktext=texts, range=[-0.6, len(names) - 0.4])
    styled(figure, 90 + _ROW * len(names))
    return figure.update_layout(hovermode="closest", showlegend=False)


def _shifts(values: Sequence[float]) -> list[float]:
    """For each value how far its dot stands above the middle of its row: equal values stand apart."""
    seen: dict[float, int] = {}
    places = []
    for value in values:
        places.append(seen.get(value, 0))
        seen[value] = places[-1] + 1
    most = max(seen.values(), default=1)
    step = 2 * _SPREAD / max(most - 1, 1)
    return [(place - (seen[value] - 1) / 2) * step for place, value in zip(places, values, strict=True)]
