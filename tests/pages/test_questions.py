"""The page Questions: a pair on request, its figures, and a link to Compare."""

import pytest

from aelib.analysis.questions import QUESTIONS
from aelib.training import fit
from aelib.ui.shell.lessons import QUESTIONS as PAGE
from tests.support.apps import opened, save, sound

pytestmark = pytest.mark.usefixtures("fresh_server")


def test_every_question_opens_untrained() -> None:
    app = opened(PAGE.file)
    for one in QUESTIONS.values():
        sound(app.selectbox(key="question").set_value(one.title).run())
        assert not app.error
        assert [button.label for button in app.button] == ["Train both"]


def test_trained_runs_answer_and_what_they_deny_is_not_said() -> None:
    asked = QUESTIONS["tied"]
    first, second = (fit(one, "cpu") for one in asked.experiments())
    save(first, second)
    app = opened(PAGE.file, {"question": asked.title})
    found = asked.evidence(first, second)
    boxes = [*app.success, *app.warning]
    assert [box.value.replace("\\", "") for box in boxes] == [found.text()]
    assert bool(app.success) == found.holds
    assert f"{second.parameters:,}" in app.table[0].value.to_numpy()
