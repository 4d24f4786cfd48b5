"""Questions: the runs of a pair show what the answer says, and an answer that they do not show is not given."""

import re
from dataclasses import replace

import pytest
import torch

from aelib.analysis.questions import QUESTIONS, Evidence, measures
from aelib.training import fit


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_runs_of_a_pair_show_the_answer(name: str) -> None:
    asked = QUESTIONS[name]
    first, second = (fit(one, "cpu") for one in asked.experiments())
    found = asked.evidence(first, second)
    assert found.holds, (found.a, found.b)
    text = found.text()
    for side, figures in (("a", found.a), ("b", found.b)):
        for used in re.findall(rf"{{{side}\.(\w+)}}", asked.answer):
            assert asked.measures[used].text(figures[used]) in text


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_pair_differs_only_in_what_its_sides_name(name: str) -> None:
    asked = QUESTIONS[name]
    first, second = asked.experiments()
    named = {path for side in asked.sides for path in side.changes}
    assert set() < first.changes(second).keys() <= named


def test_an_answer_that_the_runs_deny_is_not_given() -> None:
    asked = QUESTIONS["tied"]
    same = {"parameters": 10.0, "mse": 0.1}
    found = Evidence(asked, same, same)
    assert not found.holds
    assert "do not show" in found.text()
    assert "does not suffer" not in found.text()
    assert Evidence(replace(asked, holds=lambda a, b: True), same, same).text() != found.text()


def test_only_what_differs_between_the_corners_of_squares_is_a_checkerboard() -> None:
    rows, columns = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    ramp = (rows + 2 * columns).float()[None, None] / 24
    board = ((rows + columns) % 2).float()[None, None]
    assert measures._phases(ramp) == pytest.approx(0, abs=1e-6)
    assert measures._phases(board) > 0.4
    assert measures._phases(torch.cat([board, 1 - board])) == pytest.approx(0, abs=1e-6), "no image has it alone"
