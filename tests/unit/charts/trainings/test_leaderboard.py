"""Error against parameters, and the front of what nobody beats."""

from typing import Any

import pytest

from aelib.charts.trainings.leaderboard import cost_against_error, error, pareto
from aelib.store import Summary


def _rows(points: list[tuple[int, Any]], figure: str = "wrong_pixels") -> list[Summary]:
    base = {"wrong_pixels": None, "mse": 0.5, "architecture": "35-2", "learnt": 1, "total": 32}
    return [
        {**base, "parameters": parameters, figure: value, "digest": f"{i:016x}"}  # type: ignore[typeddict-item]
        for i, (parameters, value) in enumerate(points)
    ]


POINTS = [(100, 9), (200, 9), (200, 3), (150, 5), (300, 3), (400, 0), (100, 12)]


def test_the_front_is_what_nobody_beats() -> None:
    front = [(row["parameters"], row["wrong_pixels"]) for row in pareto(_rows(POINTS))]
    assert front == [(100, 9), (150, 5), (200, 3), (400, 0)]


def test_of_equal_runs_the_first_is_on_the_front() -> None:
    rows = _rows([(100, 5), (100, 5)])
    assert pareto(rows) == rows[:1]
    assert pareto([]) == []


def test_held_out_sets_are_compared_by_their_squared_error() -> None:
    rows = _rows([(100, 0.2), (200, 0.1), (300, 0.15)], "mse")
    assert [error(row) for row in rows] == [0.2, 0.1, 0.15]
    assert [row["parameters"] for row in pareto(rows)] == [100, 200]


@pytest.mark.parametrize(
    ("figure", "points", "label"),
    [("wrong_pixels", POINTS, "wrong pixels, all images"), ("mse", [(9, 0.2)], "mean squared error")],
)
def test_the_chart_has_every_run_and_the_front(figure: str, points: list[tuple[int, Any]], label: str) -> None:
    rows = _rows(points, figure)
    runs, front = cost_against_error(rows).data
    assert list(zip(runs.x, runs.y, strict=True)) == points
    assert [one[2] for one in runs.customdata] == [row["digest"] for row in rows]
    assert len(front.x) == len(pareto(rows))
    assert cost_against_error(rows).layout.yaxis.title.text == label


def test_no_runs_are_an_empty_chart() -> None:
    runs, front = cost_against_error([]).data
    assert (len(runs.x), len(front.x)) == (0, 0)


def test_compressors_are_ranked_by_the_size_of_their_code() -> None:
    rows = _rows([(100, 0.2), (200, 0.1), (300, 0.15)], "mse")
    for row, numbers in zip(rows, (49, 4, None), strict=True):
        row["latent_dim"] = numbers
    runs, front = cost_against_error(rows, "latent_dim").data
    assert list(runs.x) == [49, 4], "one whose size is not known is left out"
    assert list(front.x) == [4]
