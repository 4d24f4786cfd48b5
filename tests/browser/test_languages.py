"""Another language in a real browser: chosen by the browser, changed in the menu."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import settled
from tests.support.server import Server

pytestmark = pytest.mark.browser


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
