"""What the charts of compression show."""

import math
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest

from aelib.analysis.reconstruction.codecs import RatePoint
from aelib.charts.reconstruction import rate_distortion

OURS = [
    RatePoint("ours", "32 bits", 320, 1e-3, 30.0, 0.9),
    RatePoint("ours", "4 bits", 40, 2e-3, 27.0, 0.8, entropy_bits=35.0),
    RatePoint("ours", "8 bits", 80, 1.1e-3, 29.6, 0.89, entropy_bits=66.5),
]
JPEG = [
    RatePoint("JPEG", "quality 5", 2000, 1e-2, 20.0, 0.7),
    RatePoint("JPEG", "quality 95", 5000, 1e-4, 40.0, 0.99),
]
CURVES = {
    "ours": OURS,
    "JPEG": JPEG,
    "JPEG without headers": [replace(point, bits=point.bits - 1500) for point in JPEG],
    "PCA, 8 bits": [RatePoint("PCA", "8 components", 64, 5e-3, 23.0, 0.7, entropy_bits=50.0)],
    "another": OURS[:1],
}


def _traces(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("quality", ["psnr", "ssim"])
def test_nets_are_markers_by_their_bits_and_hollow_where_entropy_coded(quality: rate_distortion.Quality) -> None:
    figure = rate_distortion.against_bits(CURVES, quality)
    traces = _traces(figure)
    ours, hollow = traces["ours"], traces["entropy-coded"]
    by_bits = sorted(OURS, key=lambda point: point.bits)
    assert list(ours.x) == [40, 80, 320]
    assert list(ours.y) == [getattr(point, quality) for point in by_bits]
    assert list(ours.text) == ["4 bits", "8 bits", "32 bits"]
    assert (list(hollow.x), list(hollow.y)) == ([35.0, 66.5], list(ours.y)[:2])
    assert hollow.marker.symbol == "circle-open"
    assert hollow.marker.color == ours.marker.color != traces["another"].marker.color
    assert "66 bits an image" in hollow.hovertext[1]
    assert "29.60 dB" in hollow.hovertext[1]
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.yaxis.title.text == rate_distortion.LABELS[quality]


def test_baselines_are_lines_of_one_colour_each() -> None:
    traces = _traces(rate_distortion.against_bits(CURVES))
    whole, bare, pca = (traces[name] for name in ("JPEG", "JPEG without headers", "PCA, 8 bits"))
    assert [trace.line.dash for trace in (whole, bare, pca)] == ["solid", "dot", "dash"]
    assert whole.line.color == bare.line.color != pca.line.color
    assert [trace.mode for trace in (whole, bare, pca)] == ["lines+markers"] * 3
    assert list(bare.x) == [500, 3500]


def test_what_has_no_place_on_the_axes_is_left_out_and_nothing_at_all_is_a_chart_too() -> None:
    perfect = RatePoint("ours", "16 bits", 160, 0.0, math.inf, 1.0)
    free = replace(OURS[1], bits=0)
    curves = {"ours": [perfect, free, *OURS]}
    assert list(_traces(rate_distortion.against_bits(curves))["ours"].x) == [40, 80, 320]
    assert list(_traces(rate_distortion.against_bits(curves, "ssim"))["ours"].x) == [40, 80, 160, 320]
    assert len(rate_distortion.against_bits({}).data) == 0
    constant = {"ours": [replace(OURS[1], entropy_bits=0.0)]}  # the same code for every image costs nothing
    assert list(_traces(rate_distortion.against_bits(constant))) == ["ours"]
