"""Log-in by OpenID Connect, where the administrator has set one up in the secrets ([auth] and [classroom]).

`st.login` leads to the provider and back to `/oauth2callback`. Streamlit checks what comes back, but does not tell a
person that it has refused the log-in. So `LoginAnswer`, which server.py adds to the app, leads everybody to the class
page, with the answer in its address.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.errors import Error as StreamlitError
from streamlit.errors import StreamlitSecretNotFoundError

from aelib.classroom.people.accounts import Account, account_of
from aelib.core.errors import LabError

ANSWER, REFUSED, UNREACHABLE = "login", "refused", "unreachable"  # in the address of the class page
LOGIN, CALLBACK = "/auth/login", "/oauth2callback"
_SIGNED_IN = "_streamlit_user"  # Streamlit's cookie of a log-in that it has checked
_MAX_LEFT = 5000  # browsers whose return address is remembered

_left: OrderedDict[str, dict[str, str]] = OrderedDict()  # browser -> query of its address when it left for the provider


class LoginSettings(NamedTuple):
    """What the secrets say. client: our identifier at the provider, empty without log-in; teachers: e-mail addresses
    that may teach, empty for everybody; required: whether students must log in to join a class."""

    client: str = ""
    teachers: tuple[str, ...] = ()
    required: bool = False


@st.cache_resource(show_spinner=False)
def login_settings() -> LoginSettings:
    """The settings, read once per server. Raises LabError if the file is invalid."""
    if not any(Path(file).exists() for file in st.get_option("secrets.files")):
        return LoginSettings()
    try:
        auth, room = st.secrets.get("auth", {}), st.secrets.get("classroom", {})
        teachers = room.get("teachers", [])
        if isinstance(teachers, str) or not all(isinstance(one, str) for one in teachers):
            raise TypeError
        return LoginSettings(str(auth.get("client_id", "")), tuple(teachers), bool(room.get("login_required", False)))
    except (AttributeError, ValueError, TypeError, StreamlitSecretNotFoundError):
        raise LabError(
            "secrets.toml cannot be read: [auth] and [classroom] are tables, and teachers a list of addresses."
        ) from None


def account() -> Account | None:
    """Who has logged in; None for nobody. Raises LabError for a log-in that is no longer valid."""
    found = login_settings()
    if not found.client or not _is_logged_in():
        return None
    claims: Mapping[str, Any] = st.user.to_dict()
    return account_of(claims, found.client, time.time())


def account_person() -> str | None:
    """The name under which records of the account are kept; None for nobody."""
    try:
        found = account()
    except LabError:
        return None  # the class page says why
    return found.person if found else None


def is_logged_in() -> bool:
    """Whether there is a log-in that can be ended, even one that is no longer valid."""
    return bool(login_settings().client) and _is_logged_in()


def _is_logged_in() -> bool:
    return st.user.get("is_logged_in", False) is True


def log_in(browser: str, query: Mapping[str, str]) -> None:
    """Lead this browser to the provider. query: of the class page to which it comes back. Raises LabError if the log-in
    is not set up as it should be."""
    _left.pop(browser, None)
    _left[browser] = dict(query)
    while len(_left) > _MAX_LEFT:
        _left.popitem(last=False)
    try:
        st.login()
    except StreamlitError as error:  # Authlib is missing, or a field of [auth]
        raise LabError("Log-in is not set up completely: {why}", why=str(error).strip()) from None


class LoginAnswer:
    """ASGI middleware that leads to the class page everybody who comes back from the provider, and everybody who cannot
    be sent to the provider.

    Args:
        browser_of: the name of a browser from the headers of its request, or None.
        page: the address of the class page below the app's own.
    """

    def __init__(self, app: ASGIApp, browser_of: Callable[[Headers], str | None], page: str) -> None:
        self.app, self.browser_of, self.page = app, browser_of, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] == "http" and path.endswith(CALLBACK):
            await self._back(scope, receive, send)
        elif scope["type"] == "http" and path.endswith(LOGIN):
            await self._there(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _back(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = QueryParams(scope["query_string"])

        async def to_the_class(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_answer = "code" in asked or "error" in asked  # else the answer to a log-out
                answer = REFUSED if is_answer and not any(map(_signs_in, headers.getlist("set-cookie"))) else None
                headers["location"] = self._address(scope, CALLBACK, answer)
            await send(message)

        await self.app(scope, receive, to_the_class)

    async def _there(self, scope: Scope, receive: Receive, send: Send) -> None:
        failed = False

        async def or_back(message: Message) -> None:
            nonlocal failed
            if message["type"] == "http.response.start" and message["status"] >= 400:
                failed = True
                await RedirectResponse(self._address(scope, LOGIN, UNREACHABLE), 302)(scope, receive, send)
            elif not failed:
                await send(message)

        await self.app(scope, receive, or_back)

    def _address(self, scope: Scope, path: str, answer: str | None) -> str:
        query = _left.pop(self.browser_of(Headers(scope=scope)) or "", {})
        if answer is not None:
            query[ANSWER] = answer
        return f"{scope['path'].removesuffix(path)}/{self.page}{'?' if query else ''}{urlencode(query)}"


def _signs_in(cookie: str) -> bool:
    """Whether a Set-Cookie header sets Streamlit's log-in cookie, and does not delete it."""
    name, _equals, value = cookie.partition(";")[0].partition("=")
    return name == _SIGNED_IN and value not in ("", '""')
