"""The latent space: interpolation, planes, grids, mixtures, the prior."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelib.metrics import latent_space


def test_interpolation_ends_are_exact() -> None:
    start, end = torch.tensor([0.1, -3.7, 1e6]), torch.tensor([0.7, 2.9, -1e-3])
    line = latent_space.interpolate(start, end, 7)
    assert torch.equal(line[0], start)
    assert torch.equal(line[-1], end)
    torch.testing.assert_close(line[3], (start + end) / 2)


@given(st.integers(1, 8), st.integers(3, 40), st.integers(0, 1000))
def test_points_of_the_plane_come_back(latent_dim: int, images: int, seed: int) -> None:
    codes = np.random.default_rng(seed).normal(size=(images, latent_dim)).astype(np.float32)
    plane = latent_space.plane(codes)
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
    plane = latent_space.plane(codes)
    assert plane.explained > 0.99
    kept = plane.points(codes).var(axis=0).sum() / codes.var(axis=0).sum()
    assert kept == pytest.approx(plane.explained, abs=1e-3)


def test_identical_codes_still_make_a_plane() -> None:
    for latent_dim in (1, 2, 5):
        codes = np.ones((4, latent_dim), np.float32)
        plane = latent_space.plane(codes)
        (x_low, x_high), (y_low, y_high) = latent_space.bounds(plane.points(codes))
        assert x_high > x_low
        assert y_high > y_low
        assert math.isfinite(plane.explained)


def test_grid_has_its_corners() -> None:
    grid = latent_space.grid((0, 1), (-2, 2), 5, 3)
    assert grid.shape == (3, 5, 2)
    assert grid[0, 0].tolist() == [0, 2]
    assert grid[-1, -1].tolist() == [1, -2]


@pytest.mark.parametrize("spherical", [False, True])
@pytest.mark.parametrize("latent_dim", [1, 2, 5, 200])
def test_a_path_has_its_stops_exactly_and_as_many_codes_between_as_asked(latent_dim: int, spherical: bool) -> None:
    stops = torch.from_numpy(np.random.default_rng(1).normal(size=(4, latent_dim)).astype(np.float32))
    for between in (0, 2, 10, 60):
        path = latent_space.along(stops, between, spherical)
        assert path.shape == (4 + 3 * between, latent_dim)
        assert torch.equal(path[:: between + 1], stops)


def test_the_spherical_way_turns_evenly_and_its_length_changes_evenly() -> None:
    start, end = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 3.0, 0.0])
    path = latent_space.interpolate(start, end, 5, spherical=True)
    torch.testing.assert_close(path.norm(dim=1), torch.linspace(1, 3, 5))
    angles = torch.atan2(path[:, 1], path[:, 0])
    torch.testing.assert_close(angles, torch.linspace(0, math.pi / 2, 5), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("start", "end"),
    [([0.0, 0.0], [1.0, 1.0]), ([1.0, 1.0], [2.0, 2.0]), ([1.0, 0.0], [-1.0, 0.0]), ([1.0, 2.0], [1.0, 2.0])],
    ids=["from the origin", "the same direction", "opposite", "nowhere"],
)
def test_where_there_is_no_angle_the_way_is_straight(start: list[float], end: list[float]) -> None:
    ends = torch.tensor(start), torch.tensor(end)
    assert torch.equal(latent_space.interpolate(*ends, 6, spherical=True), latent_space.interpolate(*ends, 6))


@pytest.mark.parametrize("corners", [3, 4])
def test_a_mixture_is_one_picture_at_its_corner_and_adds_up_everywhere(corners: int) -> None:
    side = 21
    places, weights = latent_space.mixture(corners, side)
    for corner, (x, y) in enumerate(places):
        cell = weights[round(float(y) * (side - 1)) * side + round(float(x) * (side - 1))]
        np.testing.assert_allclose(cell, np.eye(corners)[corner], atol=1e-6)
    inside = weights[~np.isnan(weights[:, 0])]
    np.testing.assert_allclose(inside.sum(axis=1), 1, atol=1e-6)
    assert float(inside.min()) >= -1e-6
    share = len(inside) / side**2
    assert share == 1 if corners == 4 else 0.45 < share < 0.6
    with pytest.raises(ValueError, match="3 or 4"):
        latent_space.mixture(5, side)


def test_the_prior_is_standard_normal_and_the_same_for_the_same_seed() -> None:
    codes = latent_space.prior(20_000, 2, seed=3)
    assert torch.equal(codes, latent_space.prior(20_000, 2, seed=3))
    assert not torch.equal(codes[:5], latent_space.prior(5, 2, seed=4))
    torch.testing.assert_close(codes.mean(dim=0), torch.zeros(2), atol=0.03, rtol=0)
    torch.testing.assert_close(codes.std(dim=0), torch.ones(2), atol=0.03, rtol=0)


def test_an_ellipse_is_the_covariance_on_the_plane() -> None:
    random = np.random.default_rng(0)
    axes = np.linalg.qr(random.normal(size=(4, 2)))[0].astype(np.float32)
    deviations = np.array([[0.5, 1.0, 2.0, 0.1]], np.float32)
    samples = random.normal(size=(200_000, 4)) * deviations @ np.eye(4) @ axes
    a, b, c = latent_space.ellipses(deviations, axes)[0]
    np.testing.assert_allclose([[a, b], [b, c]], np.cov(samples.T), atol=0.03)
