"""The language of a session: what the address of its first page asks for (`lang=es`), else what the browser prefers;
later what is chosen in the menu. Links include `in_address`, so that a copied link opens in the same language."""

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

_CACHED = "_aelib_language"  # attribute of Streamlit's context that caches it: a page asks a thousand times
_language: Slot[str] = Slot("language", lambda: ENGLISH)
_chosen: Slot[bool] = Slot("language:chosen", bool)  # whether the address or the menu has set it


def _of_session() -> str | None:
    """The language of the session whose script this thread runs, also in callbacks and fragments. A page's first text
    may be looked up before its frame is drawn, so the language of a new session is chosen here."""
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
    """Choose the language of a new session."""
    if not _language:
        _set(_preferred())
        _take(_asked())


def note() -> None:
    """Show a note if the address asks for a language that the app does not have."""
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
    """The user has chosen another language in the menu. Widgets of choices are about to be replaced
    (`choice_identity`), so their values are set again for the new widgets."""
    for key, value in list(st.session_state.items()):
        if key != _MENU and _is_choice(value):
            st.session_state[key] = value
    _take(widget(_MENU))


def _is_choice(value: object) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(one, str | int) for one in value)
    return isinstance(value, str | int) and not isinstance(value, bool)


def menu() -> None:
    """The choice of a language; each is named in its own language."""
    st.session_state[_MENU] = language.current()
    st.selectbox(
        _("Language"),
        list(LANGUAGES),
        format_func=lambda code: LANGUAGES[code].name,
        key=_MENU,
        on_change=_changed,
        label_visibility="collapsed",
    )
