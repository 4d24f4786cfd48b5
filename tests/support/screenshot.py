"""Takes the README's animated picture: `python -m tests.support.screenshot URL` of an app with an empty store.

A network is trained, its learning is played back, and the pointer moves over the latent plane.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.support import chromium
from tests.support.browsing import settled
from tests.support.patience import PATIENCE

FILE = Path(__file__).parents[2] / "docs" / "assets" / "tour.gif"
SIZE = {"width": 1280, "height": 800}
WIDTH = 800  # pixels of the picture
FRAME = 120  # ms


def frame(page: Page) -> Image.Image:
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shot.resize((WIDTH, shot.height * WIDTH // shot.width), Image.Resampling.LANCZOS)


def record(page: Page, url: str) -> list[Image.Image]:
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{url}/dense?preset=font-best")
    page.get_by_text("More choices").wait_for()
    settled(page)
    train = page.get_by_role("button", name="Train", exact=True)
    train.wait_for()
    page.get_by_role("link", name="Runs").wait_for()
    frames = [frame(page)] * 8
    train.click()
    page.locator(".plane canvas").wait_for()
    settled(page)
    frames += [frame(page)] * 8
    plane = page.locator(".plane canvas")
    plane.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    for step in range(24):
        plane.hover(position={"x": 60 + 16 * step, "y": 220 + 90 * (step % 12 - 6) / 6})
        frames.append(frame(page))
    replay = page.get_by_role("button", name="Play").first
    replay.click()
    page.mouse.wheel(0, 470)
    frames += [frame(page) for _ in range(30)]
    return frames


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        frames = record(browser.new_page(viewport=SIZE), url)  # type: ignore[arg-type]
        browser.close()
    colours = frames[-1].quantize(96, dither=Image.Dither.NONE)
    small = [one.quantize(palette=colours, dither=Image.Dither.NONE) for one in frames]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    small[0].save(FILE, save_all=True, append_images=small[1:], duration=FRAME, loop=0, optimize=True)
    print(f"{FILE}: {len(frames)} frames, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
