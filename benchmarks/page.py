"""What a person waits for on an idle server: from a click, a key or an address until verdict, picture and the whole
page are on screen, in Chromium; and the scripts of pages without a browser. Needs requirements-dev.txt."""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.testing.v1 import AppTest

from aelib.experiment import Experiment, digest_of, presets, variants
from aelib.reports import html
from aelib.store import Store
from aelib.training import Run, fit_many
from aelib.ui.shell.links import short
from tests.support import chromium
from tests.support.server import Server

from .machine import table, write

ROOT = Path(__file__).parents[1]
RUNS = 12
TIMES = 10  # presses and loads that are measured, after one that warms
BASE = presets.get("font-best")
RESTORER = presets.get("digits-denoise").with_values({"epochs": 20})
Seconds = dict[str, list[float]]  # what is waited for -> seconds of each time

# A page with one plot below a first page, for comparison: what Streamlit itself needs
PLOT = """import plotly.graph_objects as go
import streamlit as st
st.title("One plot")
st.plotly_chart(go.Figure(go.Scatter(y=[1.0, 0.5, 0.25])))
"""
_VERDICT = "[data-testid=stMetric]"
# Streamlit puts a component into a shadow root
_BENCH = """(() => { for (const e of document.querySelectorAll('*')) {
  const found = e.shadowRoot && e.shadowRoot.querySelector('.bench'); if (found) return found; } return null; })()"""
_IS_SHOWN = f"(d) => document.body.innerText.includes(d) && document.querySelector('{_VERDICT}') !== null"
_HAS_PICTURE = (
    f"(state) => {{ const b = {_BENCH}; return b !== null && b.dataset.state === state && b.dataset.epoch; }}"
)
_IS_STILL = """() => !document.querySelector('[data-stale=true]') &&
  document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"""


def in_the_script() -> list[float]:
    """Seconds of the page's script for runs that this process has not opened before."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page("pages/dense.py").run()
    app.selectbox(key="dense:preset").set_value("font-best").run()
    seconds = []
    for seed in range(1, RUNS):
        app.number_input(key="dense:seed").set_value(seed)
        seconds.append(_drawn(app))
        assert any(digest_of(BASE.with_values({"seed": seed})) in caption.value for caption in app.caption)
    return seconds


def _drawn(app: AppTest) -> float:
    """Seconds of the script of a page."""
    start = time.perf_counter()
    app.run()
    seconds = time.perf_counter() - start
    assert not app.exception
    return seconds


def six_compared() -> list[float]:
    """Seconds of the script of the page Compare with six runs that were opened before."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for i in range(6):
        app.query_params[str(i + 1)] = short(BASE.with_values({"seed": i}))
    app.switch_page("pages/compare.py").run()
    return [_drawn(app) for _ in range(RUNS - 1)]


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


class _Watch:
    """Seconds since it was made until a page is as it shall be."""

    def __init__(self, page: Page) -> None:
        self.page, self.start = page, time.perf_counter()

    def until(self, condition: str, argument: object = None) -> float:
        self.page.wait_for_function(condition, arg=argument, polling=10, timeout=60_000)
        return time.perf_counter() - self.start


@contextmanager
def _page(home: Path, browser: Browser) -> Iterator[tuple[Server, Page]]:
    server = Server(home)
    try:
        yield server, browser.new_page(viewport={"width": 1280, "height": 800})
    finally:
        server.stop()


def trained(home: Path, browser: Browser) -> Seconds:
    """From the press of Train, each time with a seed that nobody has trained, to verdict, picture, still page."""
    found: Seconds = {"verdict": [], "picture": [], "still": []}
    with _page(home, browser) as (server, page):
        for seed in range(100, 101 + TIMES):
            digest = digest_of(BASE.with_values({"seed": seed}))
            page.goto(f"{server.url}/dense?preset=font-best&seed={seed}")
            page.get_by_role("button", name="Train", exact=True).wait_for(timeout=60_000)
            page.wait_for_function(_IS_STILL)
            page.wait_for_timeout(700)
            watch = _Watch(page)
            page.get_by_role("button", name="Train", exact=True).click()
            found["picture"].append(watch.until(_HAS_PICTURE, "trained"))
            found["verdict"].append(watch.until(_IS_SHOWN, digest))
            found["still"].append(watch.until(_IS_STILL))
    return {name: seconds[1:] for name, seconds in found.items()}


