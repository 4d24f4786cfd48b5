"""Bits and quality of a net beside other ways to compress."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.analysis.reconstruction import codecs, rate_distortion
from aelib.analysis.reconstruction.codecs import RatePoint
from aelib.experiment import Experiment
from aelib.metrics import image_quality
from aelib.training import Run, fit


def _point(bits: float, psnr: float) -> RatePoint:
    return RatePoint("x", "s", bits, 10 ** (-psnr / 10), psnr, 0.5)


BASELINE = [_point(4000, 40.0), _point(1000, 20.0), _point(2000, 30.0)]
PERFECT = [*BASELINE, _point(9000, math.inf)]


@pytest.mark.parametrize(
    ("psnr", "bits"), [(10.0, 1000), (20.0, 1000), (25.0, 1000 * math.sqrt(2)), (40.0, 4000), (41.0, None)]
)
def test_bits_for_an_image_as_good_lie_on_the_curve(psnr: float, bits: float | None) -> None:
    assert rate_distortion.bits_for(BASELINE, psnr) == (pytest.approx(bits) if bits else None)


@pytest.mark.parametrize(("bits", "psnr"), [(999, None), (1000, 20.0), (1000 * math.sqrt(2), 25.0), (9000, 40.0)])
def test_quality_at_so_many_bits_lies_on_the_curve(bits: float, psnr: float | None) -> None:
    assert rate_distortion.psnr_at(BASELINE, bits) == (pytest.approx(psnr) if psnr else None)


def test_there_is_no_line_to_a_point_without_any_error() -> None:
    assert rate_distortion.bits_for(PERFECT, 50.0) == 9000
    assert rate_distortion.psnr_at(PERFECT, 8999) == 40.0
    assert rate_distortion.psnr_at(PERFECT, 9000) == math.inf


def test_without_a_baseline_nothing_can_be_compared() -> None:
    point = _point(10, 10)
    assert rate_distortion.bits_for([], 10.0) is None
    assert rate_distortion.psnr_at([], 10.0) is None
    assert rate_distortion.compare([point], []).incomparable == (point,)
    assert rate_distortion.compare([], BASELINE) == rate_distortion.Comparison((), ())


def test_two_settings_of_one_size_are_no_slope() -> None:
    same = [_point(1000, 20.0), _point(1000, 25.0)]
    assert rate_distortion.psnr_at(same, 1000) == 25.0


def test_a_net_wins_above_the_curve_and_is_alone_below_its_smallest_images() -> None:
    above, below, small, on = _point(2000, 30.5), _point(3000, 31.0), _point(500, 39.0), _point(1000, 20.0)
    found = rate_distortion.compare([below, above, small, on], BASELINE)
    assert [(one.better, one.points) for one in found.stretches] == [
        (False, (on,)),
        (True, (above,)),
        (False, (below,)),
    ]
    assert found.incomparable == (small,)


def test_of_two_nets_with_as_many_bits_the_better_one_counts() -> None:
    good, bad = _point(2000, 35.0), _point(2000, 21.0)
    [stretch] = rate_distortion.compare([bad, good], BASELINE).stretches
    assert (stretch.better, stretch.points) == (True, (good,))


def test_a_quantised_code_has_the_points_of_its_reconstructions(digits_run: Run) -> None:
    codes = rate_distortion.encode_run(digits_run)
    assert codes.codes.shape == (360, 2), "the test set"
    assert (codes.low < codes.high).all()
    [exact, coarse] = rate_distortion.points(digits_run, codes, (32, 2), "ours")
    assert (exact.name, exact.bits, coarse.bits) == ("ours", 2 * 32, 4)
    assert exact.psnr > coarse.psnr
    every, images = list(range(360)), datasets.test_set("digits8x8").images()
    made = rate_distortion.reconstructed(digits_run, codes, every, 2)
    assert image_quality.mean_psnr(made, images) == pytest.approx(coarse.psnr, abs=1e-3)
    exactly = digits_run.restored(images[3:4]).clamp(0, 1)
    found = rate_distortion.reconstructed(digits_run, codes, [3], 32)
    torch.testing.assert_close(found.clamp(0, 1), exactly, atol=1e-5, rtol=0)


def test_the_range_of_the_quantiser_is_that_of_training_images(digits_run: Run) -> None:
    codes = rate_distortion.encode_run(digits_run)
    train = digits_run.codes_of(datasets.training_set("digits8x8").pixels)
    np.testing.assert_allclose(codes.low, train.min(axis=0), rtol=1e-5)
    np.testing.assert_allclose(codes.high, train.max(axis=0), rtol=1e-5)


def test_pca_is_fitted_to_training_images_and_leaves_out_what_they_do_not_allow() -> None:
    found = rate_distortion.pca("digits8x8", (2, 16, 64, 65), 8)
    assert [point.bits for point in found] == [16, 128, 512]
    fitted = datasets.training_set("digits8x8").images()
    assert found == codecs.pca_curve(fitted, datasets.evaluation_set("digits8x8").images(), (2, 16, 64), 8)
    assert rate_distortion.pca_images("digits8x8") == len(fitted)


def test_a_net_that_ignores_its_code_has_no_variety(digits_run: Run) -> None:
    codes = rate_distortion.encode_run(digits_run)
    assert 0 < rate_distortion.variety(digits_run, codes) < 1
    same = replace(codes, codes=codes.codes * 0)
    assert rate_distortion.variety(digits_run, same) == pytest.approx(0, abs=1e-9)


def test_a_net_of_some_classes_is_measured_on_these_and_its_rivals_too() -> None:
    changes = {"dataset": "digits8x8", "classes": "3", "model.layers": "64-4", "epochs": 1, "batch_size": "all"}
    run = fit(Experiment().with_values(changes), "cpu")
    images = rate_distortion.test_images(run.spec)
    assert set(images.labels.tolist()) == {3}
    assert len(images) == rate_distortion.measured(run.spec) < rate_distortion.measured("digits8x8")
    assert rate_distortion.encode_run(run).codes.shape == (len(images), 4)
    (threes,), (all_digits,) = (rate_distortion.pca(which, [4], 8) for which in (run.spec, "digits8x8"))
    assert threes.psnr > all_digits.psnr, "digits of one class lie nearer to a plane"
