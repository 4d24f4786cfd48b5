"""Statistics over runs that differ in their seed: mean and standard deviation, Welch's test between two
groups, and Holm's correction for several tests."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, stdev
from typing import NamedTuple

from aelib.core.errors import LabError

SIGNIFICANCE = 0.05  # p below this value counts as significant
EFFECT_SIZES = ((0.8, "large"), (0.5, "medium"), (0.2, "small"))  # |d| from this value on, J. Cohen's words


class Spread(NamedTuple):
    """Mean and sample standard deviation (n − 1) of `values`.

    mean is NaN for no values; std is 0 for fewer than two.
    """

    mean: float
    std: float
    values: list[float]


def spread(values: Iterable[float]) -> Spread:
    """The `Spread` of any number of values, including none."""
    found = [float(value) for value in values]
    return Spread(mean(found) if found else float("nan"), stdev(found) if len(found) > 1 else 0.0, found)


@dataclass(frozen=True)
class Difference:
    """Welch's test and effect size between two groups of runs.

    Attributes:
        means, stds, runs: mean, standard deviation (n − 1) and number of values of the first and the second group.
        t, degrees, p: statistic, degrees of freedom and two-sided p-value (0 to 1) of Welch's test that the means are
            equal (B. L. Welch, Biometrika 34, 1947). t is positive where the second mean is larger.
        effect: Cohen's d: second mean minus first, divided by the square root of the mean of the two variances
            (J. Cohen, Statistical Power Analysis, 1988).

    t, degrees, p and effect are NaN if both standard deviations are 0: the test is not defined then, and a metric that
    never varies may simply be at its bound.
    """

    means: tuple[float, float]
    stds: tuple[float, float]
    runs: tuple[int, int]
    t: float
    degrees: float
    p: float
    effect: float

    @property
    def is_significant(self) -> bool:
        """Whether p is below SIGNIFICANCE; False if the test is not defined."""
        return self.p < SIGNIFICANCE

    @property
    def is_tested(self) -> bool:
        """Whether the test is defined: at least one group has a standard deviation above 0."""
        return not math.isnan(self.p)

    @property
    def size(self) -> str:
        """The effect in words: negligible below 0.2, small from 0.2, medium from 0.5, large from 0.8 (Cohen)."""
        if math.isnan(self.effect):
            return "without any spread"
        return next((word for least, word in EFFECT_SIZES if abs(self.effect) >= least), "negligible")


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Test whether the means of two groups of values differ by more than noise.

    Raises LabError if a group has fewer than two values or a value is not finite.
    """
    if min(len(first), len(second)) < 2:
        raise LabError("One run of each says nothing about noise: train several seeds.")
    if not all(math.isfinite(value) for value in (*first, *second)):
        raise LabError("A figure of these runs is not a finite number: leave that run out.")
    means, stds = (mean(first), mean(second)), (stdev(first), stdev(second))
    pooled = math.sqrt((stds[0] ** 2 + stds[1] ** 2) / 2)
    sizes = (len(first), len(second))
    if pooled == 0:
        return Difference(means, stds, sizes, math.nan, math.nan, math.nan, math.nan)
    from scipy import stats  # imported here because it is slow to import

    # from the standard deviations: scipy's test on the values warns if a group has no variance
    t, p = stats.ttest_ind_from_stats(means[1], stds[1], sizes[1], means[0], stds[0], sizes[0], equal_var=False)
    errors = [std**2 / count for std, count in zip(stds, sizes, strict=True)]
    degrees = sum(errors) ** 2 / sum(error**2 / (count - 1) for error, count in zip(errors, sizes, strict=True))
    return Difference(means, stds, sizes, float(t), degrees, float(p), (means[1] - means[0]) / pooled)


def holm(tests: Sequence[Difference]) -> list[Difference]:
    """The tests with p corrected for their number by Holm's method (S. Holm, Scandinavian Journal of Statistics 6,
    1979), in the same order: the probability that any difference is called significant by chance alone is at most
    SIGNIFICANCE. Tests that are not defined do not count.
    """
    order = sorted((i for i, one in enumerate(tests) if one.is_tested), key=lambda i: tests[i].p)
    corrected, largest = list(tests), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * tests[i].p))
        corrected[i] = replace(tests[i], p=largest)
    return corrected
