"""Filters, compared with other implementations."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from skimage import restoration
from torch import Tensor
from torch.nn import functional as F

from aelib.analysis.reconstruction import classical_filters
from aelib.core.errors import LabError
from aelib.core.random import generator
from tests.support.photos import photos, psnr


def _noisy(images: Tensor, sigma: float, seed: int = 0) -> Tensor:
    return (images + sigma * torch.randn(images.shape, generator=generator(seed, "noise"))).clamp(0, 1)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_median_is_that_of_the_pixels_around(size: int) -> None:
    images = photos(16, 6)
    padded = F.pad(images, (size // 2,) * 4)
    around = padded.unfold(2, size, 1).unfold(3, size, 1).flatten(4)
    expected = around.median(dim=-1).values
    inside = (..., slice(size // 2, 16 - size // 2), slice(size // 2, 16 - size // 2))
    assert torch.equal(classical_filters.median(images, size)[inside], expected[inside])


def test_median_takes_away_salt_and_pepper() -> None:
    flat = torch.full((3, 1, 20, 20), 0.4)
    spoilt = flat.clone()
    spoilt[:, :, ::4, ::4], spoilt[:, :, 2::4, 2::4] = 0, 1
    assert torch.equal(classical_filters.median(spoilt), flat)


@pytest.mark.parametrize("channels", [1, 3])
def test_non_local_means_are_those_of_scikit_image_image_by_image(channels: int) -> None:
    noisy = _noisy(photos(24, 4), 0.1)[:, :channels]
    for image, found in zip(noisy, classical_filters.non_local_means(noisy, 0.1), strict=True):
        expected = restoration.denoise_nl_means(
            image.permute(1, 2, 0).numpy(), patch_size=5, patch_distance=6, h=0.08, sigma=0.1, channel_axis=-1
        )
        assert found.permute(1, 2, 0).numpy().ravel() == pytest.approx(np.clip(expected, 0, 1).ravel(), abs=1e-5)


def test_non_local_means_take_noise_away_and_leave_clean_images_alone() -> None:
    clean = photos(32, 10)
    noisy = _noisy(clean, 0.1)
    assert psnr(classical_filters.non_local_means(noisy, 0.1), clean) > psnr(noisy, clean) + 4
    assert torch.equal(classical_filters.non_local_means(clean, 0.0), clean)
    assert torch.equal(noisy, _noisy(photos(32, 10), 0.1))  # what is given is not changed


@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.2])
def test_the_noise_level_is_estimated(sigma: float) -> None:
    images = F.interpolate(photos(8, 20), scale_factor=6, mode="bicubic").clamp(0, 1) * 0.2 + 0.4  # nothing is cut off
    noisy = images + sigma * torch.randn(images.shape, generator=generator(1, "noise"))
    assert classical_filters.noise_level(noisy) == pytest.approx(sigma, rel=0.05)
    by_itself = classical_filters.non_local_means(noisy)
    assert psnr(by_itself, classical_filters.non_local_means(noisy, sigma)) > 40


def test_the_tuned_baseline_is_the_best_of_those_tried() -> None:
    clean = photos(24, 90)
    valid, test = clean[::2], clean[1::2]
    noisy_valid, noisy_test = _noisy(valid, 0.3), _noisy(test, 0.3, seed=1)
    strength = classical_filters.tune(noisy_valid, valid, 0.3)
    best = psnr(classical_filters.non_local_means(noisy_valid, strength=strength), valid)
    for sigma in (0.0, 0.15, 0.3):
        for h in (0.06, 0.12, 0.24, 0.3, 0.48):
            other = classical_filters.non_local_means(noisy_valid, strength=classical_filters.Strength(sigma, h))
            assert psnr(other, valid) <= best
    tuned = classical_filters.non_local_means(noisy_test, strength=strength)
    assert psnr(tuned, test) > psnr(classical_filters.non_local_means(noisy_test, 0.3), test)


def test_filters_may_run_side_by_side_and_on_tiny_images() -> None:
    sets = [_noisy(photos(16, 8), 0.1, seed) for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(
            pool.map(lambda images: classical_filters.non_local_means(classical_filters.median(images), 0.1), sets)
        )
    for images, found in zip(sets, together, strict=True):
        assert torch.equal(found, classical_filters.non_local_means(classical_filters.median(images), 0.1))
    for height, width in ((1, 1), (1, 9), (7, 5), (2, 2)):
        for channels in (1, 3):
            tiny = torch.rand((2, channels, height, width), generator=generator(0, "tiny"))
            for outputs in (
                classical_filters.median(tiny),
                classical_filters.non_local_means(tiny),
                classical_filters.non_local_means(tiny, 0.1),
            ):
                assert outputs.shape == tiny.shape
                assert 0 <= outputs.min() <= outputs.max() <= 1


def test_what_cannot_be_filtered_is_said() -> None:
    images = torch.rand((4, 1, 8, 8), generator=generator(0, "images"))
    for wrong, said in ((images[0], "height"), (images.expand(4, 2, 8, 8), "RGB"), (images / 0 * 0, "finite")):
        for apply in (classical_filters.median, classical_filters.non_local_means):
            with pytest.raises(LabError, match=said):
                apply(wrong)
    with pytest.raises(LabError, match="at most 500"):
        classical_filters.median(images[:1].expand(501, 1, 8, 8))
    with pytest.raises(LabError, match="odd"):
        classical_filters.median(images, 4)
    with pytest.raises(LabError, match="from 0 on"):
        classical_filters.non_local_means(images, -0.1)
    with pytest.raises(LabError, match="same images"):
        classical_filters.tune(images, images[:2])
