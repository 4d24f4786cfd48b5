"""The lessons Colour and Super-resolution in a real Chromium."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from aelib.experiment import resolve
from aelib.store import Store
from aelib.training import fit
from tests.support.browsing import address, train
from tests.support.sections import open_tab
from tests.support.server import Server
from tests.support.small_lessons import COLOUR, COLOUR_QUERY, SHARP, SHARP_QUERY

pytestmark = pytest.mark.browser


def _picture(page: Page, alt: str) -> Locator:
    """The first image whose description contains these words."""
    return page.locator(f"img[alt*='{alt}']").first


def test_house_numbers_are_learnt_looked_at_and_timed(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/{address('colour', COLOUR_QUERY)}")
    train(page)
    expect(page.get_by_text("Trained just now").first).to_be_visible()
    open_tab(page, "In and out")
    shown = _picture(page, ", original").get_attribute("alt")
    page.get_by_role("button", name="Other images").click()
    expect(_picture(page, ", original")).not_to_have_attribute("alt", shown or "")
    expect(_picture(page, ", reconstructed")).to_be_visible()
    open_tab(page, "Layers")
    expect(page.locator("[data-testid=stImage] img")).to_have_count(len(resolve(COLOUR).architecture.steps))
    open_tab(page, "CPU and GPU")
    page.get_by_role("button", name="Measure on CPU").click()
    expect(page.get_by_text(re.compile("measurements of 2 epochs of 1,800 images"))).to_be_visible()
    bars = page.locator(".js-plotly-plot").last
    expect(bars.locator(".legendtext, .gtitle, .bars .point").first).to_be_visible()
    expect(bars.get_by_text("images a second")).to_be_visible()


def test_a_patch_is_zoomed_and_a_picture_of_ones_own_enlarged(server: Server, page: Page, tmp_path: Path) -> None:
    Store(server.home).save(fit(SHARP, "cpu"))
    page.goto(f"{server.url}/{address('super_resolution', SHARP_QUERY)}")
    open_tab(page, "Zoom")
    slider = page.get_by_role("slider", name="Patch")
    zoomed = page.locator("img[alt='this net']")
    before = zoomed.get_attribute("src")
    slider.focus()
    slider.press("ArrowRight")
    expect(zoomed).not_to_have_attribute("src", before or "")
    open_tab(page, "Own picture")

    rows, columns = np.mgrid[:30, :40]
    pixels = np.stack([rows * 8, columns * 6, rows + columns], axis=-1).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "me.png")
    page.get_by_test_id("stFileUploaderDropzoneInput").last.set_input_files(tmp_path / "me.png")
    expect(page.get_by_text("40x30 pixels become 80x60.")).to_be_visible()
    page.get_by_role("button", name="Enlarge it").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="The enlarged picture (PNG)").click()
    large = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert (large.format, large.size) == ("PNG", (80, 60))
    apart = np.abs(np.asarray(large.convert("RGB").resize((40, 30), Image.Resampling.BOX)).astype(int) - pixels)
    assert apart.mean() < 30, "it is this picture"
    expect(page).to_have_url(re.compile("preset=photographs-3-best"))
