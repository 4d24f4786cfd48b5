"""Charts of codes: histograms and figures against the numbers of a code."""

import numpy as np
import pytest

from aelib.charts.latent import codes


def test_few_counts_have_a_bar_each() -> None:
    (bars,) = codes.shares(np.array([7, 8, 8, 8]), "active numbers", "share").data
    assert list(bars.x) == [7, 8]
    assert list(bars.y) == [0.25, 0.75]


def test_heights_of_a_histogram_are_shares() -> None:
    (bars,) = codes.shares(np.random.default_rng(0).random(500), "rate", "share").data
    assert len(bars.y) == codes.BINS
    assert sum(bars.y) == pytest.approx(1)


def test_every_kind_has_a_line_and_pca_is_dashed() -> None:
    figure = codes.against_numbers({"PCA": [(2, 0.6)], "plain": [(2, 0.8)]}, "accuracy", ("pixels", 0.9), shares=True)
    assert [(one.name, one.line.dash) for one in figure.data] == [("PCA", "dash"), ("plain", "solid")]
    assert figure.layout.shapes[0].y0 == 0.9
