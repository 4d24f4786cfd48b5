"""An identifier for each person: a reopened tab finds its jobs, and one user cannot fill the queue.

Nobody has to log in; whoever does is the same person on every browser (`account`). To all others, the server sends a
random cookie with their first page (`VisitorCookie`, which server.py adds to the app), and the identifier is a hash of
it. Without a cookie (cookies off, `streamlit run app.py`, tests), each session has a random identifier.
"""

import hashlib
import re
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .account import account_person
from .session import Slot

COOKIE = "aelib_visitor"
NARROW = "aelib_narrow"  # cookie of the page's own script (address_bar.js): "1" in a narrow window, else "0"
YEAR = 365 * 24 * 3600  # seconds
_TOKEN = re.compile(r"[0-9a-f]{32}")


def visitor_id() -> str:
    """The identifier of this person: of the account that has logged in, 24 hexadecimal digits, else of this browser."""
    return account_person() or browser_id()


def browser_id() -> str:
    """The identifier of this browser, 12 hexadecimal digits."""
    found = _named(st.context.cookies.get(COOKIE, ""))
    return found or Slot("person", lambda: secrets.token_hex(6)).setdefault()


def is_known_again() -> bool:
    """Whether a reload of the page, or another tab, counts as the same person. True without a browser (tests)."""
    is_browser = isinstance(st.context.headers.get("User-Agent"), str)
    return not is_browser or _named(st.context.cookies.get(COOKIE, "")) is not None or account_person() is not None


def browser_of(headers: Headers) -> str | None:
    """The identifier of the browser that sent these headers; None without the cookie."""
    # not http.cookies: if it cannot read the cookie of another app, it also drops all cookies after it
    return _named(cookie_parser(headers.get("cookie", "")).get(COOKIE, ""))


def _named(token: object) -> str | None:
    if isinstance(token, str) and _TOKEN.fullmatch(token):  # without a browser (tests) there are no cookies at all
        return hashlib.sha256(token.encode()).hexdigest()[:12]
    return None


def on_phone() -> bool:
    """Whether the window is as narrow as a phone's. Until the browser has reported its width, that of its last
    page counts, so that nothing moves while somebody types. On its first page, the kind of browser counts: all
    browsers of phones have "Mobi" in their User-Agent, see
    https://developer.mozilla.org/docs/Web/HTTP/Guides/Browser_detection_using_the_user_agent."""
    return Slot("narrow", _was_narrow).get()


def _was_narrow() -> bool:
    kept = st.context.cookies.get(NARROW)
    if kept in ("0", "1"):
        return kept == "1"
    agent = st.context.headers.get("User-Agent", "")
    return isinstance(agent, str) and "Mobi" in agent  # without a browser (tests) there is none


def window_is(narrow: bool) -> bool:
    """Take the width that the browser reports. Returns whether the page was drawn for the other width."""
    was = on_phone()
    return Slot("narrow", bool).set(narrow) != was


class VisitorCookie:
    """ASGI middleware that sets a cookie with a browser's first page: 128 random bits, valid for a year. Scripts cannot
    read it, and forms of other sites do not send it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or browser_of(Headers(scope=scope)) is not None:
            await self.app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _cookie(secure=scope.get("scheme") == "https"))
                    headers["cache-control"] = "no-store"  # a page with a cookie belongs to one browser
            await send(message)

        await self.app(scope, receive, with_cookie)


def _cookie(secure: bool) -> str:
    written = f"{COOKIE}={secrets.token_hex(16)}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
    return f"{written}; Secure" if secure else written
