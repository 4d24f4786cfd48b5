"""The engine of `aelib.browser` in a page of a real Chromium."""

from typing import Any

from playwright.sync_api import Browser, Page

from aelib.browser.modules import LINK, modules


def opened(browser: Browser) -> Page:
    """An empty page whose `engine` has what all modules of the engine export."""
    page = browser.new_page()
    # an address of its own: a page without one may not start workers from its blobs
    page.route("http://127.0.0.1/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.evaluate(
        "async (modules) => { const addresses = (" + LINK + ")(modules); window.addresses = addresses;"
        " const found = await Promise.all(Object.keys(addresses).filter((name) => name !== 'worker.js')"
        ".map((name) => import(addresses[name]))); window.engine = Object.assign({}, ...found); }",
        modules(),
    )
    return page


TRAIN = """([description, epochs]) => {
  const trainer = engine.Trainer.of(description);
  return epochs.map((epoch) => {
    while (trainer.epochs < epoch) trainer.epoch();
    return trainer.evaluate().loss;
  });
}"""


def losses(page: Page, description: Any, epochs: list[int]) -> list[float]:
    """The training losses after these epochs."""
    found: list[float] = page.evaluate(TRAIN, [description, epochs])
    return found


FORWARD = """(description) => {
  const { codes, outputs } = engine.Trainer.of(description).evaluate();
  return [[...codes], [...outputs]];
}"""
