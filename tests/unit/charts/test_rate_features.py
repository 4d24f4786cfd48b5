"""What the charts of compression and of feature maps show."""

import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image

from aelib.analysis.codecs import RatePoint
from aelib.charts import feature_maps, rate_distortion
from aelib.core.errors import LabError
from aelib.core.random import generator

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


def test_rivals_are_lines_of_one_colour_each() -> None:
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


def _cells(sheet: feature_maps.Sheet, height: int, width: int) -> np.ndarray:
    """The maps that a sheet shows, read back from its PNG: shown × height × width, 0 to 255."""
    image = np.asarray(Image.open(io.BytesIO(sheet.png)))
    assert image.shape[-1] == 2  # grey and opacity
    rows = math.ceil(sheet.shown / sheet.columns)
    down = (image.shape[0] + feature_maps.GAP) // rows
    across = (image.shape[1] + feature_maps.GAP) // sheet.columns
    times = (down - feature_maps.GAP) // height
    assert (across - feature_maps.GAP) // width == times
    places = [divmod(number, sheet.columns) for number in range(sheet.shown)]
    cells = [image[row * down :, column * across :][: height * times, : width * times] for row, column in places]
    assert all((cell[..., 1] == 255).all() for cell in cells)
    return np.stack([cell[times // 2 :: times, times // 2 :: times, 0] for cell in cells])


@pytest.mark.parametrize(("channels", "height", "width"), [(1, 1, 1), (3, 5, 7), (40, 28, 28), (64, 1, 1), (100, 4, 3)])
def test_every_channel_is_on_its_own_scale_or_all_on_one(channels: int, height: int, width: int) -> None:
    layer = (
        torch.randn((channels, height, width), generator=generator(0, "layer"))
        * torch.arange(1, channels + 1)[:, None, None]
    )
    layer[0] = -3.5
    own, shared = (feature_maps.sheets([("first", layer)], shared=flag)[0] for flag in (False, True))
    few = layer[:64].numpy()
    for sheet in (own, shared):
        assert (sheet.name, sheet.channels, sheet.shown) == ("first", channels, min(channels, 64))
        assert (sheet.low, sheet.high) == pytest.approx((float(layer.min()), float(layer.max())))
        assert sheet.flat == (channels if height * width == 1 else 1)
    low, high = few.min(axis=(1, 2), keepdims=True), few.max(axis=(1, 2), keepdims=True)
    span = np.where(high > low, high - low, 1)
    assert np.abs(_cells(own, height, width) - (few - low) / span * 255).max() < 0.51
    whole = max(shared.high - shared.low, 1e-9)
    assert np.abs(_cells(shared, height, width) - (few - shared.low) / whole * 255).max() < 0.51


def test_large_maps_are_averaged_to_a_sheet_of_the_usual_width() -> None:
    layer = torch.linspace(0, 1, 300).expand(9, 400, 300)
    (sheet,) = feature_maps.sheets([("large", layer)])
    image = Image.open(io.BytesIO(sheet.png))
    assert feature_maps.WIDTH * 0.9 < image.width <= feature_maps.WIDTH
    assert image.height == pytest.approx(image.width * 4 / 3, rel=0.02)
    assert image.getpixel((100, 100))[0] == pytest.approx(100 / 212 * 255, abs=3)


def test_places_without_a_channel_are_transparent() -> None:
    (sheet,) = feature_maps.sheets([("three", torch.rand((3, 4, 4), generator=generator(0, "layer")))])
    image = Image.open(io.BytesIO(sheet.png))
    assert image.getpixel((image.width - 1, image.height - 1))[1] == 0


def test_what_has_no_picture_is_said() -> None:
    for wrong, said in (
        (torch.zeros(7), "height"),
        (torch.zeros(0, 2, 2), "height"),
        (torch.full((1, 2, 2), math.nan), "finite"),
    ):
        with pytest.raises(LabError, match=said):
            feature_maps.sheets([("code", wrong)])
