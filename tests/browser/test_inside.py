"""Look inside in a real Chromium: the snapshots of a training, and its charts."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import settled
from tests.support.patience import wait_until
from tests.support.sections import open_tab
from tests.support.server import Server

pytestmark = pytest.mark.browser


def test_the_inside_goes_through_the_snapshots_and_no_legend_lies_on_its_curves(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/denoising?preset=font-denoise-best&epochs=200")
    page.get_by_role("button", name="Train", exact=True).click()
    open_tab(page, "Look inside")
    expect(page.get_by_text("Units that do not learn, over training")).to_be_visible()
    loss = page.get_by_text("the gradient of this image's loss")
    trained = loss.inner_text()
    page.get_by_role("slider", name="The net after this many epochs").press("Home")
    wait_until(lambda: loss.inner_text() != trained, "the net before training")
    settled(page)
    charts = page.locator(".js-plotly-plot")
    expect(charts).to_have_count(3)
    for i in (1, 2):
        legend, plot = (charts.nth(i).locator(name).first.bounding_box() for name in ("g.legend", ".nsewdrag"))
        assert legend is not None
        assert plot is not None
        assert legend["y"] + legend["height"] <= plot["y"] + 6  # its padding may
