"""What a language costs: the scripts of all pages in each language, and a change in the menu beside a page that is
drawn again in the same language, in Chromium. Needs requirements-dev.txt."""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from streamlit.testing.v1 import AppTest

from aelib.core.language import ENGLISH, LANGUAGES, speaking
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from tests.support import chromium
from tests.support.server import Server

from .machine import table, write

ROOT = Path(__file__).parents[1]
NAMES = sorted(file.stem for file in (ROOT / "pages").glob("*.py"))
TIMES = 9
_STILL = """() => !document.querySelector('[data-stale=true]') &&
  document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"""


def scripts() -> dict[str, dict[str, float]]:
    """Page -> language -> seconds of processor time of its script; median of rounds in which the languages take
    turns."""
    found = {}
    for name in NAMES:
        apps = {language: _opened(name, language) for language in LANGUAGES}
        seconds: dict[str, list[float]] = {language: [] for language in LANGUAGES}
        for _ in range(TIMES):
            for language, app in apps.items():
                with speaking(language):  # AppTest asks for the labels of choices outside the session
                    start = time.process_time()
                    app.run()
                    seconds[language].append(time.process_time() - start)
        found[name] = {language: statistics.median(each) for language, each in seconds.items()}
    return found


def _opened(name: str, language: str) -> AppTest:
    """A page that was drawn twice."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=600)
    app.query_params["lang"] = language
    with speaking(language):
        app.switch_page(f"pages/{name}.py").run()
        app.run()
    if app.exception:
        raise RuntimeError(f"{name} in {language}: {app.exception[0].value}")
    return app


def changes(home: Path) -> tuple[list[float], list[float]]:
    """Seconds until a page stands still: drawn again by Streamlit's own key for that, and in another language."""
    server = Server(home)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
            page.goto(f"{server.url}/dense?preset=font-best")
            page.get_by_test_id("stMetric").first.wait_for(timeout=60_000)
            again, changed = [], []
            for time_ in range(2 * (TIMES + 1)):
                page.wait_for_function(_STILL)
                page.wait_for_timeout(700)
                again.append(_again(page))
                page.wait_for_timeout(700)
                changed.append(_change(page, *(("es", "Español") if time_ % 2 == 0 else ("en", "English"))))
            browser.close()
    finally:
        server.stop()
    return again[2:], changed[2:]  # the first of each language warms


def _again(page: Page) -> float:
    page.evaluate("document.activeElement.blur()")
    page.evaluate(
        "() => { window.ran = false; new MutationObserver(() => { window.ran = true; }).observe("
        "document.querySelector('.stApp'), {attributes: true, attributeFilter: ['data-test-script-state']}); }"
    )
    start = time.perf_counter()
    page.keyboard.press("r")
    page.wait_for_function(f"() => window.ran && ({_STILL})()", polling=10)
    return time.perf_counter() - start


def _change(page: Page, code: str, name: str) -> float:
    page.locator(".st-key-language-menu").get_by_role("combobox").click()
    option = page.get_by_role("option", name=name)
    option.wait_for()
    start = time.perf_counter()
    option.click()
    page.wait_for_function(f"(code) => document.documentElement.lang === code && ({_STILL})()", arg=code, polling=10)
    return time.perf_counter() - start


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AELIB_HOME"] = folder
        Store().save(fit(presets.get("font-best"), "cpu"))
        found = scripts()
        again, changed = (statistics.median(each) for each in changes(Path(folder)))
    others = [language for language in LANGUAGES if language != ENGLISH]
    rows = [
        [name, f"{1000 * each[ENGLISH]:.0f}", *(f"{each[language] / each[ENGLISH]:.3f}" for language in others)]
        for name, each in sorted(
            found.items(), key=lambda item: -max(item[1][one] / item[1][ENGLISH] for one in others)
        )
    ]
    together = {language: sum(each[language] for each in found.values()) for language in LANGUAGES}
    total = ", ".join(
        f"{together[language] / together[ENGLISH]:.3f} in {LANGUAGES[language].name}" for language in others
    )
    body = (
        f"Processor time of a page's script, drawn again; median of {TIMES} rounds in which the languages take turns, "
        f"as a ratio to English. All pages together: {total}.\n\n"
        + table(["page", "ms in English", *(LANGUAGES[language].name for language in others)], rows)
        + f"\n\nIn Chromium, the lesson on dense nets with a stored run stands still {again:.3f} s after it is drawn "
        f"again in the same language, and {changed:.3f} s after another language is chosen in the menu: "
        f"{changed - again:.3f} s more. Median of {2 * TIMES}."
    )
    write("language", "What a language costs", body)


if __name__ == "__main__":
    main()
