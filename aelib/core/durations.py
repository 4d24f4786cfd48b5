"""Durations in words: one rule for every estimate, progress display and result."""

from .language import number


def duration_text(seconds: float) -> str:
    """A duration (not negative) with two significant digits: 35 ms, 0.13 s, 3.4 s, 45 s, 12 min, 1.5 h."""
    if seconds < 0.0995:
        return f"{_two_digits(1000 * seconds)} ms"
    if seconds < 99.5:
        return f"{_two_digits(seconds)} s"
    if seconds < 5970:
        return f"{_two_digits(seconds / 60)} min"
    return f"{number(seconds / 3600, ',.0f')} h" if seconds >= 35_640 else f"{_two_digits(seconds / 3600)} h"


class Duration:
    """A duration as a value in a text that is translated later."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __str__(self) -> str:
        return duration_text(self.seconds)


def _two_digits(value: float) -> str:
    return number(value, ".0f") if value >= 9.95 else number(value, ".2g")
