"""The server of a class: the app, with its worker processes started before the first visitor, and GET /health.

`streamlit run server.py`. `streamlit run app.py` serves the same pages without these two.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from aelib import health as state
from aelib.ui import controls, listing, memory, resources, views, wall  # noqa: F401 - before a visitor waits for them


async def health(_: Request) -> JSONResponse:
    """200 where all is well, else 503; the body says what is not (aelib/health.py)."""
    found = await run_in_threadpool(lambda: state.check(resources.jobs()))
    return JSONResponse(found, status_code=200 if found["status"] == "ok" else 503)


async def _tidy() -> None:
    while True:
        await asyncio.sleep(memory.TIDY_EVERY)
        await run_in_threadpool(memory.tidy)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    jobs = resources.jobs()
    memory.settle()
    tidying = asyncio.create_task(_tidy())
    yield {}
    tidying.cancel()
    jobs.close()


app = st.App("app.py", lifespan=lifespan, routes=[Route("/health", health)])
