"""The server of a class: the app, with its worker processes started before the first visitor, and GET /health.

`streamlit run server.py`. `streamlit run app.py` serves the same pages without these two.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aelib.core import memory, threads

threads.let_waiting_threads_sleep()  # before PyTorch and scikit-learn are imported

# ruff: noqa: E402
import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from aelib.core.errors import LabError
from aelib.jobs import health as state
from aelib.jobs import is_small
from aelib.ui.shell import account, closed_sessions, server_state, visitor
from aelib.ui.shell.lessons import CLASS


async def health(_: Request) -> JSONResponse:
    """200 if all is well, else 503; the body says what is wrong (aelib/jobs/health.py)."""
    try:
        found: Mapping[str, Any] = await run_in_threadpool(lambda: state.check(server_state.jobs()))
    except LabError as error:
        found = {"status": "failing", "problems": [str(error)]}
    return JSONResponse(found, status_code=200 if found["status"] == "ok" else 503)


async def _tidy() -> None:
    while True:
        await asyncio.sleep(memory.TIDY_EVERY)
        closed_sessions.forget()
        await run_in_threadpool(memory.tidy)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    # before the first visitor comes, but not at the top: Streamlit warns of caches that are made before its runtime
    from aelib.ui.lessons import denoising, lesson  # noqa: F401
    from aelib.ui.lessons.trainings import leaderboard, runs, sweeps  # noqa: F401

    logging.getLogger("aelib").setLevel(logging.INFO)  # a line for each job
    try:
        jobs = server_state.jobs()
        if not is_small():
            # many lessons need it with their first run; it takes 76 MB, and lessons with two-number codes never need it
            import sklearn.decomposition  # noqa: F401
    except LabError as error:  # the pages and /health say it too, until it is fixed
        jobs = None
        logging.getLogger("aelib").error("%s", error)
    memory.settle()
    tidying = asyncio.create_task(_tidy())
    yield {}
    tidying.cancel()
    if jobs is not None:
        jobs.close()


logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
# /health is also below the path at which a proxy serves the app
_bases = dict.fromkeys(["", str(st.get_option("server.baseUrlPath") or "").strip("/")])
app = st.App(
    "app.py",
    lifespan=lifespan,
    routes=[Route(f"{'/' if base else ''}{base}/health", health) for base in _bases],
    middleware=[
        Middleware(visitor.VisitorCookie),
        Middleware(account.LoginAnswer, browser_of=visitor.browser_of, page=CLASS.name),
    ],
)
