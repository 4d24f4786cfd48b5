"""Takes the README's screenshot from the app that serves at the address given: `python -m tests.support.screenshot URL`."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support import chromium

FILE = Path(__file__).parents[2] / "aelib" / "ui" / "screenshot.png"


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1360, "height": 1240})
        page.goto(f"{url}/dense?preset=font-25-15")
        page.get_by_text("More choices").wait_for(timeout=60_000)
        train = page.get_by_role("button", name="Train", exact=True)
        page.wait_for_timeout(1500)
        if train.count():
            train.click()
        plane = page.locator(".plane canvas")
        plane.wait_for(timeout=60_000)
        page.wait_for_timeout(2000)
        page.get_by_text("Originals above, reconstructions below").evaluate("(e) => e.scrollIntoView({block: 'start'})")
        page.get_by_text("Table of wrong pixels").click()  # fold it
        page.wait_for_timeout(800)
        plane.hover(position={"x": 330, "y": 170})
        page.wait_for_timeout(500)
        page.screenshot(path=FILE)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
