"""Codes that are drawn have the distribution that was asked for."""

import numpy as np
import pytest

from aelib.analysis.generative.samplers import SAMPLERS, sample
from aelib.core.errors import LabError

RANDOM = np.random.default_rng(0)
# two heaps far from each other: a normal distribution has most of its codes between them
CODES = np.concatenate([RANDOM.normal(-6, 0.5, (300, 2)), RANDOM.normal(6, 0.5, (300, 2))]).astype(np.float32)


@pytest.mark.parametrize("name", SAMPLERS)
def test_codes_come_in_the_number_asked_for_and_the_same_for_a_seed(name: str) -> None:
    drawn = sample(name, CODES, 50, seed=3)
    assert drawn.shape == (50, 2)
    assert drawn.dtype == np.float32
    assert np.array_equal(drawn, sample(name, CODES, 50, seed=3))
    assert not np.array_equal(drawn, sample(name, CODES, 50, seed=4))


def test_a_fitted_normal_distribution_has_mean_and_covariance_of_the_codes() -> None:
    drawn = sample("gaussian", CODES, 20_000)
    np.testing.assert_allclose(drawn.mean(axis=0), CODES.mean(axis=0), atol=0.2)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(CODES.T), rtol=0.05)


def test_only_a_mixture_leaves_the_gap_empty() -> None:
    def in_the_gap(name: str) -> float:
        return float((np.abs(sample(name, CODES, 2000)).max(axis=1) < 3).mean())

    assert in_the_gap("mixture") == 0
    assert in_the_gap("gaussian") > 0.2
    assert in_the_gap("standard_normal") > 0.9


def test_what_cannot_be_drawn_is_one_sentence() -> None:
    with pytest.raises(LabError, match="sampler is 'flow': choose standard_normal"):
        sample("flow", CODES, 3)
    with pytest.raises(LabError, match="count is 0"):
        sample("gaussian", CODES, 0)
    with pytest.raises(LabError, match="at least two codes"):
        sample("gaussian", CODES[:1], 3)
