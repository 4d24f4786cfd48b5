"""The page Live in a real Chromium: alive when it opens, and without its server."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from aelib.core.language import _, speaking
from tests.support.browsing import patient_context
from tests.support.patience import wait_until
from tests.support.server import Server

pytestmark = pytest.mark.browser


def _epochs(page: Page) -> int:
    return int(page.locator(".live").get_attribute("data-epochs") or 0)


def test_a_network_learns_is_changed_is_kept_and_learns_on_without_the_server(
    own_server: Server, browser: Browser
) -> None:
    page = patient_context(browser).new_page()  # without the fixture's complaints: the server that stops is missed
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{own_server.url}/live")
    live = page.locator(".live")
    wait_until(lambda: _epochs(page) > 50, "the fiftieth epoch")
    live.get_by_label("Rate").select_option("0.003")
    live.get_by_role("button", name="One neuron more in layer 2").click()
    expect(page).to_have_url(re.compile(r"model\.layers=35-64-33-2.*optimizer\.learning_rate=0\.003"))
    live.get_by_role("button", name="Undo").click()
    expect(page).not_to_have_url(re.compile(r"model\.layers"))
    live.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The server trains this experiment")).to_be_visible()
    expect(page.get_by_role("link", name="Open the kept experiment in its lesson")).to_be_visible()
    live.get_by_role("button", name="Pause").click()
    live.get_by_role("button", name="One epoch").click()
    for part in ("net", "points", "curve", "pairs", "look"):
        box = live.locator(f"canvas.{part}").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800, part

    net, edge = live.locator("canvas.net"), live.locator(".edge")
    expect(edge).to_be_hidden()
    net.focus()
    net.press("ArrowDown")
    expect(edge).to_contain_text("Weight from pixel 2 to neuron 1 of layer 1:")
    edge.get_by_role("slider").press("End")
    expect(edge.locator("output")).to_have_text("8.000")
    live.get_by_label("Batch norm").select_option("true")
    live.get_by_role("button", name="One epoch").click()
    expect(page).to_have_url(re.compile(r"model\.batch_norm=True|model\.batch_norm=true"))
    live.get_by_role("button", name="Undo").click()
    expect(page).not_to_have_url(re.compile(r"batch_norm"))
    live.get_by_label(re.compile(r"^Batch\b(?! norm)")).select_option("8")
    expect(page).to_have_url(re.compile(r"batch_size=8"))
    wait_until(lambda: live.get_attribute("data-part") == "0", "the whole epoch")
    before = _epochs(page)
    for part in ("0.25", "0.5", "0.75", "0"):
        live.get_by_role("button", name="One step").click()
        expect(live).to_have_attribute("data-part", part)
    assert _epochs(page) == before + 1
    drawn = live.locator("canvas.look")
    picture = drawn.screenshot()
    drawn.focus()
    drawn.press("Enter")
    wait_until(lambda: drawn.screenshot() != picture, "the pixel")

    page.on("console", lambda message: None)
    own_server.kill()
    before = _epochs(page)
    live.get_by_role("button", name="Play").evaluate("(button) => button.click()")  # Streamlit's own message lies above
    wait_until(lambda: _epochs(page) > before + 50, "an epoch without the server")
    assert problems == []
    page.context.close()


def test_a_rate_that_diverges_is_said_and_mended_by_a_restart(server: Server, page: Page) -> None:
    page.goto(
        f"{server.url}/live?preset=font-20-10&model.output_activation=identity&optimizer.kind=sgd"
        "&optimizer.learning_rate=100&model.hidden_activation=relu"
    )
    live = page.locator(".live")
    expect(live.get_by_role("alert")).to_contain_text("no longer a finite number")
    live.get_by_label("Rate").select_option("0.01")
    live.get_by_role("button", name="Restart with another seed").click()
    wait_until(lambda: _epochs(page) > 20, "the twentieth epoch")
    expect(live.get_by_role("alert")).to_be_empty()


@pytest.mark.parametrize("language", ["es", "pt-BR"])
def test_it_speaks_the_language_of_the_session_and_fits_on_the_screen(
    server: Server, browser: Browser, language: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server.url}/live?lang={language}")
    live = page.locator(".live")
    wait_until(lambda: _epochs(page) > 2, "the second epoch")
    with speaking(language):
        live.get_by_role("button", name=_("Pause"), exact=True).click()
        expect(live.locator("canvas.curve")).to_have_attribute("aria-label", _("The loss over the epochs"))
        live.get_by_role("button", name=_("One neuron less in the code")).click()
        expect(live.locator(".status")).to_contain_text(re.compile(r"\d,\d"))
    expect(page).to_have_url(re.compile(rf"model\.layers=35-64-32-1.*lang={language}"))
    expect(page.locator(".stAlert")).to_have_count(0)
    for part in ("net", "points", "curve", "pairs", "look"):
        box = live.locator(f"canvas.{part}").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800, part
    page.get_by_test_id("stSidebar").get_by_role("combobox").first.click()
    page.get_by_role("option", name="English").click()
    expect(live.get_by_role("button", name="One step")).to_be_visible()
    expect(live.get_by_role("button", name="One neuron more in the code")).to_be_visible()
    expect(live.locator(".status")).to_contain_text("learnt")
    page.close()
