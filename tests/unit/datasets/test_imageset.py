"""Sets of images, and how their pixels are normalised."""

import pytest
import torch

from aelib import datasets
from aelib.datasets import normalization


@pytest.mark.parametrize(("kind", "low", "high"), [("none", 0, 1), ("symmetric", -1, 1)])
def test_normalisation_has_the_range_it_says(kind: str, low: float, high: float) -> None:
    images = datasets.load("font5x7").images()
    scaled = normalization(kind, datasets.load("font5x7").pixels).apply(images)
    assert (float(scaled.min()), float(scaled.max())) == (low, high)


def test_standardised_pixels_have_mean_0_and_deviation_1_and_come_back() -> None:
    images = datasets.load("font5x7").images()
    rule = normalization("standardized", datasets.load("font5x7").pixels)
    scaled = rule.apply(images)
    assert float(scaled.mean()) == pytest.approx(0, abs=1e-6)
    assert float(scaled.std(correction=0)) == pytest.approx(1, abs=1e-6)
    torch.testing.assert_close(rule.pixels(scaled), images)
