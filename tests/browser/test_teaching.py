"""A teacher's link in a real browser: fixed controls, a task that is met, and the link's QR code."""

import io
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import enter, opened, settled, train
from tests.support.server import Server

pytestmark = pytest.mark.browser

LINK = "dense?preset=font-best&epochs=1000&lock=epochs,optimizer.kind&hide=more&task=learnt>=30;parameters<=99999"


def _sideways(page: Page) -> int:
    return int(
        page.evaluate(
            "(() => { const m = document.querySelector('.stMain'); return m.scrollWidth - m.clientWidth; })()"
        )
    )


def test_a_class_opens_its_teachers_link_and_meets_the_task(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/{LINK}")
    expect(page.get_by_text("Reach at least 30 of 32 with at most 99,999 parameters.").first).to_be_visible()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    expect(epochs).to_be_disabled()
    expect(epochs).to_have_value("1000")
    expect(page.get_by_text("Fixed by your teacher's link: Epochs, Optimiser.").first).to_be_visible()
    expect(page.get_by_text("More choices")).to_have_count(0)
    seed = page.get_by_role("spinbutton", name="Seed")
    enter(seed, "3")
    page.wait_for_url(re.compile("seed=3"))
    settled(page)
    train(page)
    expect(page.get_by_text("Task met.").first).to_be_visible()
    expect(page.get_by_text("asked: at least 30").first).to_be_visible()
    assert "lock=" in page.url
    page.reload()
    expect(page.get_by_text("Task met.").first).to_be_visible()
    expect(epochs).to_be_disabled()
    expect(seed).to_have_value("3")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_popover_makes_a_link_with_a_code_that_fits(
    server: Server, browser: Browser, width: int, scheme: str
) -> None:
    for page in opened(browser, width, scheme):
        page.goto(f"{server.url}/{LINK}")
        if width <= 640:  # once the window has said that it is narrow, the choices fold
            expect(page.get_by_text("Choices", exact=True)).to_be_visible()
        else:
            expect(page.get_by_role("spinbutton", name="Epochs")).to_be_disabled()
        settled(page)
        assert _sideways(page) <= 1, "the page scrolls sideways"
        page.get_by_role("button", name="For the class").click()
        code = page.get_by_role("img", name="QR code of the link")
        expect(code).to_be_visible()
        code.scroll_into_view_if_needed()
        box = code.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width, "the code is cut off"
        assert box["width"] == pytest.approx(box["height"], abs=2)
        assert box["width"] >= min(400, 0.7 * width), "too small for the last row"
        # dark on white, whatever the theme: the corner is the quiet zone
        from PIL import Image

        picture = Image.open(io.BytesIO(code.screenshot())).convert("L")
        assert picture.getpixel((4, 4)) > 250
        assert picture.getextrema()[0] < 20
        assert _sideways(page) <= 1, "the popover makes the page scroll sideways"
        made = page.get_by_test_id("stPopoverBody").locator("code").last
        expect(made).to_contain_text("lock=epochs,optimizer.kind&hide=more&task=learnt")
        with page.expect_download() as download:
            page.get_by_role("button", name="QR code as PNG").click()
        assert Image.open(download.value.path()).size[0] >= 600