def first_picture(home: Path, browser: Browser) -> Seconds:
    """From the press of Train to the first picture of a net that goes on learning."""
    found = []
    with _page(home, browser) as (server, page):
        for seed in range(1 + TIMES):
            page.goto(f"{server.url}/dense?preset=font-best&epochs=1000000&seed={seed}")
            page.get_by_role("button", name="Train", exact=True).wait_for(timeout=60_000)
            page.wait_for_timeout(700)
            watch = _Watch(page)
            page.get_by_role("button", name="Train", exact=True).click()
            found.append(watch.until(_HAS_PICTURE, "training"))
            page.get_by_role("button", name="Stop training").click()
            page.wait_for_function(_HAS_PICTURE, arg="trained", timeout=60_000)
    return {"first picture": found[1:]}


def opened(home: Path, browser: Browser) -> Seconds:
    """From the key press that asks for another stored run to verdict, picture, still page."""
    found: Seconds = {"verdict": [], "picture": [], "still": []}
    with _page(home, browser) as (server, page):
        page.goto(f"{server.url}/dense?preset=font-best&seed=0")
        page.wait_for_function(_HAS_PICTURE, arg="trained", timeout=60_000)
        page.wait_for_timeout(1500)
        box = page.get_by_role("spinbutton", name="Seed")
        for seed in range(1, RUNS):
            box.fill(str(seed))
            watch = _Watch(page)
            box.press("Enter")
            found["verdict"].append(watch.until(_IS_SHOWN, digest_of(BASE.with_values({"seed": seed}))))
            found["picture"].append(watch.until(_HAS_PICTURE, "trained"))
            found["still"].append(watch.until(_IS_STILL))
            page.wait_for_timeout(500)
    return found


def loaded(home: Path, browser: Browser) -> Seconds:
    """From an address to a still page, in turns: a lesson with a stored run, and a page with one plot. The browser has
    Streamlit's files, the server has drawn both before."""
    script = home.parent / "first.py"
    script.write_text("")
    (home.parent / "pages").mkdir()
    (home.parent / "pages" / "plot.py").write_text(PLOT)
    plain = Server(home.parent / "other", script=script)
    found: Seconds = {"lesson": [], "plot": []}
    try:
        with _page(home, browser) as (server, page):
            for _ in range(1 + TIMES):
                for name, address, drawn in (
                    ("plot", f"{plain.url}/plot", "() => document.querySelector('.js-plotly-plot .trace') !== null"),
                    ("lesson", f"{server.url}/dense?preset=font-best&seed=1", f"() => ({_HAS_PICTURE})('trained')"),
                ):
                    watch = _Watch(page)
                    page.goto(address)
                    watch.until(drawn)
                    found[name].append(watch.until(_IS_STILL))
                    page.wait_for_timeout(300)
    finally:
        plain.stop()
    return {name: seconds[1:] for name, seconds in found.items()}


def dragged(home: Path, browser: Browser) -> float:
    """Answers a second of the server while the slider of noise is dragged in the lesson on restoring."""
    with _page(home, browser) as (server, page):
        changes = {k: str(v) for k, v in (("preset", "digits-denoise"), ("epochs", RESTORER.epochs))}
        page.goto(f"{server.url}/restoring?{urlencode(changes)}&tab=Remove+noise")
        page.locator("img[alt*=noisy]").first.wait_for(timeout=60_000)
        page.wait_for_function(_IS_STILL)
        page.evaluate(
            """() => { window.answers = 0; let before = "";
            setInterval(() => { const now = document.querySelector("img[alt*=noisy]")?.src ?? before;
            if (now !== before) window.answers += 1; before = now; }, 20); }"""
        )
        thumb = page.get_by_test_id("stSliderThumbValue").first
        thumb.scroll_into_view_if_needed()
        box, track = thumb.bounding_box(), page.get_by_test_id("stSlider").first.bounding_box()
        assert box is not None
        assert track is not None
        x, y = track["x"] + 4, box["y"] + box["height"] + 8  # the value stands above the thumb
        page.mouse.move(box["x"] + box["width"] / 2, y)
        page.mouse.down()
        start, moves = time.perf_counter(), 0
        while (seconds := time.perf_counter() - start) < 4.0:
            moves += 1
            at = abs((moves / 40) % 2 - 1)  # there and back
            page.mouse.move(x + at * (track["width"] - 8), y)
            page.wait_for_timeout(25)
        answers: int = page.evaluate("window.answers")
        page.mouse.up()
        return answers / seconds


