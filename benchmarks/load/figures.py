"""One line of the result: what was measured, what came out, what is wanted, and whether it is."""

import logging
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

_log = logging.getLogger(__name__)

HEADER = ["what", "figure", "wanted", ""]


class Row(NamedTuple):
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
    """Of few values too; not a number where there are none, so that an empty measurement meets no limit."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    if math.inf in values:  # a wait without an end must not become "not a number" between two others
        return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def spread(what: str, values: Sequence[float], most: float) -> Row:
    """Median and P95 of seconds; the limit is for P95."""
    low, high = percentile(values, 50), percentile(values, 95)
    _log.info("%s: %.2f / %.2f s", what, low, high)
    return Row(f"{what}, P50 / P95 of {len(values)}", f"{low:.2f} / {high:.2f} s", f"P95 ≤ {most:g} s", high <= most)
