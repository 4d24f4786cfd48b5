"""Data of one's own in a real Chromium: files are chosen, looked at, kept, and trained on."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support import own_data
from tests.support.browsing import opened, settled, train
from tests.support.pictures import saved
from tests.support.sections import open_tab
from tests.support.server import Server

pytestmark = pytest.mark.browser

LARGE = 60_000_000  # bytes of an archive


def _folder(to: Path, count: int, kind: str, ending: str) -> list[Path]:
    images, _ = own_data.digits(count)
    to.mkdir()
    paths = [to / f"{i}.{ending}" for i in range(count)]
    for path, image in zip(paths, images, strict=True):
        path.write_bytes(saved(Image.fromarray(image).resize((40, 40)), kind))
    return paths


def _kaggle(to: Path) -> Path:
    images, labels = own_data.digits(60)
    to.write_bytes(own_data.kaggle(images, labels))
    return to


def _font(to: Path) -> Path:
    to.write_bytes(own_data.tables()["hexadecimal"])
    return to


def _archive(to: Path) -> Path:
    """Photographs that do not get smaller, as those of a camera, in two folders."""
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), np.uint8)
    with zipfile.ZipFile(to, "w") as archive:
        number = 0
        while to.stat().st_size < LARGE:
            turned = np.roll(noise, 7 * number, axis=0)
            archive.writestr(f"{'ab'[number % 2]}/{number}.jpg", saved(Image.fromarray(turned), "JPEG", quality=95))
            number += 1
    return to


def _popover(page: Page, name: str) -> Locator:
    """Opened, also where it is folded away, as on a phone."""
    if page.viewport_size and page.viewport_size["width"] <= 640:  # the choices fold once the window has said that
        expect(page.get_by_text("Choices", exact=True)).to_be_visible()
    settled(page)
    button = page.get_by_role("button", name=name)
    for folded in ("Choices", "More choices"):
        expander = page.locator("summary").filter(has_text=re.compile(f"(^|[^ ]){folded}$"))
        if not button.is_visible() and expander.count() and expander.first.is_visible():
            expander.first.click()
            page.wait_for_timeout(300)  # it unfolds
    button.click()
    return page.get_by_test_id("stPopoverBody")


def _use(page: Page, files: list[Path] | Path, shows: str, large: bool = False) -> None:
    """Choose files in the form, look at what was read, and take it as the data set."""
    popover = _popover(page, "Data of your own")
    popover.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)
    if large:
        # on a slow machine the page may still have moved, and the popover with its button
        page.get_by_role("button", name="Data of your own").scroll_into_view_if_needed()
        popover.get_by_role("button", name="Read the files").click()
    expect(popover.get_by_text(re.compile(shows))).to_be_visible()
    expect(popover.locator("img[alt]").first).to_be_visible()
    wider = popover.evaluate("(e) => e.scrollWidth - e.clientWidth")
    assert wider <= 1, "the sheet scrolls sideways"
    popover.get_by_role("button", name="Use these images").click()
    page.keyboard.press("Escape")


def _trains(page: Page, dataset: str) -> None:
    """Train on the data set whose name begins so."""
    expect(page).to_have_url(re.compile(f"dataset={dataset}-"))
    settled(page)
    train(page)
    expect(page.get_by_text("Trained just now").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_files_are_chosen_looked_at_and_trained_on(
    server: Server, browser: Browser, tmp_path: Path, width: int
) -> None:
    more = int(width < 640)  # the server of this file has what the other width has trained
    for page in opened(browser, width, "light"):
        page.goto(f"{server.url}/dense?preset=font-best&epochs={5 + more}")
        _use(page, _font(tmp_path / "font.h"), "numbers in braces: 32 glyphs of 7x5")
        _trains(page, "glyphs")
        page.goto(f"{server.url}/digits?preset=digits-vae&epochs=3&snapshots=0-{1 + more}-3")
        _use(page, _kaggle(tmp_path / "train.csv"), "60 images of 8x8, grey; 10 classes")
        _trains(page, "collection")
        page.goto(f"{server.url}/lab?epochs={3 + more}")
        _use(page, _folder(tmp_path / "webp", 25, "WEBP", "png"), "Read as pictures: 25 images of 32x32")
        _trains(page, "collection")

        page.goto(f"{server.url}/emoji?preset=emoji-best&epochs={5 + more}")
        popover = _popover(page, "Choose pictures")
        popover.get_by_role("tab", name="Your own pictures").click()
        twelve = _folder(tmp_path / "twelve", 12, "PNG", "png")
        popover.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(twelve)
        expect(popover.get_by_text("20 pictures of your own, 20x20, grey")).to_be_visible()  # and 8 emoji
        popover.get_by_text("Together with the chosen emoji").click()
        expect(popover.get_by_text("12 pictures of your own, 20x20, grey")).to_be_visible()
        page.keyboard.press("Escape")
        _trains(page, "pictures")


def test_a_folder_is_chosen_with_its_folders_as_classes(server: Server, page: Page, tmp_path: Path) -> None:
    (tmp_path / "pets").mkdir()
    for name in ("cats", "dogs"):
        _folder(tmp_path / "pets" / name, 15, "PNG", "png")
    page.goto(f"{server.url}/lab?epochs=2")
    popover = _popover(page, "Data of your own")
    popover.get_by_text("A whole folder").click()
    expect(popover.get_by_text("A folder of pictures or other files")).to_be_visible()
    popover.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(tmp_path / "pets")
    expect(popover.get_by_text(re.compile("30 images of 32x32, grey; 2 classes"))).to_be_visible()
    popover.get_by_role("button", name="Use these images").click()
    page.keyboard.press("Escape")
    _trains(page, "collection")


def test_an_input_is_drawn_and_comes_back(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best&epochs=5")
    train(page)
    open_tab(page, "Draw one")
    canvas = page.locator(".sketch canvas.point")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    expect(page.get_by_text("What the net makes of it", exact=True)).to_have_count(0)
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20, steps=3)
    page.mouse.up()
    expect(page.get_by_text("What the net makes of it", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("Larger than that of"))).to_be_visible()
    page.locator(".sketch").get_by_role("button", name="Clear").click()
    expect(page.get_by_text("What the net makes of it", exact=True)).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_an_archive_of_60_mb_is_read_while_the_page_waits(
    server: Server, browser: Browser, tmp_path: Path, width: int
) -> None:
    for page in opened(browser, width, "light"):
        channels = "4-4-2" if width < 640 else "4-4-3"  # the server of this file has what the other width has trained
        page.goto(
            f"{server.url}/colour?preset=house-numbers-autoencoder&epochs=1&model.convolution.channels={channels}"
        )
        _use(page, _archive(tmp_path / "photos.zip"), r"images of 32x32, colour; 2 classes", large=True)
        _trains(page, "collection")
