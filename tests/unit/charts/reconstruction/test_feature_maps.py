"""What the sheets of feature maps show."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image

from aelib.charts.reconstruction import feature_maps
from aelib.core.errors import LabError
from aelib.core.random import generator


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
