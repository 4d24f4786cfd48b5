"""The section in which a lesson is handed in keeps what is written."""

import pytest

from aelib.store import Store
from aelib.training import Run
from tests.support.apps import opened, sound, texts
from tests.support.sections import section, titles


@pytest.mark.usefixtures("fresh_server")
def test_a_lesson_ends_with_buttons_that_keep_what_is_written(font_run: Run) -> None:
    Store().save(font_run)
    app = opened("pages/dense.py", {"preset": "font-best", "epochs": "60"})
    assert titles(app)[-1] == "Hand in"
    labels = [button.label for button in section(app, "Hand in").every("download_button")]
    assert labels == ["Page (HTML)", "Notebook", "Live page (HTML)", "Python script"]
    assert "The files have no title and no notes yet." in texts(app)
    app.text_input(key="dense-run:hand-in:title").set_value("Anna & Ben")
    app.text_area(key="dense-run:hand-in:notes").set_value("a\nb")
    (submit,) = [button for button in app.button if button.label == "Put them into the files"]
    sound(submit.click().run())
    assert app.text_input(key="dense-run:hand-in:title").value == "Anna & Ben"
    assert "The files have the title “Anna & Ben” and 3 characters of notes." in texts(app)
