"""Every page in every language, light and dark, at a projector's and a phone's width, empty and with a run: no exception, nothing serious for
axe-core, every canvas named and reachable, and no text cut off."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, TimeoutError, expect

from aelib.core.language import LANGUAGES
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import Run, fit
from tests.support.browsing import address, opened, settled
from tests.support.sections import open_tab
from tests.support.server import ROOT, Server
from tests.support.small_lessons import (
    COLOUR,
    COLOUR_QUERY,
    DENOISER,
    DENOISER_QUERY,
    LETTERS,
    LETTERS_QUERY,
    SHARP,
    SHARP_QUERY,
    VARIATIONAL,
    VARIATIONAL_QUERY,
)

pytestmark = pytest.mark.browser

PAGES = ("", *sorted(page.stem for page in Path(ROOT, "pages").glob("*.py")))
FONT = {"preset": "font-best", "epochs": "60"}  # the fixture font_run
EMOJI = {"preset": "emoji-best", "epochs": "20"}
EMOJI_RUN = presets.get("emoji-best").with_values({"epochs": 20})
TRAINED = (  # lessons with a run, and the tabs of each that are the widest
    ("dense", FONT, ("Replay", "Latent plane")),
    ("emoji", EMOJI, ("Twenty seeds",)),
    ("digits", VARIATIONAL_QUERY, ("New digits",)),
    ("compression", LETTERS_QUERY, ("Layers",)),
    ("restoring", DENOISER_QUERY, ("What if",)),
    ("colour", COLOUR_QUERY, ("CPU and GPU",)),
    ("super_resolution", SHARP_QUERY, ("Own picture",)),
)
TABS = ("Latent plane", "Path", "Replay", "Look inside", "Hand in")  # of the dense lesson
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
# Streamlit's own, with the reason why it stays
STREAMLITS = {
    # its sidebar scrolls, and can be focused only once its links are there
    ("scrollable-region-focusable", "stSidebarContent"),
}
# role, name and reach of all canvases, also those in shadow roots; Streamlit's tables and Plotly draw on their own
CANVASES = """() => {
  const found = [], walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      const ours = one.tagName === "CANVAS" && !one.closest("button, [data-testid=stDataFrame], .js-plotly-plot") && one.offsetParent;
      if (ours && !(one.getAttribute("role") === "img" && one.getAttribute("aria-label"))) found.push(one.outerHTML);
      if (ours && one.classList.contains("point") && one.tabIndex !== 0) found.push("no keyboard: " + one.outerHTML);
      if (one.shadowRoot) walk(one.shadowRoot);
    }
  };
  walk(document);
  return found;
}"""
# labels that are wider than their box, and a page that scrolls sideways
CUT_OFF = """() => {
  const found = [...document.querySelectorAll('.stMain button p, .stMain label p, .stMain [role=tab] p')]
    .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent);
  const main = document.querySelector('.stMain');
  return main.scrollWidth > main.clientWidth + 1 ? [...found, 'the page'] : found;
}"""
# whether the page has taken over the scheme
IS_DARK = """(dark) => {
  const [red] = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor.match(/\\d+/g);
  return (red < 128) === dark;
}"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, font_run: Run) -> Iterator[Server]:
    """One server for all pages, with runs in its store."""
    running = Server(tmp_path_factory.mktemp("every_page") / "server")
    Store(running.home).save(font_run)
    for experiment in (EMOJI_RUN, VARIATIONAL, LETTERS, DENOISER, COLOUR, SHARP):
        Store(running.home).save(fit(experiment, "cpu"))
    yield running
    running.kill()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everyone(full: Server, browser: Browser, name: str) -> None:
    """In one browser, which is handed from person to person: what Streamlit's scripts take is paid once."""
    for page in opened(browser, WIDTHS[0], SCHEMES[0]):
        found: list[str] = []
        for language in LANGUAGES:
            page.goto(f"{full.url}/{name}?lang={language}")
            found += [f"{language}: {fault}" for fault in _faults(page, WIDTHS, SCHEMES)]
        assert found == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("tab", TABS)
def test_a_tab_can_be_read_by_everyone(full: Server, browser: Browser, font_run: Run, tab: str, scheme: str) -> None:
    for page in opened(browser, WIDTHS[0], scheme):
        page.goto(f"{full.url}/dense?preset=font-best&epochs={font_run.experiment.epochs}&tab={tab}")
        expect(page.get_by_text("Found in the store").first).to_be_visible()
        assert list(_faults(page, WIDTHS[:1], [scheme])) == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1920, "dark")])
@pytest.mark.parametrize(("lesson", "query", "tabs"), TRAINED, ids=[lesson for lesson, *_ in TRAINED])
def test_a_lesson_with_a_run_fits_a_phone_and_a_projector(
    full: Server, browser: Browser, lesson: str, query: dict[str, str], tabs: tuple[str, ...], width: int, scheme: str
) -> None:
    for page in opened(browser, width, scheme):
        page.goto(f"{full.url}/{address(lesson, query)}")
        expect(page.get_by_text("Found in the store").first).to_be_visible()
        for tab in tabs:
            open_tab(page, tab)
            settled(page)
            assert _lasting(page, _cut_off) == []


def _faults(page: Page, widths: Iterable[int], schemes: Iterable[str]) -> Iterator[str]:
    """What is wrong with the open page, at these widths; axe-core judges the first, in each of these schemes."""
    expect(page.locator("h1").first).to_be_visible()
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        if width == WIDTHS[0]:
            with suppress(TimeoutError):  # a component's HTML is there before the script that knows its name
                page.wait_for_function(f"({CANVASES})().length === 0")
            for scheme in schemes:
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.wait_for_function(IS_DARK, arg=scheme == "dark")
                yield from (f"{scheme}: {text}" for text in _lasting(page, _violations))
        yield from (f"{width} px, cut off: {text}" for text in _lasting(page, _cut_off))
    yield from (f"exception: {text}" for text in page.locator(".stException").all_text_contents())


def _lasting(page: Page, find: Callable[[Page], list[str]]) -> list[str]:
    """What is found again and again: Streamlit pales a page that is drawn once more, and pale text lacks contrast; a
    chart takes its new width a moment after the page."""
    found: list[str] = []
    for _ in range(10):
        settled(page)
        if not (found := find(page)):
            return []
        page.wait_for_timeout(1000)
    return found


def _cut_off(page: Page) -> list[str]:
    return [str(text) for text in page.evaluate(CUT_OFF)]


def _violations(page: Page) -> list[str]:
    """Serious and critical violations of ours, and canvases without a name or a keyboard."""
    found = [str(one) for one in page.evaluate(CANVASES)]
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                if not any(violation["id"] == rule and part in node["html"] for rule, part in STREAMLITS):
                    found.append(f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary')}")
    return found
