"""Wrong pixels that a denoiser leaves, against the noise level."""

from collections.abc import Sequence

import plotly.graph_objects as go

from aelib.analysis.reconstruction.denoising import Level
from aelib.core.language import _, number

from ..curves import BLUE, GREY, SERIES, styled
from ..ticks import on_axis

ORANGE, GREEN = SERIES[1], SERIES[2]


def against_level(levels: Sequence[Level], useful: tuple[float, float] | None, trained: float | None) -> go.Figure:
    """Wrong pixels per image against the noise level, for the net (mean ± std over seeds), for the noisy image itself
    and for the nearest clean image.

    Args:
        levels: the measured points, by rising level.
        useful: the range of levels that is shaded, in which the net is better than doing nothing.
        trained: the noise level that the net was trained with, marked by a line.
    """
    x = [level.level for level in levels]
    chart = go.Figure()
    if useful is not None:
        chart.add_vrect(*useful, fillcolor=GREEN, opacity=0.12, line_width=0)
        for end in useful:
            if x[0] < end < x[-1]:
                chart.add_vline(end, line={"color": GREEN, "dash": "dash"}, annotation_text=number(end, ".2f"))
    if trained is not None:
        chart.add_vline(trained, line={"color": GREY, "dash": "dot"}, annotation_text=_("trained with"))
    chart.add_scatter(
        x=x,
        y=[level.nothing for level in levels],
        name=_("doing nothing"),
        line={"color": GREY, "dash": "dash", "width": 2},
    )
    chart.add_scatter(
        x=x,
        y=[level.nearest for level in levels],
        name=_("nearest clean character"),
        line={"color": ORANGE, "width": 2},
    )
    chart.add_scatter(
        x=x,
        y=[level.net.mean for level in levels],
        error_y={"type": "data", "array": [level.net.std for level in levels], "thickness": 1.5},
        name=_("the network, mean ± std of {values} seeds", values=len(levels[0].net.values)),
        line={"color": BLUE, "width": 3},
    )
    ends = [level.net.mean + level.net.std for level in levels]
    others = [value for level in levels for value in (level.nothing, level.nearest)]
    on_axis(chart, "x", x, _("level of the noise"))
    on_axis(chart, "y", [*ends, *others], _("wrong pixels of a character afterwards"), from_zero=True)
    return styled(chart, 420)
