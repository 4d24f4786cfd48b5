"""PSNR, SSIM and luma against scikit-image's own, image by image."""

import math

import numpy as np
import pytest
import torch
from skimage import color, metrics
from torch import Tensor

from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.metrics import image_quality


def _pair(*shape: int) -> tuple[Tensor, Tensor]:
    random = generator(0, f"pair {shape}")
    targets = torch.rand(shape, generator=random)
    return (targets + 0.1 * torch.randn(shape, generator=random)).clamp(0, 1), targets


def test_the_psnr_of_a_set_is_the_mean_over_its_images() -> None:
    targets = torch.zeros(2, 3, 8, 8)
    outputs = torch.stack([torch.full((3, 8, 8), 0.1), torch.full((3, 8, 8), 0.01)])
    assert image_quality.mean_psnr(outputs, targets) == pytest.approx(30.0, abs=1e-3)  # of 20 and 40; pooled: 23
    assert image_quality.mean_psnr(targets, targets) == pytest.approx(100.0)


def test_a_blurred_image_has_less_detail() -> None:
    sharp = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    blurred = torch.nn.functional.avg_pool2d(sharp, 3, 1, 1)
    assert float(image_quality.detail(sharp)) > 2 * float(image_quality.detail(blurred))


def test_psnr_is_that_of_scikit_image_for_each_image() -> None:
    outputs, targets = _pair(5, 3, 9, 8)
    outputs[0] = targets[0]
    found = image_quality.psnr_each(outputs, targets)
    assert found[0] == torch.inf
    for image in range(1, 5):
        expected = metrics.peak_signal_noise_ratio(targets[image].numpy(), outputs[image].numpy(), data_range=1)
        assert float(found[image]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "shape", [(4, 1, 28, 28), (3, 3, 32, 40), (2, 1, 11, 11), (3, 1, 8, 8), (3, 3, 7, 5), (2, 1, 3, 30), (2, 2, 1, 1)]
)
def test_ssim_is_that_of_scikit_image_for_each_image_by_itself(
    shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, targets = _pair(*shape)
    side = min(shape[2:])
    expected = [
        metrics.structural_similarity(
            output.numpy().astype(np.float64),
            target.numpy().astype(np.float64),
            win_size=min(11, side if side % 2 else side - 1),
            data_range=1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            channel_axis=0,
        )
        for output, target in zip(outputs, targets, strict=True)
    ]
    assert image_quality.ssim(outputs, targets).tolist() == pytest.approx(expected, abs=1e-9)
    monkeypatch.setattr(image_quality, "AT_ONCE", 1)  # one image after the other
    assert image_quality.ssim(outputs, targets).tolist() == pytest.approx(expected, abs=1e-9)


def test_ssim_of_equal_images_is_1_and_of_other_shapes_an_error() -> None:
    outputs, targets = _pair(3, 1, 12, 12)
    assert image_quality.ssim(targets, targets).tolist() == pytest.approx([1, 1, 1])
    assert (image_quality.ssim(outputs, targets) < 1).all()
    for other in (targets[:2], targets[:, :, :5], targets[0]):
        with pytest.raises(LabError, match="same shape"):
            image_quality.ssim(other, targets)


def test_luma_is_that_of_scikit_image() -> None:
    rgb, _ = _pair(2, 3, 6, 5)
    expected = color.rgb2ycbcr(rgb.numpy(), channel_axis=1)[:, :1] / 255
    assert image_quality.luminance(rgb).numpy() == pytest.approx(expected, abs=1e-6)
    ends = image_quality.luminance(torch.stack([torch.zeros(3, 1, 1), torch.ones(3, 1, 1)])).flatten() * 255
    assert ends.tolist() == pytest.approx([16, 235])
    with pytest.raises(LabError, match="red, green and blue"):
        image_quality.luminance(rgb[:, :1])


def test_images_are_chosen_evenly() -> None:
    assert image_quality.evenly(5, 10) == [0, 1, 2, 3, 4]
    assert image_quality.evenly(10, 5) == [0, 2, 4, 6, 8]
    assert image_quality.evenly(0, 5) == []
    chosen = image_quality.evenly(1797, 500)
    assert len(set(chosen)) == 500
    assert set(np.diff(chosen)) == {3, 4}


def test_a_psnr_is_written_in_decibels_and_a_perfect_one_as_infinite() -> None:
    assert [image_quality.psnr_text(value, 1) for value in (27.04, 99.995, math.inf)] == ["27.0", "∞", "∞"]
