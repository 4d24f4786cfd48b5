"""First load of the lesson in Chromium, compared with a minimal Streamlit page that has one Plotly chart."""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from tests.support import chromium
from tests.support.server import Server

from .rows import Row

LEAST = """
import plotly.graph_objects as go
import streamlit as st

st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 3, 2])))
"""
RESTS = (
    "document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning' && "
    "!document.querySelector('[data-stale=true]')"
)
CHARTS = "[...document.querySelectorAll('.stPlotlyChart')].every((c) => c.querySelector('.main-svg'))"
LEAST_DRAWN = f"document.querySelector('.main-svg') && {RESTS}"
UNTRAINED_DRAWN = f"document.body.innerText.includes('After training you see here') && {RESTS}"
TRAINED_DRAWN = (
    f"document.body.innerText.includes('Learning, replayed') && document.querySelector('.main-svg') && {CHARTS} && "
    f"{RESTS}"
)
LAST = ".replay input"  # the lesson with a run draws it last; it is in a shadow root, which locators search


def _seconds(browser: Browser, address: str, drawn: str, last: str = "") -> float:
    """Seconds from the address to the last drawn element and the end of the script, in a new context (empty cache)."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(f"() => {drawn}", polling="raf", timeout=60_000)
    if last:
        page.locator(last).first.wait_for()
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def measure(quick: bool = False) -> list[Row]:
    rounds = 2 if quick else 7
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home, script = Path(folder) / "home", Path(folder) / "least.py"
        script.write_text(LEAST)
        Store(home).save(fit(presets.get("font-best"), "cpu"))
        least = Server(Path(folder) / "least", script=script)
        lesson = Server(home)
        try:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            addresses = {
                "least": (least.url, LEAST_DRAWN),
                "untrained": (f"{lesson.url}/dense", UNTRAINED_DRAWN),
                "trained": (f"{lesson.url}/dense?preset=font-best", TRAINED_DRAWN, LAST),
            }
            for address in addresses.values():
                _seconds(browser, *address)  # the server imports what it needs
            taken: dict[str, list[float]] = {name: [] for name in addresses}
            for _ in range(rounds):
                for name, address in addresses.items():
                    taken[name].append(_seconds(browser, *address))
            browser.close()
        finally:
            least.stop()
            lesson.stop()
    median = {name: statistics.median(values) for name, values in taken.items()}
    rows = [Row(f"the page with one chart, median of {rounds}", f"{median['least']:.2f} s")]
    for name, what in (("untrained", "the lesson, nothing trained"), ("trained", "the lesson with a stored run")):
        ratio = median[name] / median["least"]
        rows.append(Row(f"{what}: {median[name]:.2f} s", f"{ratio:.2f} times", "≤ 1.3 times", ratio <= 1.3))
    return rows
