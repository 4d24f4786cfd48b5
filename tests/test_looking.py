"""Metrics and the latent space."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelib import latent, metrics
from aelib.charts import glyphs


def test_wrong_pixels_by_hand() -> None:
    target = torch.tensor([[[[0.0, 1.0], [1.0, 0.0]]]])
    output = torch.tensor([[[[0.4, 0.6], [0.4, 0.5]]]])
    assert metrics.wrong_pixels(output, target).tolist() == [2]  # 0.4 for 1, and 0.5, which is neither
    assert metrics.wrong_pixels(torch.full_like(target, torch.nan), target).tolist() == [4]
    assert metrics.wrong_pixels(target, target).tolist() == [0]


def test_psnr_by_hand() -> None:
    assert metrics.psnr(0.01) == pytest.approx(20.0)
    assert metrics.psnr(0.0) == math.inf


def test_interpolation_ends_are_exact() -> None:
    start, end = torch.tensor([0.1, -3.7, 1e6]), torch.tensor([0.7, 2.9, -1e-3])
    line = latent.interpolate(start, end, 7)
    assert torch.equal(line[0], start)
    assert torch.equal(line[-1], end)
    torch.testing.assert_close(line[3], (start + end) / 2)


@given(st.integers(1, 8), st.integers(3, 40), st.integers(0, 1000))
def test_points_of_the_plane_come_back(latent_dim: int, images: int, seed: int) -> None:
    codes = np.random.default_rng(seed).normal(size=(images, latent_dim)).astype(np.float32)
    plane = latent.plane(codes)
    points = plane.points(codes)
    assert points.shape == (images, 2)
    again = plane.points(plane.codes(points))
    np.testing.assert_allclose(again, points, atol=1e-4)
    if latent_dim <= 2:
        np.testing.assert_allclose(plane.codes(points), codes, atol=1e-6)
    assert plane.is_pca == (latent_dim > 2)


def test_pca_plane_keeps_the_most_variance() -> None:
    random = np.random.default_rng(0)
    codes = random.normal(size=(200, 5)).astype(np.float32) * np.array([5, 3, 0.1, 0.1, 0.1], np.float32)
    plane = latent.plane(codes)
    assert plane.explained > 0.99
    kept = plane.points(codes).var(axis=0).sum() / codes.var(axis=0).sum()
    assert kept == pytest.approx(plane.explained, abs=1e-3)


def test_identical_codes_still_make_a_plane() -> None:
    for latent_dim in (1, 2, 5):
        codes = np.ones((4, latent_dim), np.float32)
        plane = latent.plane(codes)
        (x_low, x_high), (y_low, y_high) = latent.bounds(plane.points(codes))
        assert x_high > x_low
        assert y_high > y_low
        assert math.isfinite(plane.explained)


def test_grid_has_its_corners() -> None:
    grid = latent.grid((0, 1), (-2, 2), 5, 3)
    assert grid.shape == (3, 5, 2)
    assert grid[0, 0].tolist() == [0, 2]
    assert grid[-1, -1].tolist() == [1, -2]


def test_pixels_too_bright_and_too_dark_have_colours_of_their_own() -> None:
    target = np.array([[[0.0, 1.0, 0.0]]], np.float32)
    output = np.array([[[0.9, 0.1, 0.0]]], np.float32)
    picture = glyphs.marked(output, target, np.array([[[True, True, False]]]))
    assert [tuple(pixel) for pixel in picture[0].tolist()] == [glyphs.EXTRA, glyphs.MISSING, glyphs.PAPER]
