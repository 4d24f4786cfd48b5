"""Another language in a real browser: chosen by the browser, changed in the menu, and without a text that is cut off."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import patient_context, settled
from tests.support.server import Server

pytestmark = pytest.mark.browser

# labels that are wider than their box, and a page that scrolls sideways
CUT_OFF = """() => {
  const found = [...document.querySelectorAll('.stMain button p, .stMain label p, .stMain [role=tab] p')]
    .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent);
  const main = document.querySelector('.stMain');
  return main.scrollWidth > main.clientWidth + 1 ? [...found, 'the page'] : found;
}"""


def test_the_browser_and_the_menu_choose_the_language(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="es-AR")
    page = context.new_page()
    page.goto(f"{server.url}/dense?preset=font-best")
    expect(page.get_by_role("heading", name="Autoencoder denso")).to_be_visible()
    settled(page)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.locator(".st-key-language-menu").get_by_role("combobox").click()
    page.get_by_role("option", name="Português (Brasil)").click()
    expect(page.get_by_role("button", name="Treinar", exact=True)).to_be_visible()
    page.wait_for_url(re.compile("lang=pt-BR"))
    assert "preset=font-best" in page.url
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(page.locator(".stException")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_no_text_is_cut_off(server: Server, browser: Browser, width: int) -> None:
    context = patient_context(browser, width)
    page: Page = context.new_page()
    for name in ("", "dense", "compression", "sweeps", "runs"):
        for code in ("es", "pt-BR"):
            page.goto(f"{server.url}/{name}?lang={code}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            settled(page)
            assert page.evaluate(CUT_OFF) == [], f"{name} in {code}"
    context.close()
