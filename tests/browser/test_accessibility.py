"""axe-core finds nothing serious on our pages, and every canvas says what it shows and answers the keyboard."""

from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, TimeoutError, expect

from aelib.store import Store
from aelib.training import Run
from tests.support.browsing import opened, settled
from tests.support.server import Server

pytestmark = pytest.mark.browser

# Streamlit's own, with the reason why it stays
STREAMLITS = {
    # its sidebar scrolls, and can be focused only once its links are there
    ("scrollable-region-focusable", "stSidebarContent"),
}
PATHS = ("", "classroom?lang=es", "live", "activations", "convolution", "training", "why_variational")
TABS = ("Latent plane", "Path", "Replay", "Look inside", "Hand in")
# role, name and reach of all canvases, also those in shadow roots; Streamlit's tables draw on canvases of their own
CANVASES = """() => {
  const found = [], walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      const ours = one.tagName === "CANVAS" && !one.closest("button, [data-testid=stDataFrame]") && one.offsetParent;
      if (ours && !(one.getAttribute("role") === "img" && one.getAttribute("aria-label"))) found.push(one.outerHTML);
      if (ours && one.classList.contains("point") && one.tabIndex !== 0) found.push("no keyboard: " + one.outerHTML);
      if (one.shadowRoot) walk(one.shadowRoot);
    }
  };
  walk(document);
  return found;
}"""


def _problems(page: Page) -> list[str]:
    """Serious and critical violations of ours, and canvases without a name or a keyboard."""
    found = [str(one) for one in page.evaluate(CANVASES)]
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                if not any(violation["id"] == rule and part in node["html"] for rule, part in STREAMLITS):
                    found.append(f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary')}")
    return found


def _lasting_problems(page: Page) -> list[str]:
    """What is found again and again: Streamlit pales a page that is drawn once more, and pale text lacks contrast."""
    for _ in range(10):
        settled(page)
        if not (found := _problems(page)):
            return []
        page.wait_for_timeout(1000)
    return found


def _named(page: Page) -> None:
    """Wait until every canvas has its name: Streamlit puts a component's HTML in place before it loads the script that
    knows the name in the page's language."""
    with suppress(TimeoutError):
        page.wait_for_function(f"({CANVASES})().length === 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_violation(server: Server, browser: Browser, font_run: Run, scheme: str) -> None:
    Store(server.home).save(font_run)
    lesson = f"dense?preset=font-best&epochs={font_run.experiment.epochs}&tab="
    for page in opened(browser, 1280, scheme):
        wrong = {}
        for path in (*PATHS, *(f"{lesson}{tab}" for tab in TABS)):
            page.goto(f"{server.url}/{path}")
            expect(page.locator("h1").first).to_be_visible()
            settled(page)
            if path.startswith(lesson):
                expect(page.get_by_text("Found in the store").first).to_be_visible()
            _named(page)
            wrong[path] = _lasting_problems(page)
        assert not any(wrong.values()), {path: found for path, found in wrong.items() if found}
