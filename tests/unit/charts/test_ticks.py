"""The rule for ticks, over all ranges."""

import math

import plotly.graph_objects as go
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aelib.charts.ticks import FEWEST, MOST, on_axis, ticks
from aelib.core.language import speaking

_sizes = st.floats(1e-12, 1e12)


def _number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def _check(found) -> None:
    assert FEWEST <= len(found.values) <= MOST
    assert found.values == sorted(set(found.values))
    assert found.low <= found.values[0]
    assert found.values[-1] <= found.high
    assert [_number(text) for text in found.texts] == pytest.approx(found.values, rel=1e-12)
    assert len(set(found.texts)) == len(found.texts)


@given(_sizes, _sizes)
def test_a_logarithmic_axis_has_three_to_seven_rising_plain_ticks(one, other) -> None:
    _check(ticks(min(one, other), max(one, other), logarithmic=True))


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_a_linear_axis_has_three_to_seven_rising_plain_ticks(one, other) -> None:
    assume(one == other == 0 or max(abs(one), abs(other)) > 1e-12)
    _check(ticks(min(one, other), max(one, other)))


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.booleans())
def test_epochs_are_marked_by_whole_numbers(first, more, logarithmic) -> None:
    found = ticks(first, first + more, logarithmic, whole=True)
    assert all(value == int(value) for value in found.values)
    if more >= 2:
        _check(found)


@pytest.mark.parametrize(
    ("low", "high", "logarithmic", "texts"),
    [
        (0.06, 0.6, True, ["0.1", "0.2", "0.5"]),  # was "5, 2, 10⁻¹" without the powers of the 5 and the 2
        (1, 6, True, ["1", "2", "5"]),  # six epochs had "1" alone
        (1, 3000, True, ["1", "10", "100", "1,000"]),
        (1500, 2600, True, ["1,500", "1,750", "2,000", "2,250", "2,500"]),  # the leaderboard had "2k" alone
        (0.00001, 1, True, ["1e−5", "0.0001", "0.001", "0.01", "0.1", "1"]),
        (-3, 3, False, ["−3", "−2", "−1", "0", "1", "2", "3"]),
    ],
)
def test_ticks_of_known_axes(low, high, logarithmic, texts) -> None:
    assert ticks(low, high, logarithmic).texts == texts


@pytest.mark.parametrize("bad", [(2, 1, False), (0, 1, True), (math.nan, 1, False), (0, math.inf, False)])
def test_an_axis_that_cannot_be_is_refused(bad) -> None:
    with pytest.raises(ValueError, match="No axis"):
        ticks(*bad)


def test_an_axis_of_a_figure_has_the_ticks_and_the_range_of_its_values() -> None:
    figure = go.Figure()
    on_axis(figure, "x", [1, 2, 6, math.nan], "epoch", logarithmic=True, whole=True)
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "5"]
    low, high = figure.layout.xaxis.range
    assert low < 0 < math.log10(6) < high
    on_axis(figure, "y", [3.0, 4.0], "MSE", from_zero=True)
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.yaxis.tickvals[0] == 0


def test_numbers_are_written_as_the_language_writes_them() -> None:
    with speaking("es"):
        assert ticks(0.1, 0.3).texts == ["0,1", "0,15", "0,2", "0,25", "0,3"]
        assert ticks(0, 20_000).texts[-1] == "20.000"
