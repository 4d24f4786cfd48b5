"""Rows of the result: what was measured, the figure, its target, and whether it is met."""

import logging
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

_log = logging.getLogger(__name__)

HEADER = ["what", "figure", "wanted", ""]


class Row(NamedTuple):
    """A row; `wanted` is empty for a figure without a target."""

    what: str
    figure: str
    wanted: str = ""
    met: bool = True

    def cells(self) -> list[str]:
        return [self.what, self.figure, self.wanted, "" if not self.wanted else "yes" if self.met else "**no**"]


def at_most(what: str, value: float, most: float, unit: str, digits: int = 2) -> Row:
    return Row(what, f"{value:.{digits}f} {unit}", f"≤ {most:g} {unit}", value <= most)


def exactly(what: str, value: int, wanted: int) -> Row:
    return Row(what, str(value), str(wanted), value == wanted)


def percentile(values: Sequence[float], percent: int) -> float:
    """A percentile (1 to 99) of any number of values; NaN for none, so that an empty measurement meets no limit."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    if math.inf in values:  # interpolation next to an infinite value would give NaN
        return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def percentiles(what: str, values: Sequence[float], most: float) -> Row:
    """Median and P95 of `values` in seconds; `most` is the limit for P95."""
    low, high = percentile(values, 50), percentile(values, 95)
    _log.info("%s: %.2f / %.2f s", what, low, high)
    return Row(f"{what}, P50 / P95 of {len(values)}", f"{low:.2f} / {high:.2f} s", f"P95 ≤ {most:g} s", high <= most)
