"""A simulated user: a websocket client that speaks to the server like Streamlit's front end.

It has its own cookie, sends the state of every widget with every rerun, reports which messages it has cached, and polls
when asked. It draws nothing, so many clients fit on the machine of the server.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from aelib.ui.shell.visitor import COOKIE as VISITOR

from .page_state import Lost, PageState
from .widgets import with_value

COOKIE = "_streamlit_xsrf"
PATIENCE = 30.0  # seconds


async def cookie(url: str) -> str:
    """The token that the server gives a browser on its first visit; empty if it gives none."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET /_stcore/health HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    head = (await reader.read()).decode(errors="replace")
    writer.close()
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie" and value.strip().startswith(f"{COOKIE}="):
            return value.strip().removeprefix(f"{COOKIE}=").split(";")[0].strip('"')
    return ""


class Client:
    """One page of one person. `async with Client(...)` opens it, waits for its script, and leaves at the end.

    page: as in the address, such as "dense"; query: the address's parameters; patience: seconds to wait for an answer;
    visitor: the token of the app's own cookie, by which it knows a browser again.
    """

    def __init__(
        self,
        url: str,
        page: str = "",
        query: dict[str, Any] | None = None,
        patience: float = PATIENCE,
        visitor: str = "",
    ) -> None:
        self.url, self.page, self.patience, self.visitor = url, page, patience, visitor
        self.query = urlencode(query or {})
        self.shown = PageState()
        self.opened = 0.0  # seconds from the first request to the end of the script
        self._page_hash = self._run = ""
        self._begun = self._finished = 0  # numbers of the whole script runs that last began and finished
        self._polls: dict[str, asyncio.Task[None]] = {}
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._socket: ClientConnection | None = None
        self._listener: asyncio.Task[None] | None = None
        self.problem = ""

    async def __aenter__(self) -> Self:
        start = time.perf_counter()
        token = await cookie(self.url)
        self._socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit", token or "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            origin=self.url,  # type: ignore[arg-type]
            additional_headers=self._cookies(token),
            max_size=None,
            open_timeout=self.patience,
            proxy=None,
        )
        self._listener = asyncio.create_task(self._listen())
        await self.rerun()
        self.opened = time.perf_counter() - start
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_polling()
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        if self._socket is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._socket.close(), 5)

    def _cookies(self, token: str) -> dict[str, str]:
        every = {COOKIE: token, VISITOR: self.visitor}
        given = "; ".join(f"{name}={value}" for name, value in every.items() if value)
        return {"Cookie": given} if given else {}

    # --- actions of a person --------------------------------------------------------------------------------

    async def rerun(self, trigger: str = "") -> float:
        """Run the script with the current widgets and `trigger` pressed. Returns seconds until it has finished."""
        start, before = time.perf_counter(), self._begun
        await self._send(trigger)
        await self.until(lambda: self._finished > before)
        return time.perf_counter() - start

    async def set(self, key: str, value: Any) -> float:
        """Change the widget with this key. Returns seconds until the script has finished."""
        identity = self.shown.find(key).id
        self.shown.states[identity] = with_value(self.shown.states[identity], value)
        return await self.rerun()

    async def submit(self, values: Mapping[str, Any], label: str) -> float:
        """Fill in the fields of a form and press its button. Returns seconds until the script has finished."""
        for key, value in values.items():
            identity = self.shown.find(key).id
            self.shown.states[identity] = with_value(self.shown.states[identity], value)
        return await self.rerun(self.shown.button(label))

    async def press(self, key: str) -> None:
        """Press the button with this key without waiting; `sees` waits for the result."""
        identity = self.shown.find(key).id
        fragment = self.shown.fragment(identity)
        await self._send(identity, fragment)

    async def sees(self, *texts: str, within: float | None = None) -> None:
        """Wait until one of these texts is in a note (success, error, ...) on the page."""
        await self.until(lambda: any(text in note for text in texts for note in self.shown.notes()), within)

    async def until(self, holds: Callable[[], bool], within: float | None = None) -> None:
        """Wait until `holds` is true; it is checked after each script or fragment run. Raises Lost after `within` s."""
        within = self.patience if within is None else within
        if not holds():
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((holds, future))
            try:
                await asyncio.wait_for(future, within)
            except TimeoutError:
                raise Lost(f"no answer within {within:.0f} s") from None
            finally:
                self._waiting = [entry for entry in self._waiting if entry[1] is not future]

    # --- the protocol ---------------------------------------------------------------------------------------

    async def _send(self, trigger: str = "", fragment: str = "", automatic: bool = False) -> None:
        if self._socket is None or self.problem:
            raise Lost(self.problem or "not connected")
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self._page_hash
        state.page_name = "" if self._page_hash else self.page
        state.fragment_id, state.is_auto_rerun = fragment, automatic
        state.context_info.url, state.context_info.locale = f"{self.url}/{self.page}", "en"
        state.context_info.timezone, state.context_info.color_scheme = "UTC", "light"
        state.cached_message_hashes.extend(self.shown.kept)
        state.widget_states.widgets.extend(self.shown.states.values())
        if trigger:
            state.widget_states.widgets.add(id=trigger, trigger_value=True)
        try:
            await self._socket.send(message.SerializeToString())
        except ConnectionClosed as closed:
            raise Lost(f"connection closed: {closed}") from None

    async def _listen(self) -> None:
        assert self._socket is not None
        try:
            async for frame in self._socket:
                message = ForwardMsg()
                message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
                self._take(message)
            self.problem = "the server closed the connection"
        except Exception as error:  # noqa: BLE001 - every error is passed to those who wait
            self.problem = f"{type(error).__name__}: {error}"
        self._stop_polling()
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(Lost(self.problem))

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash" or message.metadata.cacheable:
            message = self.shown.whole(message)
            kind = message.WhichOneof("type")
        if kind == "new_session":
            self._run = message.metadata.run.script_run_id
            if not message.metadata.run.fragment_ids:
                self._begun += 1
                self._stop_polling()
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "delta":
            self.shown.draw(message, self._run)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            identity = message.auto_rerun.fragment_id
            self._stop_polling(identity)
            self._polls[identity] = asyncio.create_task(self._poll(identity, message.auto_rerun.interval))
        elif kind == "stop_auto_rerun":
            self._stop_polling(*message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished":
            self._finish(message)

    def _finish(self, message: ForwardMsg) -> None:
        status = message.script_finished
        self.query = self.shown.address() or self.query
        fragments = set(message.metadata.run.fragment_ids)
        if status in (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY):
            whole = status == ForwardMsg.FINISHED_SUCCESSFULLY
            self.shown.tidy(self._run, None if whole else fragments)
            if whole:
                self._finished = self._begun
        for holds, future in self._waiting:
            if not future.done() and holds():
                future.set_result(None)

    async def _poll(self, fragment: str, interval: float) -> None:
        for _ in itertools.count():
            await asyncio.sleep(interval)
            with suppress(Lost):
                await self._send(fragment=fragment, automatic=True)

    def _stop_polling(self, *fragments: str) -> None:
        for identity in fragments or list(self._polls):
            task = self._polls.pop(identity, None)
            if task is not None:
                task.cancel()
