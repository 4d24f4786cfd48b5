"""Components drawn from data made here, without a server."""

import base64
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from aelib.ui.components import canvas

_HERE = Path(canvas.__file__).parent


def drawn(browser: Browser, names: tuple[str, ...], html: str, data: Any, dark: bool = True) -> Page:
    """A page with one canvas component. names: of its scripts without the common one, its own last."""
    page = browser.new_page(viewport={"width": 700, "height": 700})
    # the page gets an address of its own: without one, it may not import from its blobs
    page.route("http://127.0.0.1/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://127.0.0.1/")
    background, text = ("#12161f", "#e7eaf0") if dark else ("#fdfdfb", "#1c2331")
    css = f":root {{ --st-text-color: {text} }} body {{ background: {background}; color: {text} }} {canvas._CSS}"
    script = "".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("common", *names))
    address = "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
    page.set_content(f"<style>{css}</style><div id=here>{html}</div>")
    page.evaluate(
        """async ([address, data]) => {
          const { default: draw } = await import(address);
          draw({ data, parentElement: document.getElementById("here"), setStateValue: () => {} });
        }""",
        [address, json.loads(json.dumps(data))],
    )
    return page


def pixel(page: Page, selector: str, x: float, y: float) -> list[int]:
    """Red, green and blue of a canvas at a place in CSS pixels."""
    found: list[int] = page.locator(selector).evaluate(
        "(c, [x, y]) => [...c.getContext('2d').getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data]"
        ".slice(0, 3)",
        [x, y],
    )
    return found