def morphed(home: Path, browser: Browser) -> Seconds:
    """From the key press until the film has sixty images between two emoji."""
    has_images = (
        "(n) => { const all = []; const walk = (e) => { if (e.shadowRoot) walk(e.shadowRoot); for "
        "(const c of e.children || []) walk(c); if (e.matches && e.matches('.film input')) "
        "all.push(e); }; walk(document.body); return all.some((e) => +e.max === n); }"
    )
    found = []
    with _page(home, browser) as (server, page):
        page.goto(f"{server.url}/emoji?tab=Morph")
        slider = page.get_by_role("slider", name="Images between two")
        slider.wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        for _ in range(RUNS):
            for key, last in (("End", 61), ("Home", 3)):
                slider.focus()
                watch = _Watch(page)
                slider.press(key)
                seconds = watch.until(has_images, last)
                if key == "End":
                    found.append(seconds)
                page.wait_for_timeout(500)
    return {"morph": found}


def _stored(experiments: list[Experiment]) -> None:
    store = Store()
    for run in fit_many(experiments, "cpu"):
        assert isinstance(run, Run)
        store.save(run)


def _row(name: str, seconds: list[float]) -> list[str]:
    return [name, f"{statistics.median(seconds):.3f}", f"{min(seconds):.3f}", f"{max(seconds):.3f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("trained", "first", "opened", "loaded", "dragged"), help="one part, printed")
    asked = parser.parse_args().only
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        os.environ["AELIB_HOME"] = str(home)
        _stored([BASE.with_values({"seed": seed}) for seed in range(RUNS)])
        _stored([RESTORER])
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        parts: dict[str, Callable[[Path, Browser], Seconds]] = {
            "trained": trained,
            "first": first_picture,
            "opened": opened,
            "loaded": loaded,
        }
        if asked == "dragged":
            print(f"{dragged(home, browser):.1f} answers a second")
            return
        if asked is not None:
            print(table(_HEADER, [_row(name, each) for name, each in parts[asked](home, browser).items()]))
            return
        measured = {name: part(home, browser) for name, part in parts.items()}
        emoji = presets.get("emoji-best")
        _stored([emoji, variants.plain(emoji)])
        rows = [_row(f"{_WHAT[part]} {name}", each) for part, found in measured.items() for name, each in found.items()]
        rows += [
            _row("key press to a morph of 60 images, three ways", morphed(home, browser)["morph"]),
            _row("the script of a lesson with a stored run, no browser", in_the_script()),
            _row("the script of the page Compare with six runs, no browser", six_compared()),
            _row("an HTML report of four runs, no browser", four_reported()),
        ]
        lesson, plot = (statistics.median(measured["loaded"][name]) for name in ("lesson", "plot"))
        answers = dragged(home, browser)
        browser.close()
    body = (
        f"`font-best` on a warm, idle server in Chromium (1280x800), {TIMES} times each, never twice the same net "
        "where one is trained.\n\n"
        + table(_HEADER, rows)
        + f"\n\nA lesson with a stored run loads {lesson / plot:.2f} times as long as a page with one plot. While the "
        f"slider of noise is dragged in the lesson on restoring, the server answers {answers:.1f} times a second."
    )
    write("page", "What a person waits for", body)


_HEADER = ["what", "median s", "fastest s", "slowest s"]
_WHAT = {
    "trained": "press of Train to",
    "first": "press of Train to",
    "opened": "key press that asks for a stored run to",
    "loaded": "address to a still page:",
}


if __name__ == "__main__":
    main()
