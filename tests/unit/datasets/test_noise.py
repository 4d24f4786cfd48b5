"""Noise: what it does, how much of it, and that it depends on seed, turn and image alone."""

import math

import pytest
import torch

from aelib.core.counter_rng import key
from aelib.datasets.noise import NOISES, corrupt

GREY = torch.linspace(0, 1, 4000).reshape(100, 1, 5, 8)
PAINTED = range(0, 40, 2)


@pytest.mark.parametrize("kind", NOISES)
def test_level_0_changes_nothing_and_pixels_stay_pixels(kind: str) -> None:
    keys = [key(0, 1), key(1, 1)]
    assert torch.equal(corrupt(GREY, kind, 0.0, keys, painted=PAINTED), GREY.expand(2, -1, -1, -1, -1))
    for level in (0.3, 1.0):
        noisy = corrupt(GREY, kind, level, keys, painted=PAINTED)
        assert noisy.shape == (2, *GREY.shape)
        assert noisy.min() >= 0
        assert noisy.max() <= 1
        if level < 1:
            assert not torch.equal(noisy[0], noisy[1])  # each seed has noise of its own


@pytest.mark.parametrize(
    ("kind", "share"), [("salt_pepper", 1.0), ("masking", 1.0), ("bit_flip", 1.0), ("painted", 0.5)]
)
def test_the_level_is_the_share_of_pixels_that_are_hit(kind: str, share: float) -> None:
    grey = torch.full((200, 1, 5, 8), 0.3)
    noisy = corrupt(grey, kind, 0.25, [key(3, 1)], painted=PAINTED)
    assert (noisy != grey).double().mean() == pytest.approx(0.25 * share, abs=0.015)
    found = sorted(set(noisy.unique().tolist()) - {grey.unique().item()})
    assert found == pytest.approx({"salt_pepper": [0.0, 1.0], "masking": [0.0]}.get(kind, [0.7]))
    if kind == "salt_pepper":
        assert (noisy == 1).double().sum() == pytest.approx(float((noisy == 0).double().sum()), rel=0.1)


def test_gaussian_noise_has_mean_0_and_the_level_as_its_standard_deviation() -> None:
    noise = corrupt(torch.full((500, 1, 5, 8), 0.5), "gaussian", 0.1, [key(0, 1)]) - 0.5
    assert float(noise.mean()) == pytest.approx(0, abs=0.003)
    assert float(noise.std()) == pytest.approx(0.1, rel=0.02)
    assert float((noise.abs() > 0.196).double().mean()) == pytest.approx(0.05, abs=0.01)
    assert math.isfinite(float(corrupt(GREY, "gaussian", 1.0, [key(1, 1)]).sum()))


def test_painted_pixels_are_inverted_and_no_others() -> None:
    noisy = corrupt(GREY, "painted", 1.0, [key(0, 1)], painted=[3, 39])[0].flatten(1)
    clean = GREY.flatten(1)
    assert torch.equal(noisy[:, [3, 39]], 1 - clean[:, [3, 39]])
    rest = [pixel for pixel in range(40) if pixel not in (3, 39)]
    assert torch.equal(noisy[:, rest], clean[:, rest])
    assert torch.equal(corrupt(GREY, "painted", 1.0, [key(0, 1)])[0], GREY)


def test_an_images_noise_does_not_depend_on_its_companions() -> None:
    whole = corrupt(GREY, "gaussian", 0.4, [key(0, 2), key(1, 2)])
    chosen = torch.tensor([[5, 3], [99, 0]])
    some = corrupt(GREY[chosen], "gaussian", 0.4, [key(0, 2), key(1, 2)], chosen)
    for member in range(2):
        assert torch.equal(some[member], whole[member, chosen[member]])
    assert torch.equal(corrupt(GREY, "gaussian", 0.4, [key(1, 2)])[0], whole[1])
