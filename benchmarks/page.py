"""Time to open a stored run on a warm server: in the page's script without a browser, and in Chromium from a key press
to the drawn result. Needs requirements-dev.txt."""

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from streamlit.testing.v1 import AppTest

from aelib.experiment import digest_of, presets, variants
from aelib.reports import html
from aelib.store import Store
from aelib.training import Run, fit_many
from aelib.ui.shell.links import short
from tests.support import chromium
from tests.support.server import Server

from .machine import table, write

ROOT = Path(__file__).parents[1]
RUNS = 12


def in_the_script() -> list[float]:
    """Seconds of the page's script for runs that this process has not opened before."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page("pages/dense.py").run()
    app.selectbox(key="dense:preset").set_value("font-best").run()
    seconds = []
    for seed in range(1, RUNS):
        app.number_input(key="dense:seed").set_value(seed)
        seconds.append(_drawn(app, sections=9))
    return seconds


def _drawn(app: AppTest, sections: int) -> float:
    """Seconds of the script of a page with this number of sections."""
    start = time.perf_counter()
    app.run()
    seconds = time.perf_counter() - start
    assert not app.exception
    assert len(app.header) == sections
    return seconds


def six_compared() -> list[float]:
    """Seconds of the script of the page Compare with six runs that were opened before."""
    base = presets.get("font-best")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for i in range(6):
        app.query_params[str(i + 1)] = short(base.with_values({"seed": i}))
    app.switch_page("pages/compare.py").run()
    return [_drawn(app, sections=6) for _ in range(RUNS - 1)]


def four_reported() -> list[float]:
    """Seconds for an HTML report of four runs, with matplotlib already imported."""
    runs = [run for digest in Store().digests()[:4] if (run := Store().get(digest)) is not None]
    html.page(runs[:1])
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        html.page(runs)
        seconds.append(time.perf_counter() - start)
    return seconds


def in_the_browser(home: Path) -> tuple[list[float], list[float]]:
    """Seconds from the key press until digest and verdict are on screen, and until everything is drawn."""
    server = Server(home)
    try:
        verdicts, seconds = [], []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{server.url}/dense?preset=font-best&seed=0")
            page.get_by_role("heading", name="7 · Learning, replayed").wait_for(timeout=60_000)
            page.wait_for_timeout(1500)
            box = page.get_by_role("spinbutton", name="Seed")
            for seed in range(1, RUNS):
                digest = digest_of(presets.get("font-best").with_values({"seed": seed}))
                box.fill(str(seed))
                start = time.perf_counter()
                box.press("Enter")
                page.wait_for_function(
                    "(d) => { const m = document.querySelector('[data-testid=stMetric]'); "
                    "return document.body.innerText.includes(d) && m && !m.closest('[data-stale=true]'); }",
                    arg=digest,
                    polling=10,
                )
                verdicts.append(time.perf_counter() - start)
                page.wait_for_function(
                    "() => !document.querySelector('[data-stale=true]') && "
                    "document.querySelector('.stApp').dataset.testScriptState === 'notRunning'",
                    polling=10,
                )
                seconds.append(time.perf_counter() - start)
                page.wait_for_timeout(400)
            browser.close()
        return verdicts, seconds
    finally:
        server.stop()


def morph_in_the_browser(home: Path) -> list[float]:
    """Seconds from the key press until the film has sixty images between two emoji."""
    server = Server(home)
    try:
        seconds = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{server.url}/emoji")
            page.get_by_role("heading", name="9 · Twenty at once").wait_for(timeout=60_000)
            page.wait_for_timeout(1500)
            slider = page.get_by_role("slider", name="Images between two")
            for _ in range(RUNS):
                for key, last in (("End", 61), ("Home", 3)):
                    slider.focus()
                    start = time.perf_counter()
                    slider.press(key)
                    page.wait_for_function(
                        "(n) => { const all = []; const walk = (e) => { if (e.shadowRoot) walk(e.shadowRoot); for "
                        "(const c of e.children || []) walk(c); if (e.matches && e.matches('.film input')) "
                        "all.push(e); }; walk(document.body); return all.some((e) => +e.max === n); }",
                        arg=last,
                        polling=10,
                    )
                    if key == "End":
                        seconds.append(time.perf_counter() - start)
                    page.wait_for_timeout(500)
            browser.close()
        return seconds
    finally:
        server.stop()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["AELIB_HOME"] = str(home)
        store, base = Store(), presets.get("font-best")
        for run in fit_many([base.with_values({"seed": seed}) for seed in range(RUNS)], "cpu"):
            assert isinstance(run, Run)
            store.save(run)
        emoji = presets.get("emoji-best")
        for run in fit_many([emoji, variants.plain(emoji)], "cpu"):
            assert isinstance(run, Run)
            store.save(run)
        script, compared, reported = in_the_script(), six_compared(), four_reported()
        verdict, drawn = in_the_browser(home)
        morph = morph_in_the_browser(home)
    rows = [
        [name, f"{statistics.median(values):.3f}", f"{max(values):.3f}"]
        for name, values in (
            ("the page's script", script),
            ("the script of the page Compare with six runs", compared),
            ("an HTML report of four runs", reported),
            ("key press to digest and verdict in Chromium", verdict),
            ("key press to the whole page redrawn in Chromium", drawn),
            ("key press to a morph of 60 images, three ways, in Chromium", morph),
        )
    ]
    body = (
        f"A different stored run each time, {RUNS - 1} times, warm server; the morph is of two emoji, variational, "
        "plain and cross-faded.\n\n"
    )
    write("page", "Opening a stored run", body + table(["what", "median s", "slowest s"], rows))


if __name__ == "__main__":
    main()
