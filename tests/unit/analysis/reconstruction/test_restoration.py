"""A denoiser beside filters that need no training."""

import math

import pytest
import torch

from aelib import datasets
from aelib.analysis.reconstruction import restoration
from aelib.analysis.reconstruction.denoising import noisy, widest_range
from aelib.metrics import image_quality
from aelib.training import Run


def test_the_range_in_which_a_net_is_better_ends_where_lines_cross() -> None:
    curves = {restoration.NET: [10.0, 10.0, 10.0], "a": [12.0, 8.0, 12.0], "b": [0.0, 9.0, 0.0]}
    assert restoration.useful_range(curves, [0.0, 1.0, 2.0], ["a"]) == (0.5, 1.5)
    low, high = restoration.useful_range(curves, [0.0, 1.0, 2.0], ["a", "b"]) or (0, 0)
    assert (low, high) == (pytest.approx(2 / 3), pytest.approx(4 / 3))
    assert restoration.useful_range({**curves, "c": [11.0] * 3}, [0.0, 1.0, 2.0], ["a", "c"]) is None
    assert widest_range([(0.0, -1.0), (1.0, -1.0)]) is None


def test_quality_by_hand() -> None:
    clean = torch.zeros(2, 1, 8, 8)
    clean[1] = 1.0
    shown = (clean - 0.1).abs()
    found = restoration.evaluate(shown, clean)
    assert found.psnr == pytest.approx(20, abs=1e-4)
    assert found.bce == pytest.approx(-math.log(0.9), rel=1e-4)
    perfect = restoration.evaluate(clean, clean)
    assert (perfect.psnr, perfect.bce) == (pytest.approx(100), 0.0)
    assert perfect.ssim == pytest.approx(1)
    assert restoration.evaluate(1 - clean, clean).bce == pytest.approx(100), "torch's limit of a pixel"


def test_filters_are_tuned_on_other_images_and_beat_doing_nothing(digits_run: Run) -> None:
    clean = restoration.test_images(digits_run)
    assert len(clean) == restoration.MAX_TEST_IMAGES < len(digits_run.images)
    train = {image.numpy().tobytes() for image in datasets.training_set("digits8x8").images()}
    assert sum(image.numpy().tobytes() in train for image in clean) < len(clean) / 10
    tuned = restoration.strength("digits8x8", "gaussian", 0.3)
    curves = restoration.psnr_without_net(clean, "gaussian", 0.3, tuned)
    assert list(curves) == [restoration.NOTHING, restoration.MEDIAN, restoration.NON_LOCAL]
    assert curves[restoration.NON_LOCAL] > curves[restoration.NOTHING]
    shown = noisy(clean, "gaussian", 0.3, 0)
    assert restoration.evaluate(shown, clean).psnr == pytest.approx(curves[restoration.NOTHING])


def test_a_net_is_evaluated_on_the_same_noise_as_the_filters(digits_run: Run) -> None:
    clean = restoration.test_images(digits_run)
    by_level = restoration.psnr_of_net(digits_run, "gaussian", [0.0, 0.3])
    for level, found in zip((0.0, 0.3), by_level, strict=True):
        outputs = restoration.restored(digits_run, noisy(clean, "gaussian", level, 0))
        assert (float(outputs.min()) >= 0, float(outputs.max()) <= 1) == (True, True)
        assert found == pytest.approx(image_quality.mean_psnr(outputs, clean), rel=1e-4)
    assert by_level[0] != by_level[1]
