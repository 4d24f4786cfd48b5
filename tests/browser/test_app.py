"""The app as a person meets it: a real server, a real Chromium."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browsing import enter, opened, settled, train
from tests.support.sections import open_tab
from tests.support.server import Server
from tests.support.trainings import LONG_QUERY

pytestmark = pytest.mark.browser


def _layers(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Layers, from the image to the code")


def test_a_deep_link_as_the_first_request_trains_and_a_reload_finds_the_run(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best&seed=3")
    expect(page.get_by_role("heading", name="Dense autoencoder")).to_be_visible()
    expect(_layers(page)).to_have_value("35-64-32-2")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("3")
    expect(page.get_by_role("img", name="Network 35-64-32-2")).to_be_visible()
    train(page)
    expect(page.get_by_text("Trained just now").first).to_be_visible()
    expect(page.get_by_text("32 of 32", exact=True).first).to_be_visible()
    page.reload()
    expect(page.get_by_text("Found in the store").first).to_be_visible()
    expect(page.get_by_text("32 of 32", exact=True).first).to_be_visible()
    assert "seed=3" in page.url
    page.goto("about:blank")  # nothing is on its way when the server goes
    server.kill()
    server.start()  # tomorrow: another process, the same store
    page.goto(f"{server.url}/dense?preset=font-best&seed=3")
    expect(page.get_by_text("Found in the store").first).to_be_visible()
    open_tab(page, "Replay")


def test_what_is_chosen_under_more_choices_holds_when_they_are_folded_again(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best")
    more = page.get_by_test_id("stExpander").filter(has_text="More choices").locator("summary")
    more.click()
    decay = page.get_by_role("textbox", name="Weight decay")
    enter(decay, "0.001")
    expect(page).to_have_url(re.compile("weight_decay=0.001"))
    settled(page)
    more.click()
    expect(decay).to_be_hidden()
    enter(page.get_by_role("spinbutton", name="Seed"), "5")
    expect(page).to_have_url(re.compile("seed=5"))
    expect(page).to_have_url(re.compile("weight_decay=0.001"))
    page.reload()
    more.click()
    expect(decay).to_have_value("0.001")


def test_stop_and_a_tab_that_comes_back(server: Server, browser: Browser, page: Page) -> None:
    address = f"{server.url}/dense?{LONG_QUERY}"
    page.goto(address)
    train(page)
    progress = page.get_by_text(re.compile(r"Epoch [\d,]+ of 1,000,000")).first  # Streamlit may show old and new
    expect(progress).to_be_visible()
    expect(page.locator(".bench[data-state=training]")).to_be_visible()
    # the page does not freeze while training: another choice is answered
    first = progress.inner_text()
    expect(progress).not_to_have_text(first)
    for other in opened(browser, 800, "light"):  # a second tab joins the same job
        other.goto(address)
        expect(other.get_by_text(re.compile(r"Epoch [\d,]+ of 1,000,000")).first).to_be_visible()
        expect(other.get_by_role("button", name="Train", exact=True)).to_have_count(0)
    page.reload()
    expect(progress).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("stopped by hand").first).to_be_visible()
    expect(page.get_by_role("button", name="Go on training")).to_be_visible()


def test_the_plane_answers_pointer_and_keyboard(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best&seed=4")
    train(page)
    open_tab(page, "Latent plane")
    plane = page.locator(".plane canvas.point")
    expect(plane).to_be_visible()
    settled(page)
    plane.scroll_into_view_if_needed()
    status = page.locator(".plane .bar > span.status")
    plane.hover(position={"x": 200, "y": 150})
    expect(status).to_contain_text(re.compile("nearest|lie together"))
    there = status.inner_text()
    plane.hover(position={"x": 420, "y": 250})
    expect(status).not_to_have_text(there)
    slider = page.get_by_role("slider", name="z₁")
    before = slider.input_value()
    plane.click(position={"x": 150, "y": 150})
    expect(slider).not_to_have_value(before)
    expect(page.locator(".plane .near")).to_contain_text("Decoded. Nearest:")
    plane.focus()
    shown = status.inner_text()
    plane.press("ArrowRight")
    expect(status).not_to_have_text(shown)
    open_tab(page, "Replay")
    replayed = page.locator(".replay .status")
    page.locator(".replay input").evaluate("(e) => { e.value = 0; e.dispatchEvent(new Event('input')); }")
    expect(replayed).to_contain_text("epoch 0")
    page.get_by_role("button", name="Play").click()
    expect(replayed).not_to_contain_text("epoch 0 ")


def test_what_was_typed_survives_a_mistake_and_another_page(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense")
    enter(_layers(page), "36-9-2")
    expect(page.get_by_text("start with 35").first).to_be_visible()
    expect(_layers(page)).to_have_value("36-9-2")
    enter(_layers(page), "35-9-2")
    expect(page.get_by_role("img", name="Network 35-9-2")).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Autoencoder Lab")).to_be_visible()
    page.get_by_role("link", name="Dense autoencoder").first.click()
    expect(_layers(page)).to_have_value("35-9-2")
