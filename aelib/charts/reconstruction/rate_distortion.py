"""Rate-distortion curves: quality against bits per image for nets, PCA, JPEG and WebP."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import plotly.graph_objects as go

from aelib.analysis.reconstruction.codecs import RatePoint
from aelib.core.language import _

from ..curves import BLUE, SERIES, styled
from ..ticks import on_axis, spread

Quality = Literal["psnr", "ssim"]

LABELS = {"psnr": "PSNR, dB", "ssim": "SSIM"}
CODECS = {"JPEG": SERIES[1], "WebP": SERIES[2]}
PCA = SERIES[3]
NETS = [BLUE, SERIES[5], SERIES[4]]
BARE = " without headers"  # suffix of names in `codecs.codec_curves`


def against_bits(curves: Mapping[str, Sequence[RatePoint]], quality: Quality = "psnr") -> go.Figure:
    """PSNR or SSIM against bits per image on a logarithmic axis. curves: name -> points.

    JPEG and WebP are lines, dotted for names with " without headers"; names that begin with PCA are dashed lines. Every
    other name is a net: large markers with their settings, and hollow markers for the bits with an entropy coder.
    Points with an infinite PSNR are left out.
    """
    figure = go.Figure()
    known = {name: points for name, points in curves.items() if _is_baseline(name)}
    nets = {name: points for name, points in curves.items() if name not in known}
    seen = []
    for name, points in known.items():
        shown = _drawable(points, quality)
        seen += [point.bits for point in shown]
        _line(figure, name, shown, quality)
    hollow_named = False
    for (name, points), colour in zip(nets.items(), itertools.cycle(NETS), strict=False):  # above the lines
        shown = _drawable(points, quality)
        coded = [point for point in shown if point.entropy_bits]
        seen += [point.bits for point in shown] + [point.entropy_bits or 0.0 for point in coded]
        _markers(figure, name, shown, quality, colour)
        if coded:
            _hollow(figure, name, coded, quality, colour, named=not hollow_named)
            hollow_named = True
    on_axis(figure, "x", seen, _("bits an image"), logarithmic=True)
    on_axis(figure, "y", spread(trace.y for trace in figure.data), _(LABELS[quality]))
    styled(figure, 480)
    # below the plot: seven names take several rows on a phone, and rows above would cover the plot
    legend = {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "font": {"size": 13}}
    return figure.update_layout(hovermode="closest", legend=legend)


def _is_baseline(name: str) -> bool:
    return name.startswith("PCA") or name.removesuffix(BARE) in CODECS


def _drawable(points: Sequence[RatePoint], quality: Quality) -> list[RatePoint]:
    """The points with finite quality and positive bits, sorted by bits."""
    shown = [point for point in points if math.isfinite(getattr(point, quality)) and point.bits > 0]
    return sorted(shown, key=lambda point: point.bits)


def _line(figure: go.Figure, name: str, points: list[RatePoint], quality: Quality) -> None:
    colour = CODECS.get(name.removesuffix(BARE), PCA)
    dash = "dot" if name.endswith(BARE) else "dash" if colour == PCA else "solid"
    figure.add_scatter(
        x=[point.bits for point in points],
        y=[getattr(point, quality) for point in points],
        name=_(name),
        mode="lines+markers",
        line={"color": colour, "width": 2.5, "dash": dash},
        marker={"color": colour, "size": 5},
        hovertext=[_hover_text(name, point, point.bits) for point in points],
        hoverinfo="text",
    )


def _markers(figure: go.Figure, name: str, points: list[RatePoint], quality: Quality, colour: str) -> None:
    figure.add_scatter(
        x=[point.bits for point in points],
        y=[getattr(point, quality) for point in points],
        name=name,
        legendrank=1,  # first, though drawn last
        mode="markers+text",
        text=[point.setting for point in points],
        # neighbours differ by a factor of two, which is narrower than a word on a phone
        textposition=[("bottom center", "top center")[place % 2] for place in range(len(points))],
        textfont={"size": 13, "color": colour},
        cliponaxis=False,
        marker={"color": colour, "size": 13},
        hovertext=[_hover_text(name, point, point.bits) for point in points],
        hoverinfo="text",
    )


def _hollow(figure: go.Figure, name: str, points: list[RatePoint], quality: Quality, colour: str, named: bool) -> None:
    bits = [point.entropy_bits or 0.0 for point in points]
    figure.add_scatter(
        x=bits,
        y=[getattr(point, quality) for point in points],
        name=_("entropy-coded"),
        legendrank=2,
        showlegend=named,
        legendgroup="entropy-coded",
        mode="markers",
        marker={"color": colour, "size": 13, "symbol": "circle-open", "line": {"width": 2.5}},
        hovertext=[
            _hover_text(_("{name}, entropy-coded", name=name), point, each)
            for point, each in zip(points, bits, strict=True)
        ],
        hoverinfo="text",
    )


def _hover_text(name: str, point: RatePoint, bits: float) -> str:
    figures = _(
        "{bits:,.0f} bits an image<br>PSNR {psnr:.2f} dB, SSIM {ssim:.3f}<br>MSE {mse:.2g}",
        bits=bits,
        psnr=point.psnr,
        ssim=point.ssim,
        mse=point.mse,
    )
    return f"<b>{_(name)}</b><br>{point.setting}<br>{figures}"
