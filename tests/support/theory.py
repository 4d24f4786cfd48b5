"""A part of a theory page in an empty page of a real Chromium, without a server."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, Page

from aelib.ui.theory import parts

_STYLE = ":root { --st-text-color: #1c2331; --st-background-color: #fdfdfb; --st-border-color: #d9dde5 }"
# What is written on canvases is kept: `window.written`.
_WRITTEN = """() => {
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  window.written = [];
  CanvasRenderingContext2D.prototype.fillText = function (text, ...more) { window.written.push(text); fillText.call(this, text, ...more); };
}"""


def mounted(browser: Browser, name: str, given: Mapping[str, Any], still: bool = True, **data: Any) -> Page:
    """The page, whose `.theory` has the part. still: as for a person who asks for less motion; data: in place of what the
    app gives, such as texts and language."""
    page = browser.new_page(
        viewport={"width": 900, "height": 900}, reduced_motion="reduce" if still else "no-preference"
    )
    page.route("http://127.0.0.1/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.set_content(f"<style>{_STYLE}</style><div id=here><div class='ae theory'></div></div>")
    page.evaluate(_WRITTEN)
    page.evaluate(
        """async ([loader, data]) => {
          const address = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
          const { default: start } = await import(address);
          await start({ data, parentElement: document.getElementById("here") });
        }""",
        [parts.LOADER, {**parts.data(name, given), **data}],
    )
    return page


def module(page: Page, name: str, body: str, *arguments: Any) -> Any:
    """The result of `body`, a function of (module, arguments); module: what NAME.js exports."""
    return page.evaluate(
        """async ([modules, name, body, given]) => {
          const addresses = {};
          for (const [file, text] of modules) {
            const source = text.replace(/from "\\.\\/(\\w+\\.js)"/g, (_, other) => `from "${addresses[other]}"`);
            addresses[file] = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          }
          return (0, eval)(`(${body})`)(await import(addresses[name]), ...given);
        }""",
        [parts.texts(name), f"{name}.js", body, list(arguments)],
    )
