"""Takes the README's pictures: `python -m tests.support.screenshot URL` of an app with an empty store.

An animated one: a network is trained, the pointer decodes its latent plane, an end of a path is dragged. And one of each page of
STILLS.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import chromium
from tests.support.browsing import settled
from tests.support.patience import PATIENCE
from tests.support.sections import open_tab

FOLDER = Path(__file__).parents[2] / "docs" / "assets"
SIZE = {"width": 1280, "height": 800}
WIDTH = 800  # pixels of a picture
COLOURS = 96
FRAME = 120  # ms
STILLS = {"live": ("live", "light"), "convolution": ("convolution", "dark")}  # file name -> page, scheme


def frame(page: Page) -> Image.Image:
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shot.resize((WIDTH, shot.height * WIDTH // shot.width), Image.Resampling.LANCZOS)


def record(page: Page, url: str) -> list[Image.Image]:
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{url}/dense?preset=font-best")
    train = page.get_by_role("button", name="Train", exact=True)
    train.wait_for()
    page.get_by_role("link", name="Runs").wait_for()
    settled(page)
    frames = [frame(page)] * 8
    train.click()
    page.get_by_role("tab", name="Latent plane").wait_for()
    settled(page)
    frames += [frame(page)] * 8
    open_tab(page, "Latent plane")
    plane = page.locator(".plane canvas.point")
    plane.wait_for()
    settled(page)
    plane.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    for step in range(24):
        plane.hover(position={"x": 60 + 16 * step, "y": 220 + 90 * (step % 12 - 6) / 6})
        frames.append(frame(page))
    open_tab(page, "Path")
    way = page.locator(".path .way")
    way.wait_for()
    settled(page)
    way.evaluate("(e) => e.scrollIntoView({block: 'center'})")
    place = page.get_by_role("slider", name="Place on the path")
    for step in range(24):
        place.fill(str(round(step / 23, 3)))
        frames.append(frame(page))
    return frames


def still(browser: Browser, url: str, path: str, scheme: str) -> Image.Image:
    page = browser.new_page(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{url}/{path}")
    page.locator("h1").first.wait_for()
    settled(page)
    page.wait_for_timeout(4000)  # until animations are under way
    shot = frame(page)
    page.close()
    return shot


def few_colours(image: Image.Image) -> Image.Image:
    return image.quantize(COLOURS, dither=Image.Dither.NONE)


def main(url: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        frames = record(browser.new_page(viewport=SIZE), url)  # type: ignore[arg-type]
        for name, (path, scheme) in STILLS.items():
            few_colours(still(browser, url, path, scheme)).save(FOLDER / f"{name}.png", optimize=True)
        browser.close()
    some = frames[:: len(frames) // 6]
    height = frames[0].height
    every = Image.new("RGB", (WIDTH, height * len(some)))  # the palette of all frames
    for i, one in enumerate(some):
        every.paste(one, (0, i * height))
    colours = few_colours(every)
    small = [one.quantize(palette=colours, dither=Image.Dither.NONE) for one in frames]
    tour = FOLDER / "tour.gif"
    small[0].save(tour, save_all=True, append_images=small[1:], duration=FRAME, loop=0, optimize=True)
    for file in (tour, *(FOLDER / f"{name}.png" for name in STILLS)):
        print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
