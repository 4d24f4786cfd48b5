"""The lessons Compression and Restoring digits in a real Chromium."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from aelib.store import Store
from aelib.training import fit
from tests.support.browsing import address, settled, train
from tests.support.sections import open_tab
from tests.support.server import Server
from tests.support.small_lessons import DENOISER, DENOISER_QUERY, LETTERS, LETTERS_QUERY

pytestmark = pytest.mark.browser

TINY = "compression?epochs=2&model.convolution.channels=4-2-1"


def _picture(page: Page, alt: str) -> Locator:
    """The first image whose description contains these words."""
    return page.locator(f"img[alt*='{alt}']").first


def test_letters_are_compressed_by_a_net_trained_here(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/{TINY}")
    train(page)
    expect(page.get_by_text("Trained just now").first).to_be_visible()
    open_tab(page, "Reconstructions")
    shown = _picture(page, ", original").get_attribute("alt")
    page.get_by_role("button", name="Show other images").click()
    expect(_picture(page, ", original")).not_to_have_attribute("alt", shown or "")

    open_tab(page, "Four codes")
    page.get_by_role("button", name="Train the four codes").click()
    expect(page.get_by_text("2x2 · 128 bits")).to_be_visible()
    open_tab(page, "Against JPEG")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text("only the chosen net")).to_have_count(0)
    open_tab(page, "Four codes")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Table as CSV").first.click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert len(lines) == 1 + 12
    page.get_by_text("our networks", exact=True).click()
    expect(page.get_by_role("button", name="Train the four codes")).to_be_visible()


def test_the_slider_changes_the_picture_and_the_maps_are_of_the_image_chosen(server: Server, page: Page) -> None:
    Store(server.home).save(fit(LETTERS, "cpu"))
    page.goto(f"{server.url}/{address('compression', LETTERS_QUERY)}")
    open_tab(page, "Fewer bits")
    slider = page.get_by_role("slider", name="Bits per number")
    four = _picture(page, ", 4 bits per number").get_attribute("src")
    slider.focus()
    slider.press("Home")
    coarse = _picture(page, ", 1 bits per number")
    expect(coarse).to_be_visible()
    assert coarse.get_attribute("src") != four
    expect(page.get_by_text("49 bits", exact=True)).to_be_visible()

    open_tab(page, "Layers")
    maps = page.locator("[data-testid=stImage] img").first
    before = maps.get_attribute("src")
    page.get_by_role("button", name="Next image").click()
    expect(maps).not_to_have_attribute("src", before or "")
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture (PNG)").first.click()
    assert waiting.value.suggested_filename.startswith("encoder-1-")
    picture = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert picture.format == "PNG"
    assert picture.width > 500


def test_other_noise_is_taken_off_at_once(server: Server, page: Page) -> None:
    Store(server.home).save(fit(DENOISER, "cpu"))
    page.goto(f"{server.url}/{address('restoring', DENOISER_QUERY)}")
    open_tab(page, "Noise levels")
    expect(page.get_by_text(re.compile("from the smallest level drawn|from a level of|never")).first).to_be_visible()
    open_tab(page, "Remove noise")
    noisy, restored = _picture(page, "noisy"), _picture(page, "network")
    before = noisy.get_attribute("src"), restored.get_attribute("src")
    slider = page.get_by_role("slider", name="Level")
    slider.focus()
    slider.press("ArrowRight")
    expect(noisy).not_to_have_attribute("src", before[0] or "")
    expect(restored).not_to_have_attribute("src", before[1] or "")
    settled(page)
    _drag(page, slider, noisy, restored)
    settled(page)
    before = noisy.get_attribute("src"), restored.get_attribute("src")
    page.get_by_role("button", name="Draw again").click()
    expect(noisy).not_to_have_attribute("src", before[0] or "")
    slider.focus()
    slider.press("Home")
    expect(page.get_by_text("Without noise, the network can only lose")).to_be_visible()
    settled(page)
    open_tab(page, "What if")
    page.get_by_role("link", name="The same network without batch norm").click()
    expect(page).to_have_url(re.compile("model.batch_norm=false"))
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


def _drag(page: Page, slider: Locator, *pictures: Locator) -> None:
    """Drag a slider to the right: all pictures change several times before it is let go."""
    thumb = page.get_by_test_id("stSliderThumbValue").first
    thumb.scroll_into_view_if_needed()
    box, track = thumb.bounding_box(), page.get_by_test_id("stSlider").first.bounding_box()
    assert box is not None
    assert track is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] + 8  # the value stands above the thumb
    page.mouse.move(x, y)
    page.mouse.down()
    for move in range(1, 4):
        shown, value = [picture.get_attribute("src") or "" for picture in pictures], slider.input_value()
        page.mouse.move(x + move * track["width"] / 12, y)
        assert slider.input_value() != value, "the pointer missed the slider"
        for picture, before in zip(pictures, shown, strict=True):
            expect(picture).not_to_have_attribute("src", before)
    page.mouse.up()
