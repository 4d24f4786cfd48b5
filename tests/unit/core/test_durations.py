"""Durations in words."""

import pytest

from aelib.core.durations import duration_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.00035, "0.35 ms"),
        (0.035, "35 ms"),
        (0.0996, "0.1 s"),
        (0.134, "0.13 s"),
        (1, "1 s"),
        (3.44, "3.4 s"),
        (9.96, "10 s"),
        (45.4, "45 s"),
        (99.4, "99 s"),
        (99.6, "1.7 min"),
        (750, "12 min"),
        (5400, "90 min"),
        (6000, "1.7 h"),
        (36_000, "10 h"),
        (8_640_000, "2,400 h"),
    ],
)
def test_a_duration_has_two_digits_and_the_unit_that_fits(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
