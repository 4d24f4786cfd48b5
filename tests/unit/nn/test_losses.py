"""Values of losses."""

import math

import pytest
import torch

from aelib.nn import losses


def test_cross_entropy_of_grey_pixels_has_a_floor() -> None:
    images = torch.tensor([[[[0.0, 1.0], [0.5, 0.5]]]])
    assert losses.lowest("bce", images) == pytest.approx(2 * math.log(2))
    assert losses.lowest("bce", images.round()) is None
    assert losses.lowest("mse", images) is None
