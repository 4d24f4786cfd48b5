"""Logging in and out. Nothing is drawn unless the administrator has set up a log-in."""

import streamlit as st

from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.ui.shell import account, languages, visitor
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.session import Slot

_REFUSED: Slot[LabError] = Slot("class:login:refused", lambda: LabError(""))
_ANSWERS = {
    account.REFUSED: LabError(
        "You are not logged in. What the log-in service answered was refused: it had expired, was not the service's "
        "own, or was meant for another server. Try again; if it happens again, tell whoever runs this server, whose "
        "clock may be wrong."
    ),
    account.UNREACHABLE: LabError(
        "You are not logged in: the log-in service does not answer. Try again in a minute; without it you can go on, "
        "but nobody is known by an address."
    ),
}


def status() -> None:
    """Who is logged in, with a way to log out; otherwise a way to log in, and why the last attempt failed."""
    if not visitor.is_known_again():
        st.warning(
            _(
                "This server does not know your browser again, so you leave the class when you reload a page. Allow "
                "its cookie; if you run the server, start server.py instead of app.py."
            ),
            icon=":material/cookie_off:",
        )
    if not account.login_settings().client:
        return
    if account.is_logged_in():
        _who()
        return
    answer = _ANSWERS.get(st.query_params.get(account.ANSWER, ""))
    if answer is not None:
        show_error(answer)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Log in"), icon=":material/login:", key="class:log-in", on_click=_log_in)
        if account.login_settings().required:
            st.markdown(_("Students of this server log in before they join."), width="content")
    if _REFUSED:
        show_error(_REFUSED.pop())


def _who() -> None:
    try:
        found = account.account()
    except LabError as error:
        found = None
        show_error(error)
    with st.container(horizontal=True, vertical_alignment="center"):
        if found is not None:
            who = found.email or found.name or found.person
            st.markdown(_("You are logged in as **{who}**.", who=escaped(who)), width="content")
            if not found.email:
                st.caption(_("The log-in service has not confirmed an e-mail address of yours."))
        st.button(_("Log out"), icon=":material/logout:", key="class:log-out", on_click=st.logout)


def _log_in() -> None:
    kept = {name: value for name, value in st.query_params.items() if name not in (account.ANSWER, "key")}
    try:
        account.log_in(visitor.browser_id(), {**kept, **languages.in_address()})
    except LabError as error:
        _REFUSED.set(error)
