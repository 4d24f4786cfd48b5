"""One session of the class, by websocket or in Chromium: it opens the lesson, trains, sees the result, and leaves."""

import asyncio
import time
from typing import Any, Protocol
from urllib.parse import urlencode

from playwright.async_api import Browser, BrowserContext, Page, WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from .client import Client
from .page_state import Lost

LESSON, FORM, RUN = "dense", "dense", "dense-run"  # the page and the prefixes of its widgets' keys
FINISHED = ("Trained just now", "Found in the store")
PATIENCE = 120.0  # seconds to wait for a training to end, time in the queue included


class Visit(Protocol):
    opened: float  # seconds from the first request to the end of the lesson's script

    async def open(self, query: dict[str, Any]) -> None: ...

    async def train(self) -> None: ...

    async def leave(self) -> None: ...


class Light:
    """A session by websocket."""

    def __init__(self, url: str) -> None:
        self.url, self.opened = url, 0.0
        self.client: Client | None = None

    async def open(self, query: dict[str, Any]) -> None:
        self.client = Client(self.url, LESSON, query)
        await self.client.__aenter__()
        self.opened = self.client.opened

    async def change(self, seed: int) -> float:
        """Seconds until a changed seed is answered."""
        if self.client is None:
            raise Lost("not open")
        return await self.client.set(f"{FORM}:seed", seed)

    async def train(self) -> None:
        if self.client is None:
            raise Lost("not open")
        if self.client.shown.has(f"{RUN}:train"):  # else the same experiment is in training, and this page follows it
            await self.client.press(f"{RUN}:train")
        await self.client.sees(*FINISHED, within=PATIENCE)

    async def leave(self) -> None:
        if self.client is not None:
            await self.client.__aexit__()


class Heavy:
    """A session in its own Chromium context, with its own cookies and cache. drawn: seconds from the address to the
    last text of the page."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.opened = self.drawn = 0.0
        self.page: Page | None = None
        self._context: BrowserContext | None = None
        self._connected = 0.0
        self._finished = asyncio.Event()

    def _listen(self, socket: WebSocket) -> None:
        self._connected = time.perf_counter()

        def take(frame: str | bytes) -> None:
            if self.opened or isinstance(frame, str):
                return
            message = ForwardMsg()
            message.ParseFromString(frame)
            finished = message.WhichOneof("type") == "script_finished"
            if finished and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                self.opened = time.perf_counter() - self._connected
                self._finished.set()

        if "/_stcore/stream" in socket.url:
            socket.on("framereceived", take)

    async def open(self, query: dict[str, Any]) -> None:
        self._context = await self.browser.new_context(viewport={"width": 1280, "height": 900})
        self.page = await self._context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on("websocket", self._listen)
        start = time.perf_counter()
        await self.page.goto(f"{self.url}/{LESSON}?{urlencode(query)}")
        await self.page.get_by_text("After training you see here").first.wait_for(timeout=45_000)
        self.drawn = time.perf_counter() - start
        await asyncio.wait_for(self._finished.wait(), 60)

    async def train(self) -> None:
        if self.page is None:
            raise Lost("not open")
        button = self.page.get_by_role("button", name="Train", exact=True)
        if await button.count():
            await button.click()
        either = self.page.get_by_text(FINISHED[0]).or_(self.page.get_by_text(FINISHED[1]))
        await either.first.wait_for()

    async def leave(self) -> None:
        if self._context is not None:
            await self._context.close()
