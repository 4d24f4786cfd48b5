"""Mean, standard deviation, Welch's test and Cohen's d against calculations by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from aelib.core.errors import LabError
from aelib.metrics import difference, holm, spread


def test_a_spread_has_mean_sample_deviation_and_values() -> None:
    assert spread([1, 2, 6]) == (3.0, pytest.approx(math.sqrt(7)), [1.0, 2.0, 6.0])
    assert spread([4.0]) == (4.0, 0.0, [4.0])
    empty = spread([])
    assert math.isnan(empty.mean)
    assert (empty.std, empty.values) == (0.0, [])


def test_welchs_test_and_cohens_d_by_hand() -> None:
    first, second = [20.0, 22.0, 24.0], [27.0, 28.0, 29.0, 32.0]
    result = difference(first, second)
    variances = np.var(first, ddof=1), np.var(second, ddof=1)
    error = math.sqrt(variances[0] / 3 + variances[1] / 4)
    assert result.t == pytest.approx((29 - 22) / error)
    # Welch-Satterthwaite
    parts = variances[0] / 3, variances[1] / 4
    degrees = sum(parts) ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 3)
    assert result.degrees == pytest.approx(degrees)
    assert result.p == pytest.approx(2 * stats.t.sf(result.t, degrees))
    assert result.effect == pytest.approx(7 / math.sqrt(sum(variances) / 2))
    assert result.size == "large"
    assert result.is_significant


def test_noise_is_called_noise() -> None:
    result = difference([1.0, 2.0, 3.0, 4.0], [1.1, 2.1, 2.9, 4.0])
    assert not result.is_significant
    assert result.size == "negligible"


@pytest.mark.parametrize("second", [[3.0, 3.0], [4.0, 4.0]])
def test_groups_without_any_spread_are_not_tested(second: list[float]) -> None:
    result = difference([3.0, 3.0], second)
    assert math.isnan(result.p)
    assert not result.is_tested
    assert not result.is_significant
    assert result.size == "without any spread"


def test_spread_in_one_group_is_enough_to_test() -> None:
    assert difference([3.0, 3.0], [4.0, 4.1]).is_tested


@pytest.mark.parametrize(("first", "second"), [([1.0], [1.0, 2.0]), ([1.0, math.nan], [1.0, 2.0]), ([], [])])
def test_groups_that_cannot_be_tested_are_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(LabError):
        difference(first, second)


def test_p_values_are_corrected_for_the_number_of_tests() -> None:
    """0.01, 0.04 and 0.03 become 3 · 0.01, and 2 · 0.03 for both others, since the order of p values stays."""
    one = difference([1.0, 2.0], [2.0, 4.0])
    undefined = difference([1.0, 1.0], [1.0, 1.0])
    found = holm([replace(one, p=p) for p in (0.01, 0.04, 0.03)])
    assert [test.p for test in found] == pytest.approx([0.03, 0.06, 0.06])
    assert [test.is_significant for test in found] == [True, False, False]
    alone = holm([undefined, replace(one, p=0.04)])
    assert math.isnan(alone[0].p)
    assert alone[1].p == pytest.approx(0.04), "a test that is not defined does not count"
    assert holm([replace(one, p=0.7), replace(one, p=0.8)])[0].p == 1.0
