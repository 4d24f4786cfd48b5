"""The bench of a lesson in a real Chromium: on the first screen, alive while a net learns, the same element
throughout."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import PHONE, enter, opened, settled, train
from tests.support.patience import PATIENCE
from tests.support.sections import open_tab
from tests.support.server import Server
from tests.support.trainings import LONG_QUERY

pytestmark = pytest.mark.browser

QUICK = {
    "dense": "preset=font-best&epochs=200",
    "denoising": "preset=font-denoise-best&epochs=200",
    "emoji": "preset=emoji-best&epochs=50",
    "digits": "preset=digits-vae&epochs=3&snapshots=0-3",
    "compression": "preset=letters-7x7&epochs=1&batch_size=256",
    "restoring": "preset=digits-denoise&epochs=2",
    "colour": "preset=house-numbers-autoencoder&epochs=1&model.convolution.channels=4-4-2",
    "super_resolution": "preset=photographs-3&epochs=1&model.convolution.channels=2-2",
    "lab": "preset=font-best&epochs=201",
}


def _state(page: Page, state: str) -> None:
    expect(page.locator(f".bench[data-state={state}]")).to_be_visible()


def _bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_figures_and_picture_are_on_the_first_screen(server: Server, browser: Browser) -> None:
    for page in opened(browser, 1280, "light"):
        page.set_viewport_size({"width": 1280, "height": 800})
        for lesson, query in QUICK.items():
            page.goto(f"{server.url}/{lesson}?{query}")
            train(page)
            _state(page, "trained")
            settled(page)
            expect(page.get_by_test_id("stMetricValue").first).to_be_in_viewport()
            for part in (".bench canvas.sheet", ".bench canvas.curve"):
                assert _bottom(page, part) <= 800, (lesson, part)
            assert page.evaluate("document.querySelector('.stMain').scrollTop") == 0


def test_the_picture_lives_while_a_net_learns_and_stays_the_same_element(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?{LONG_QUERY}")
    _state(page, "untrained")
    page.evaluate(f"window.bench = {_FIND}")
    assert page.evaluate("window.bench !== null")
    train(page)
    _state(page, "training")
    bench = page.locator(".bench")
    for _ in range(3):  # several pictures, of later and later epochs
        epoch = bench.get_attribute("data-epoch") or ""
        expect(bench).not_to_have_attribute("data-epoch", epoch)
        assert int(bench.get_attribute("data-epoch") or 0) > int(epoch or 0)
    page.get_by_role("button", name="Stop training").click()
    _state(page, "trained")
    expect(page.get_by_text("stopped by hand").first).to_be_visible()
    assert page.evaluate("window.bench.isConnected"), "it was made anew"
    settled(page)
    epochs = page.get_by_role("spinbutton", name="Epochs", exact=True)
    stopped_at = int(epochs.input_value())
    page.wait_for_url(re.compile(f"epochs={stopped_at}(&|$)"))
    page.get_by_role("button", name="Go on training").click()
    enter(page.get_by_role("spinbutton", name="More epochs"), "200")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(epochs).to_have_value(str(stopped_at + 200))
    _state(page, "trained")
    expect(page.get_by_text("Trained just now").first).to_be_visible()
    page.wait_for_url(re.compile(f"epochs={stopped_at + 200}(&|$)"))
    page.go_back()
    expect(epochs).to_have_value(str(stopped_at))
    expect(page.get_by_text("Found in the store").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


# Streamlit puts a component into a shadow root
_FIND = """(() => { for (const e of document.querySelectorAll('*')) {
  const found = e.shadowRoot && e.shadowRoot.querySelector('.bench'); if (found) return found; } return null; })()"""


def test_an_image_is_named_under_the_pointer_and_by_the_keyboard(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best&epochs=202")
    train(page)
    _state(page, "trained")
    settled(page)
    sheet, about = page.locator(".bench canvas.sheet"), page.locator(".bench .about")
    sheet.hover(position={"x": 130, "y": 20})
    expect(about).to_contain_text("wrong pixel")
    expect(about).to_contain_text("code (")
    first = about.inner_text()
    sheet.focus()
    sheet.press("ArrowRight")
    expect(about).not_to_have_text(first)
    label = sheet.get_attribute("aria-label") or ""
    assert "The net at epoch 202." in label
    assert about.inner_text() in label


def test_the_open_tab_is_in_the_address_and_opens_again(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best&epochs=203")
    train(page)
    _state(page, "trained")
    open_tab(page, "Path")
    page.wait_for_url("**tab=Path**")
    slider = page.get_by_role("slider", name="Images on the path")
    slider.focus()
    slider.press("End")
    expect(page.locator("img[alt=step]")).to_have_count(58)  # 60 with both ends
    page.reload()
    expect(page.get_by_role("tab", name="Path", exact=True)).to_have_attribute("aria-selected", "true")
    open_tab(page, "Errors")
    open_tab(page, "Path")
    expect(page.get_by_role("slider", name="Images on the path")).to_be_visible()


@pytest.mark.parametrize(("agent", "epochs"), [(PHONE, 204), (None, 205)], ids=["phone", "narrow window"])
def test_on_a_phone_preset_and_train_are_on_the_first_screen(
    server: Server, browser: Browser, agent: str | None, epochs: int
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, user_agent=agent, has_touch=True)
    context.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    page = context.new_page()
    page.goto(f"{server.url}/dense?preset=font-best&epochs={epochs}")
    button = page.get_by_role("button", name="Train", exact=True)
    expect(button).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("combobox", name="Start from")).to_be_in_viewport(ratio=1)
    layers = page.get_by_role("textbox", name="Layers, from the image to the code")
    expect(layers).not_to_be_visible()
    page.get_by_text("Choices", exact=True).click()
    expect(layers).to_be_visible()
    page.get_by_text("Choices", exact=True).click()
    expect(layers).not_to_be_visible()  # what folds moves the button under the pointer
    settled(page)
    train(page)
    _state(page, "trained")
    settled(page)
    assert _bottom(page, ".bench canvas.curve") <= 2 * 844
    # the next page is drawn for this width from the start, so that nothing moves while somebody types
    assert {"aelib_narrow": "1"}.items() <= {one["name"]: one["value"] for one in context.cookies()}.items()
    context.close()
