"""Every test has a store of its own; hypothesis uses fixed random numbers, so that a failure can be
reproduced."""

import os
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st
import torch
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from aelib.reproduction import runner
from aelib.training import Run
from aelib.ui.shell import server_state
from tests.support import browsing, chromium
from tests.support.server import Server
from tests.support.trainings import trained

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

# What `make check` leaves out: tests that train many nets, start processes, or open pages.
SLOW = (
    "browser",
    "cluster",
    "pages",
    "unit/training",
    "unit/analysis",
    "unit/reports",
    "unit/reproduction",
    "unit/jobs",
)
SLOW += ("unit/ui", "unit/cli", "unit/nn/test_variational.py", "unit/store/test_store.py", "unit/test_architecture.py")
SLOW += ("unit/models/test_models.py", "unit/datasets/user/test_reader_fuzz.py", "unit/datasets/user/test_memory.py")
SLOW += ("unit/test_documentation.py",)
SLOW += ("unit/test_full_disk.py", "unit/test_examples.py", "unit/test_packaging.py", "unit/test_registries.py")

# the command line speaks the language of the environment, and texts are compared in English
os.environ["AELIB_LANG"] = "en"

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AELIB_HOME of this test alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("AELIB_HOME", str(folder))
    torch.set_num_threads(1)
    return folder


@pytest.fixture
def fresh_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages find nothing that an earlier test has left in the process. Jobs run in threads, since every worker process
    would first import torch. They end with the test."""
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setattr(server_state, "_cluster", lambda: ThreadPoolExecutor(1))
    yield
    server_state.jobs().close()
    st.cache_resource.clear()


@pytest.fixture
def real_data() -> Path:
    """The folder of real data sets: AELIB_DATA, else ../shared/data."""
    folder = Path(os.environ.get("AELIB_DATA", SHARED / "data"))
    if not folder.is_dir():
        pytest.skip(f"REAL DATA MISSING: set AELIB_DATA; {folder} is not there")
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty AELIB_DATA."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("AELIB_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def font_run() -> Run:
    return trained("font-best", {"epochs": 60})


@pytest.fixture(scope="session")
def digits_run() -> Run:
    """A variational run with held-out images."""
    return trained("digits-vae", {"epochs": 2, "snapshots": "", "model.layers": "64-16-2"})


@pytest.fixture
def record_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where reproduced figures are written, instead of into the project."""
    monkeypatch.setattr(runner, "RECORD", tmp_path / "reproduction.json")
    monkeypatch.setattr(runner, "TABLE", tmp_path / "reproduction.md")
    return tmp_path / "reproduction.json"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of a file's browser tests; closed after them, since its event loop keeps asyncio tests out."""
    path = chromium.find()
    if path is None:
        pytest.skip("NO CHROMIUM: run `python -m tests.support.chromium`")
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a file, because a server takes long to start. Each test trains its own experiments."""
    running = Server(tmp_path_factory.mktemp("server") / "home")
    yield running
    running.kill()
    # the worker processes end by themselves when their server has gone


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server for a test that kills it, or that needs an empty store."""
    running = Server(tmp_path / "server")
    yield running
    running.kill()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    yield from browsing.opened(browser, 1280, "light")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """If a browser test fails, the report says what its pages and its server showed."""
    report = yield
    if report.when == "call" and report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, Browser):
                report.sections.append(("what the pages show", browsing.seen(value)))
            elif isinstance(value, Server):
                log = value.log.read_text(encoding="utf-8", errors="replace")
                report.sections.append((f"the end of the log of {name}", log[-4000:]))
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        if path.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if path.startswith("browser") and item.path.stem != "test_every_page":  # long: both processes share it
            item.add_marker(pytest.mark.xdist_group(item.path.stem))  # a file's server is started once
