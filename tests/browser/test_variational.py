"""The lessons on variational autoencoders in a real Chromium: films, mixtures, the atlas, a person's own pictures."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from aelib.store import Store
from aelib.training import fit_many
from tests.support.browsing import address, settled, train
from tests.support.pictures import half, saved
from tests.support.sections import open_tab
from tests.support.server import Server
from tests.support.small_lessons import VARIATIONAL, VARIATIONAL_QUERY

pytestmark = pytest.mark.browser


def test_emoji_are_chosen_trained_morphed_and_mixed(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/emoji?preset=emoji-best&epochs=200")
    page.get_by_role("button", name="Choose pictures").click()
    alien = page.get_by_role("button", name="alien")
    alien.click()
    expect(page.get_by_text("9 of 40 emoji, 20x20, grey").first).to_be_visible()
    expect(alien).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    settled(page)  # the address has the choice too
    train(page)
    expect(page.get_by_text("Trained just now").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"of 9$")).first).to_be_visible()

    open_tab(page, "Morph")
    page.get_by_role("button", name="Train the plain autoencoder too").first.click()
    expect(page.get_by_text(re.compile(r"plain autoencoder \d\.\d+")).first).to_be_visible()
    settled(page)
    film = page.locator(".film input")
    expect(film).to_have_attribute("max", "11")  # ten images between two
    status = page.locator(".film .status")
    playing = page.locator(".film").get_by_role("button")
    expect(playing).to_contain_text("Pause")
    shown = status.inner_text()
    expect(status).not_to_have_text(shown)  # it plays
    playing.click()
    expect(playing).to_contain_text("Play")
    film.evaluate("(e) => { e.value = 0; e.dispatchEvent(new Event('input')); }")
    expect(status).to_have_text("grinning")
    slider = page.get_by_role("slider", name="Images between two")
    slider.focus()
    slider.press("End")
    expect(film).to_have_attribute("max", "61")
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Animation (GIF)").click()
    picture = Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert picture.format == "GIF"
    assert 100 < picture.n_frames <= 2 * 62 - 2  # there and back
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Strip (PNG)").click()
    assert Image.open(waiting.value.path()).width > 61 * 80

    open_tab(page, "Mix")
    mixture, shares = page.locator(".mix canvas"), page.locator(".mix .status")
    mixture.scroll_into_view_if_needed()
    mixture.hover(position={"x": 250, "y": 250})
    expect(shares).to_contain_text("%")
    there = shares.inner_text()
    mixture.hover(position={"x": 250, "y": 320})
    expect(shares).not_to_have_text(there)
    there = shares.inner_text()
    mixture.focus()
    mixture.press("ArrowUp")
    expect(shares).not_to_have_text(there)


def test_digits_move_through_the_epochs_under_the_pointer(server: Server, page: Page) -> None:
    store = Store(server.home)
    for run in fit_many([VARIATIONAL], "cpu"):
        store.save(run)  # type: ignore[arg-type]
    page.goto(f"{server.url}/{address('digits', VARIATIONAL_QUERY)}")
    open_tab(page, "Latent plane")
    status, about = page.locator(".atlas .bar .status").first, page.locator(".atlas .about").first
    expect(status).to_contain_text("epoch 3")
    expect(about).to_contain_text("standard deviations")
    page.locator(".atlas input").first.evaluate("(e) => { e.value = 0; e.dispatchEvent(new Event('input')); }")
    expect(status).to_contain_text("epoch 0")
    page.get_by_role("button", name="Play").first.click()
    expect(status).to_contain_text("epoch 3")
    points = page.locator(".atlas canvas.points").first
    points.scroll_into_view_if_needed()
    chosen = about.inner_text()
    points.hover(position={"x": 120, "y": 120})
    points.hover(position={"x": 300, "y": 250})
    expect(about).not_to_have_text(chosen)
    chosen = about.inner_text()
    points.focus()
    points.press("ArrowRight")
    expect(about).not_to_have_text(chosen)
    chosen = about.inner_text()
    open_tab(page, "New digits")
    sample = page.locator("img[alt='sample']").first
    drawn = sample.get_attribute("src")
    page.get_by_role("button", name="Draw again").click()
    expect(sample).not_to_have_attribute("src", drawn or "")


def test_a_link_of_the_page_to_itself_is_followed_by_the_address_and_by_train(server: Server, page: Page) -> None:
    store = Store(server.home)
    for run in fit_many([VARIATIONAL], "cpu"):
        store.save(run)  # type: ignore[arg-type]
    page.goto(f"{server.url}/{address('digits', VARIATIONAL_QUERY)}")
    open_tab(page, "Active dimensions")
    page.get_by_role("link", name="The same with ten latent dimensions").click()
    layers = page.get_by_role("textbox", name="Layers, from the image to the code")
    expect(layers).to_have_value("64-16-10")
    expect(page).to_have_url(re.compile("model.layers=64-16-10"))
    train(page)
    expect(page.get_by_text("Trained just now").first).to_be_visible()
    expect(layers).to_have_value("64-16-10")
    page.reload()
    expect(layers).to_have_value("64-16-10")


def test_a_picture_of_ones_own_and_one_that_is_none(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/emoji")
    page.get_by_role("button", name="Choose pictures").click()
    page.get_by_role("tab", name="Your own pictures").click()
    files = page.locator("input[type=file]").first
    (tmp_path / "text.png").write_text("no picture")
    files.set_input_files(str(tmp_path / "text.png"))
    expect(page.get_by_text("is a text, in which no images were found").first).to_be_visible()
    (tmp_path / "me.png").write_bytes(saved(half("RGB", "black", "white")))
    files.set_input_files(str(tmp_path / "me.png"))
    expect(page.get_by_text("9 pictures of your own").first).to_be_visible()
    expect(page).to_have_url(re.compile("dataset=pictures-"))
    expect(
        page.get_by_text("is a text, in which no images were found").first
    ).to_be_visible()  # still in the list of files
    (tmp_path / "you.png").write_bytes(saved(half("RGB", "red", "white")))
    files.set_input_files(str(tmp_path / "you.png"))
    expect(page.get_by_text("10 pictures of your own").first).to_be_visible()
