"""Quality of a denoiser and of filters against the noise level."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from aelib.analysis.reconstruction.restoration import MEDIAN, NET, NON_LOCAL, NOTHING
from aelib.core.language import _

from ..curves import BLUE, GREY, SERIES, styled
from ..ticks import on_axis, spread

_LINES = {
    NOTHING: {"color": GREY, "dash": "dash", "width": 2},
    MEDIAN: {"color": SERIES[1], "width": 2},
    NON_LOCAL: {"color": SERIES[2], "width": 2},
    NET: {"color": BLUE, "width": 3.5},
}


def against_level(
    levels: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    useful: tuple[float, float] | None,
    trained: float | None,
) -> go.Figure:
    """PSNR (dB) against the noise level.

    Args:
        levels: noise levels, rising.
        curves: name of a method in `analysis.restoration` -> PSNR at each level.
        useful: the range of levels that is shaded, None for none.
        trained: the level that the net was trained with, marked by a line; None for none.
    """
    chart = go.Figure()
    if useful is not None:
        chart.add_vrect(*useful, fillcolor=BLUE, opacity=0.09, line_width=0)
    if trained is not None:
        label = {"annotation_text": _("trained with"), "annotation_position": "bottom right"}
        chart.add_vline(trained, line={"color": GREY, "dash": "dot"}, **label)
    for name, values in curves.items():
        chart.add_scatter(
            x=levels,
            y=values,
            name=name,
            mode="lines+markers",
            line=_LINES[name],
            marker={"size": 6},
            hovertemplate="%{y:.2f} dB",
        )
    on_axis(chart, "x", levels, _("level of the noise"), from_zero=True)
    on_axis(chart, "y", spread(curves.values()), _("PSNR afterwards, dB"))
    return styled(chart, 420)
