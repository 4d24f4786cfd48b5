"""One name for one browser."""

import asyncio
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.types import Message, Receive, Scope, Send

from aelib.ui.shell.visitor import COOKIE, NARROW, VisitorCookie, on_phone, visitor_id


def _answer(cookie: str = "", scheme: str = "http", kind: str = "text/html; charset=utf-8") -> dict[str, str]:
    """The headers that a browser gets which sends this cookie."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is asked of the browser")

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": "http", "scheme": scheme, "path": "/", "headers": headers}
    asyncio.run(VisitorCookie(app)(scope, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_a_browser_gets_its_cookie_with_its_first_page_only() -> None:
    assert "set-cookie" not in _answer(kind="application/json")
    given = _answer()["set-cookie"]
    assert given.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} < set(given.split("; "))
    assert "Secure" not in given
    assert "set-cookie" not in _answer(f"other=1; {given.split(';')[0]}"), "it has one"
    assert "set-cookie" not in _answer(f'other={{"a":1}}; {given.split(";")[0]}'), "beside any"
    assert _answer()["set-cookie"] != given
    assert "Secure" in _answer(scheme="https")["set-cookie"].split("; ")


@pytest.mark.parametrize("forged", ["", "short", "../../etc/passwd", "A" * 32, "a" * 33, '"', "x;y=z"])
def test_a_forged_cookie_is_replaced(forged: str) -> None:
    assert "set-cookie" in _answer(f"{COOKIE}={forged}")


def test_the_name_follows_the_cookie_and_does_not_tell_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies: dict[str, str] = {}
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies=cookies))
    monkeypatch.setattr(st, "session_state", {})
    alone = visitor_id()
    assert visitor_id() == alone, "the session has a name where there is no cookie"
    cookies[COOKIE] = "a" * 32
    first = visitor_id()
    assert len(first) == 12
    assert first not in ("a" * 12, alone)
    cookies[COOKIE] = "b" * 32
    assert visitor_id() != first
    cookies[COOKIE] = "forged"
    assert visitor_id() == alone


@pytest.mark.parametrize(
    ("cookie", "agent", "expected"),
    [
        ("1", "Mozilla", True),
        ("0", "Mobile", False),
        (None, "Mobile", True),
        (None, "Mozilla", False),
        ("x", "Mobile", True),
    ],
)
def test_a_page_is_drawn_for_the_width_of_the_last(
    monkeypatch: pytest.MonkeyPatch, cookie: str | None, agent: str, expected: bool
) -> None:
    cookies = {} if cookie is None else {NARROW: cookie}
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies=cookies, headers={"User-Agent": agent}))
    monkeypatch.setattr(st, "session_state", {})
    assert on_phone() is expected
