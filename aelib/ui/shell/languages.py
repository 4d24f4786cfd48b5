"""The language of a session: what the address of its first page asks for (`lang=es`), else what the browser prefers,
and then what is chosen in the menu. Links take `in_address` along, so that a copied one opens in the same language."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from aelib.core import language
from aelib.core.language import ENGLISH, LANGUAGES, _

from . import choice_identity
from .messages import escaped
from .session import Slot, widget

PARAMETER = "lang"
_MENU = "language:menu"
_MAX_SAID = 20  # characters of an unknown language in a sentence

_CACHED = "_aelib_language"  # attribute of Streamlit's context: a page asks a thousand times
_language: Slot[str] = Slot("language", lambda: ENGLISH)
_chosen: Slot[bool] = Slot("language:chosen", bool)  # whether the address or the menu has said it


def _of_session() -> str | None:
    """The language of the session whose script this thread runs, also in callbacks and fragments. A page's first text
    may be looked up before its frame is drawn, so a new session begins here."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return None
    if (known := getattr(context, _CACHED, None)) is not None:
        return str(known)
    if not _language:
        begin()
    _set(_language.get())
    return _language.get()


def _set(code: str) -> None:
    _language.set(code)
    if (context := get_script_run_ctx(suppress_warning=True)) is not None:
        setattr(context, _CACHED, code)


language.ask_session(_of_session)
choice_identity.install()


def begin() -> None:
    """Choose the language of a session that begins."""
    if not _language:
        _set(_preferred())
        _take(_asked())


def note() -> None:
    """Say so where the address asks for a language that there is not."""
    asked = _asked()
    if asked and language.matching(asked) is None:
        said = _("The app does not speak {code}: choose a language in the menu.", code=repr(asked[:_MAX_SAID]))
        st.info(escaped(said), icon=":material/translate:")


def _asked() -> str:
    return str(st.query_params.get(PARAMETER, ""))


def _take(asked: str) -> None:
    if (found := language.matching(asked)) is not None:
        _set(found)
        _chosen.set(True)


def _preferred() -> str:
    """The first of our languages that the browser prefers."""
    headers, locale = st.context.headers.get("Accept-Language", ""), st.context.locale
    for tags in (headers, locale):
        if isinstance(tags, str) and (found := language.matching(tags)) is not None:  # without a browser there is none
            return found
    return ENGLISH


def in_address() -> dict[str, str]:
    """What an address needs to open in the language that the user has chosen; empty if nobody has chosen one."""
    return {PARAMETER: language.current()} if _chosen.get() else {}


def _changed() -> None:
    """The menu has chosen another language. Widgets of choices are about to be replaced (`choice_identity`): what is
    chosen is set again, so that the new ones have it."""
    for key, value in list(st.session_state.items()):
        if key != _MENU and _is_choice(value):
            st.session_state[key] = value
    _take(widget(_MENU))


def _is_choice(value: object) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(one, str | int) for one in value)
    return isinstance(value, str | int) and not isinstance(value, bool)


def menu() -> None:
    """The choice of a language, each in its own words."""
    st.session_state[_MENU] = language.current()
    st.selectbox(
        _("Language"),
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code].name,
        key=_MENU,
        on_change=_changed,
        label_visibility="collapsed",
    )
