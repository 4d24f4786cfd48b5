"""Pages in another language, per session."""

import pytest
from streamlit.testing.v1 import AppTest

from aelib.core import catalogue
from aelib.core.language import LANGUAGES, speaking
from tests.support.apps import opened, sound, texts

PAGES = ("app.py", "pages/dense.py", "pages/compression.py", "pages/sweeps.py", "pages/activations.py", "pages/runs.py")


def _lessons(app: AppTest) -> list[str]:
    return [one.proto.label for one in app.sidebar.get("page_link")]


def _navigation(code: str) -> list[str]:
    from aelib.core.language import _
    from aelib.ui.shell.lessons import LESSONS, THEORY, TOOLS

    with speaking(code):
        return [_("Home"), *(_(one.title) for one in (*LESSONS, *THEORY, *TOOLS))]


def test_two_sessions_do_not_mix(fresh_server: None) -> None:
    spanish, english, portuguese = opened("app.py", {"lang": "es"}), opened("app.py"), opened("app.py", {"lang": "pt"})
    for _round in range(2):
        for app, code in ((spanish, "es"), (english, "en"), (portuguese, "pt-BR")):
            sound(app.run())
            assert _lessons(app) == _navigation(code)
            assert app.selectbox(key="language:menu").value == code


def test_the_menu_chooses_and_links_keep_it(fresh_server: None) -> None:
    app = opened("app.py")
    assert not any(one.proto.query_string for one in app.sidebar.get("page_link"))
    sound(app.selectbox(key="language:menu").select("es").run())
    assert _lessons(app) == _navigation("es")
    assert {one.proto.query_string for one in app.sidebar.get("page_link")} == {"lang=es"}
    sound(app.switch_page("pages/dense.py").run())
    assert app.title[0].value == "Autoencoder denso"
    assert app.query_params["lang"] == "es"
    with speaking("es"):  # AppTest asks for the labels of choices outside the session
        sound(app.selectbox(key="language:menu").select("en").run())
    assert app.title[0].value == "Dense autoencoder"
    assert app.query_params["lang"] == "en"


def test_an_unknown_language_is_said_and_left_out(fresh_server: None) -> None:
    app = opened("pages/dense.py", {"lang": "<b>tlh</b>", "preset": "font-best"})
    assert app.title[0].value == "Dense autoencoder"
    assert "does not speak" in app.info[0].value
    assert "<b>" not in app.info[0].value
    assert not app.warning, "it is no field of the experiment"
    assert app.selectbox(key="dense:preset").value == "font-best"


@pytest.mark.parametrize(("code", "rate"), [("en", "0.03"), ("es", "0,03"), ("pt-BR", "0,03")])
def test_a_number_has_the_decimal_mark_of_the_language_in_its_field_and_none_in_the_address(
    fresh_server: None, code: str, rate: str
) -> None:
    app = opened("pages/dense.py", {"lang": code, "preset": "font-best", "optimizer.learning_rate": "0.03"})
    assert app.text_input(key="dense:optimizer.learning_rate").value == rate
    assert f" {rate}." in texts(app), "what differs from the preset"
    with speaking(code):  # AppTest asks for the labels of choices outside the session
        sound(app.number_input(key="dense:seed").set_value(4).run())
    assert not app.error
    assert app.query_params["optimizer.learning_rate"] == "0.03"


def test_a_change_of_language_keeps_what_was_chosen(fresh_server: None) -> None:
    app = opened("pages/dense.py", {"preset": "font-best", "epochs": "7"})
    before = dict(app.query_params)
    sound(app.selectbox(key="language:menu").select("pt-BR").run())
    assert app.number_input(key="dense:epochs").value == 7
    after = dict(app.query_params)
    assert after.pop("lang") == "pt-BR"
    assert after == before


def _texts(app: AppTest) -> list[str]:
    """What a page says, its controls and their help included."""
    found: list[str] = []
    for node in app:
        proto = getattr(node, "proto", None)
        found += [str(getattr(proto, name, "")) for name in ("body", "label", "help", "placeholder")]
    return [text.replace("\\", "") for text in found if text]


@pytest.mark.parametrize("code", ["es", "pt-BR"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_english_sentence(page: str, code: str, fresh_server: None) -> None:
    translated = catalogue.read(LANGUAGES[code].catalogue)
    english = {text for text, (other, *_rest) in translated.items() if len(text.split()) >= 4 and other != text}
    found = _texts(opened(page, {"lang": code}))
    assert len(found) > 20
    assert [text for text in found if text in english] == []
