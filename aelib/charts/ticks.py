"""Ticks of axes: one rule for all charts, those of the app and those of reports."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from aelib.core.language import separators

if TYPE_CHECKING:  # reports use these ticks too, without Plotly
    import plotly.graph_objects as go

FEWEST, WANTED, MOST = 3, 5, 7  # labelled ticks of an axis
_STEPS = (10, 20, 25, 50)  # of a linear axis, times a power of ten
_PARTS = ((1, 2, 5), (1, 3))  # of a decade
_NARROW = 1e-6  # part of its values; a narrower range is widened, since its ticks could not be told apart
_MARGIN = 0.04  # of an axis, between its last value and its end
_PLAIN = Decimal("1e-4"), Decimal("1e7")  # values between these are written without an exponent


class Ticks(NamedTuple):
    """The ticks of an axis.

    Attributes:
        values: rising, from low to high.
        texts: of the values, plain numbers, all different.
        low, high: range of the axis: the requested one, unless that was too narrow.
    """

    values: list[float]
    texts: list[str]
    low: float
    high: float


def ticks(low: float, high: float, logarithmic: bool = False, whole: bool = False) -> Ticks:
    """Between 3 and 7 round numbers from low to high.

    Args:
        low, high: range of the axis; a range without width is widened around its value.
        logarithmic: powers of ten, or simple multiples of them, if the range has three; else as on a linear axis.
        whole: only whole numbers, as for epochs. A range with fewer than three of them has fewer ticks.

    Raises ValueError if low is above high, if one of them is not finite, or if one of them is not positive on a
    logarithmic axis.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high) or (logarithmic and low <= 0):
        raise ValueError(f"No axis reaches from {low} to {high}.")
    size = max(abs(low), abs(high))
    if high - low <= _NARROW * size or high == low:
        by = size / 2 or 1.0
        low, high = low - by, high + by
    found = (_powers(low, high) if logarithmic else None) or _linear(low, high, whole)
    if whole:
        found = [value for value in found if value == value.to_integral_value()]
    return Ticks([float(value) for value in found], [_text(value) for value in found], low, high)


def on_axis(
    figure: "go.Figure",
    axis: Literal["x", "y"],
    values: Iterable[float],
    title: str,
    logarithmic: bool = False,
    whole: bool = False,
    from_zero: bool = False,
) -> None:
    """Give an axis of a figure its title, its kind, and the range and the ticks of the values on it.

    values: of all curves (a logarithmic axis leaves out what is not positive); from_zero: the axis begins at 0.
    """
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not logarithmic)]
    if from_zero:
        shown.append(0.0)
    update = figure.update_xaxes if axis == "x" else figure.update_yaxes
    if not shown:
        update(title=title)
        return
    low, high = padded(min(shown), max(shown), logarithmic)
    if from_zero:
        low = min(0.0, min(shown))
    found = ticks(low, high, logarithmic, whole)
    ends = (math.log10(found.low), math.log10(found.high)) if logarithmic else (found.low, found.high)
    update(
        title=title,
        type="log" if logarithmic else "linear",
        range=list(ends),
        tickmode="array",
        tickvals=found.values,
        ticktext=found.texts,
    )


def padded(low: float, high: float, logarithmic: bool = False) -> tuple[float, float]:
    """A range with a small margin on both sides, so that no value lies on the frame."""
    if logarithmic:
        by = (high / low) ** _MARGIN
        return low / by, high * by
    by = (high - low) * _MARGIN
    return low - by, high + by


def _powers(low: float, high: float) -> list[Decimal] | None:
    """Powers of ten and parts of them, None where a logarithmic axis is too short for three."""
    first, last = math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1
    powers = _within(low, high, (Decimal(1).scaleb(exponent) for exponent in range(first, last + 1)))
    if len(powers) > MOST:
        apart = -(-len(powers) // MOST)
        return [power for power in powers if power.adjusted() % apart == 0]
    if len(powers) >= FEWEST:
        return powers
    for parts in _PARTS:
        every = (Decimal(part).scaleb(exponent) for exponent in range(first, last + 1) for part in parts)
        found = _within(low, high, every)
        if FEWEST <= len(found) <= MOST:
            return found
    return None


def _linear(low: float, high: float, whole: bool) -> list[Decimal]:
    """Multiples of the round step whose number of ticks is nearest to the wanted one."""
    power = math.floor(math.log10(high - low))
    steps = [Decimal(step).scaleb(exponent) for exponent in range(power - 3, power + 1) for step in _STEPS]
    if whole:
        steps = sorted({*(step for step in steps if step == step.to_integral_value()), Decimal(1)})
    choices = [_multiples(low, high, step) for step in steps if Decimal(high - low) / step < 2 * MOST]
    fitting = [found for found in choices if FEWEST <= len(found) <= MOST]
    return min(fitting or choices, key=lambda found: abs(len(found) - WANTED))


def _multiples(low: float, high: float, step: Decimal) -> list[Decimal]:
    first, last = int(Decimal(low) / step) - 1, int(Decimal(high) / step) + 1
    return _within(low, high, (number * step for number in range(first, last + 1)))


def _within(low: float, high: float, candidates: Iterable[Decimal]) -> list[Decimal]:
    return [value for value in candidates if low <= float(value) <= high]


def _text(value: Decimal) -> str:
    """A plain number as the language writes it: 0.002, 5, 20,000; with an exponent only if it is very small or very
    large."""
    smallest, largest = _PLAIN
    if value and not smallest <= abs(value) < largest:
        digits, exponent = f"{value.normalize():e}".split("e")
        text = f"{digits}e{int(exponent)}"
    else:
        text = f"{value:,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(str.maketrans(".,", separators())).replace("-", "−")


def spread(curves: Iterable[Sequence[float]]) -> list[float]:
    """The values of several curves in one list."""
    return [value for curve in curves for value in curve]
