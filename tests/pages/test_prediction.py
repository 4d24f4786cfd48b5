"""Predict, see, explain: the question above Train, and the answer beside what came."""

import pytest
from streamlit.testing.v1 import AppTest

from aelib.classroom.records import Classroom
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from aelib.ui.shell import lessons as registry
from tests.support.apps import opened, said, sound, texts
from tests.support.sections import opened_tab

TINY = presets.get("font-best").with_values({"epochs": 30})
QUERY = {"preset": "font-best", "epochs": "30"}


def _field(app: AppTest, part: str = "predict") -> str:
    """The key of the lesson's field for an answer."""
    every = [*app.text_input, *app.selectbox, *app.get("button_group")]
    (key,) = [one.key for one in every if one.key and f":{part}:" in one.key]
    return key


@pytest.mark.parametrize("page", [one.file for one in registry.LESSONS])
def test_every_lesson_asks_one_question_before_the_training(page: str) -> None:
    app = opened(page)
    assert texts(app).count("**Predict:**") == 1
    assert _field(app)
    assert [one.label for one in app.button if one.label == "Train"], "nobody has to answer"


@pytest.mark.parametrize("page", [one.file for one in registry.LESSONS])
def test_no_lesson_says_the_documents_figure_before_the_training(page: str) -> None:
    app = opened(page)
    assert "The document reports" not in texts(app)
    for one in app.selectbox:
        assert not any("all 32" in option or "8 of 8" in option for option in one.options)


def test_an_answer_is_shown_beside_what_came_and_explained_and_handed_in() -> None:
    app = opened("pages/dense.py", QUERY)
    sound(app.text_input(key=_field(app)).set_value("20").run())
    run = fit(TINY, "cpu")
    Store().save(run)
    sound(app.run())
    came = run.metrics["learnt"]
    assert f"Your prediction: 20. What came: {came}" in texts(app)
    assert "**Predict:**" not in texts(app)
    sound(app.text_input(key=_field(app, "why")).set_value("too few epochs").run())
    person = app.session_state["person"]
    guess = Classroom().guesses.get(person, run.digest, "learnt")
    assert guess is not None
    assert (float(guess.answer), guess.why) == (20.0, "too few epochs")
    assert "have your prediction, what came, and your explanation" in texts(opened_tab(app, "Hand in"))


def test_an_answer_waits_on_the_page_and_can_be_changed_and_taken_back() -> None:
    app = opened("pages/dense.py", QUERY)
    key = _field(app)
    sound(app.text_input(key=key).set_value("20").run())
    sound(app.switch_page("app.py").run())
    app.switch_page("pages/dense.py")
    for name, value in QUERY.items():
        app.query_params[name] = value
    sound(app.run())
    assert app.text_input(key=key).value == "20"
    sound(app.text_input(key=key).set_value("21").run())
    person, digest = app.session_state["person"], key.rpartition(":")[2]
    found = Classroom().guesses.get(person, digest, "learnt")
    assert found is not None
    assert float(found.answer) == 21
    sound(app.text_input(key=key).set_value("").run())
    assert Classroom().guesses.get(person, digest, "learnt") is None


@pytest.mark.parametrize("given", ["many", "-1", "33", "1e999", "nan", "<b>20</b>", "9" * 500])
def test_what_is_no_answer_is_one_sentence_and_train_stays(given: str) -> None:
    app = opened("pages/dense.py", QUERY)
    sound(app.text_input(key=_field(app)).set_value(given).run())
    assert said(app) == "Give a number from 0 to 32."
    assert app.button(key="dense-run:train").label == "Train"


def test_nobody_predicts_what_is_already_there() -> None:
    app = opened("pages/dense.py", QUERY)
    key = _field(app)
    run = fit(TINY, "cpu")
    Store().save(run)
    app.text_input(key=key).set_value("20")
    sound(app.run())
    assert Classroom().guesses.get(app.session_state["person"], run.digest, "learnt") is None
    assert "Your prediction" not in texts(app)


def test_one_persons_answer_is_not_anothers() -> None:
    app = opened("pages/dense.py", QUERY)
    sound(app.text_input(key=_field(app)).set_value("20").run())
    Store().save(fit(TINY, "cpu"))
    assert "Your prediction" not in texts(opened("pages/dense.py", QUERY))
    assert "Your prediction" in texts(sound(app.run()))
