"""Wrong pixels, PSNR and nearest images, by hand."""

import math

import numpy as np
import pytest
import torch

from aelib.metrics import reconstruction


def test_wrong_pixels_by_hand() -> None:
    target = torch.tensor([[[[0.0, 1.0], [1.0, 0.0]]]])
    output = torch.tensor([[[[0.4, 0.6], [0.4, 0.5]]]])
    assert reconstruction.wrong_pixels(output, target).tolist() == [2]  # 0.4 for 1, and 0.5, which is neither
    assert reconstruction.wrong_pixels(torch.full_like(target, torch.nan), target).tolist() == [4]
    assert reconstruction.wrong_pixels(target, target).tolist() == [0]


def test_psnr_by_hand() -> None:
    assert reconstruction.psnr(0.01) == pytest.approx(20.0)
    assert reconstruction.psnr(0.0) == math.inf


def test_the_nearest_image_and_how_far_it_is() -> None:
    among = torch.stack([torch.zeros(1, 2, 2), torch.ones(1, 2, 2), torch.full((1, 2, 2), 0.5)])
    found, distances = reconstruction.nearest(
        torch.tensor([[[[1.0, 1.0], [1.0, 0.5]]], [[[0.0, 0.0], [0.0, 0.0]]]]), among
    )
    assert found.tolist() == [1, 0]
    np.testing.assert_allclose(distances.numpy(), [0.25, 0.0])


def test_a_pixel_in_colour_counts_once() -> None:
    target = torch.zeros(1, 3, 2, 2)
    output = target.clone()
    output[0, :, 0, 0] = 1.0
    output[0, 1, 1, 1] = 1.0
    assert reconstruction.wrong_pixels(output, target).tolist() == [2]
