"""What Streamlit must have so that a session can change its language."""

from streamlit.testing.v1 import AppTest

from tests.support.patience import PATIENCE


def _page() -> None:
    import streamlit as st

    from aelib.ui.shell import languages

    languages.begin()
    languages.menu()
    st.selectbox("A", ["a", "b"], key="a", index=1)
    st.multiselect("B", ["a", "b"], key="b", default=["b"])
    st.radio("C", ["a", "b"], key="c", index=1)
    st.segmented_control("D", ["a", "b"], key="d", default="b")
    st.pills("E", ["a", "b"], key="e", default="b", selection_mode="multi")
    st.select_slider("F", ["a", "b"], key="f", value="b")
    st.text_input("G", "b", key="g")
    st.file_uploader("H", key="h", accept_multiple_files=True)
    st.button("I", key="i")


CHOICES = ("selectbox", "multiselect", "radio", "button_group", "select_slider")


def _identities(app: AppTest) -> dict[str, str]:
    found = [one for kind in CHOICES for one in app.get(kind) if one.key != "language:menu"]
    return {one.key: one.id for one in found}


def test_choices_are_other_widgets_in_another_language_and_keep_what_is_chosen() -> None:
    app = AppTest.from_function(_page, default_timeout=PATIENCE).run()
    english, text = _identities(app), app.text_input(key="g").id
    assert sorted(english) == ["a", "b", "c", "d", "e", "f"]
    app.selectbox(key="a").select("a").run()
    app.selectbox(key="language:menu").select("es").run()
    assert not app.exception
    spanish = _identities(app)
    assert not set(spanish.values()) & set(english.values()), "Streamlit computes identities in another way"
    assert app.text_input(key="g").id == text
    state = app.session_state
    assert [state[key] for key in "abcdefg"] == ["a", ["b"], "b", "b", ["b"], "b", "b"]
    app.selectbox(key="language:menu").select("en").run()
    assert _identities(app) == english
    assert app.selectbox(key="a").value == "a"
