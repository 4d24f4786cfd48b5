"""The PSNR of a run, whichever version stored it."""

from dataclasses import replace

import pytest

from aelib import datasets
from aelib.analysis.reconstruction import decibels
from aelib.metrics import image_quality, psnr
from aelib.training import Run


def test_a_new_run_and_one_of_an_earlier_version_have_the_same_psnr(digits_run: Run) -> None:
    images = datasets.test_set(digits_run.experiment.dataset)
    mean = image_quality.mean_psnr(digits_run.restored(digits_run.inputs_of(images)), images.images())
    assert digits_run.metrics["psnr"] == pytest.approx(mean, abs=1e-3)
    pooled = psnr(digits_run.metrics["mse"])
    assert mean > pooled + 0.01
    earlier = replace(digits_run, metrics={**digits_run.metrics, "psnr": pooled})
    assert decibels.psnr(earlier) == pytest.approx(decibels.psnr(digits_run), abs=1e-3)


def test_a_memorised_set_has_a_psnr_over_all_its_images(font_run: Run) -> None:
    assert "psnr" not in font_run.metrics
    mean = image_quality.mean_psnr(font_run.reconstructions(), font_run.images.images())
    assert decibels.psnr(font_run) == pytest.approx(mean)
