"""Check yourself, the tab before the last one."""

from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from tests.support.apps import opened, said, sound, texts
from tests.support.sections import opened_tab

TINY = presets.get("font-best").with_values({"epochs": 30})
QUERY = {"preset": "font-best", "epochs": "30"}


def test_five_answers_are_judged_and_the_run_knows_its_own() -> None:
    run = fit(TINY, "cpu")
    Store().save(run)
    app = opened_tab(opened("pages/dense.py", QUERY), "Check yourself")
    assert "Right." not in texts(app)
    key = f"dense:check:{{}}:{run.digest}".format
    app.text_input(key=key("smaller")).set_value("17,5")
    app.selectbox(key=key("worst-image")).set_value("a")
    for name, answer in (("narrow", "1"), ("neighbours", "0"), ("luck", "0")):
        app.radio(key=key(name)).set_value(answer)
    sound(app.run())
    assert not app.error
    assert texts(app).count("Right.") in (3, 4), "a may be the worst image or not"
    assert "Little, before you have compared several seeds of both" in texts(app), "what is right is said"
    app.text_input(key=key("smaller")).set_value("many")
    assert "Give a number" in said(sound(app.run()))
