"""Charts of a codebook: which entry stands where, and how often."""

import numpy as np
import plotly.graph_objects as go

from aelib.analysis.generative.codebook import Usage
from aelib.core.language import _

from ..curves import BLUE, GREY, styled


def by_place(usage: Usage) -> go.Figure:
    """Share of the images that have an entry at a place: places × entries."""
    shares = usage.counts / usage.counts.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=list(range(1, usage.entries + 1)),
            y=list(range(1, len(shares) + 1)),
            colorscale="Blues",
            zmin=0,
            colorbar={"title": _("share"), "tickformat": ".0%"},
            hovertemplate="place %{y}, entry %{x}<br>%{z:.1%} of the images<extra></extra>",
        )
    )
    figure.update_xaxes(title=_("entry"))
    figure.update_yaxes(title=_("place"), autorange="reversed", dtick=1 if len(shares) <= 16 else None)
    return styled(figure, 320)


def overall(usage: Usage) -> go.Figure:
    """Share of all places that each entry has, the most frequent first, and an equal share for comparison."""
    shares = np.sort(usage.counts.sum(axis=0))[::-1] / usage.counts.sum()
    figure = go.Figure(go.Bar(x=list(range(1, len(shares) + 1)), y=shares.tolist(), marker_color=BLUE))
    dots = {"dash": "dot", "width": 1.5, "color": GREY}
    figure.add_hline(y=1 / usage.entries, line=dots, annotation_text=_("even share"), annotation_position="top right")
    figure.update_xaxes(title=_("entry, the most frequent first"))
    figure.update_yaxes(title=_("share of all places"), tickformat=".0%", rangemode="tozero")
    return styled(figure, 320).update_layout(hovermode="closest")
