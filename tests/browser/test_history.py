"""Back, Forward and Reload in a real Chromium: one press is one step."""

import re

import pytest
from playwright.sync_api import Page, expect

from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit_many
from tests.support.browsing import enter, settled, train
from tests.support.sections import open_tab
from tests.support.server import Server

pytestmark = pytest.mark.browser

QUICK = "preset=font-best&epochs=40"
PRESS = 300  # milliseconds between two presses of Back or Forward


def _seed(page: Page, value: int) -> None:
    """Type another seed, and wait until the address has it."""
    seed = page.get_by_role("spinbutton", name="Seed")
    enter(seed, str(value))
    page.wait_for_url(re.compile(f"seed={value}(&|$)"))


def _shows(page: Page, seed: int, trained: bool) -> None:
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value(str(seed))
    if trained:
        expect(page.get_by_text(re.compile("Found in the store|Trained just now")).first).to_be_visible()
    else:
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    page.wait_for_url(re.compile(f"seed={seed}(&|$)"))


def _known(page: Page) -> None:
    """Wait until Streamlit has the page's address too. A step before that is found too, but Streamlit may cut off the
    entries that lie ahead."""
    settled(page)
    expect(page.locator('.address-bar[data-followed="true"]').first).to_be_attached()


def _stored(server: Server, *seeds: int, epochs: int = 40) -> None:
    base = presets.get("font-best").with_values({"epochs": epochs})
    for run in fit_many([base.with_values({"seed": seed}) for seed in seeds], "cpu"):
        Store(server.home).save(run)  # type: ignore[arg-type]


def test_one_press_goes_back_from_page_to_page(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Autoencoder Lab")).to_be_visible()
    settled(page)
    for title in ("Dense autoencoder", "Denoising", "Compare", "Sweeps", "Runs"):
        page.get_by_test_id("stSidebar").get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        settled(page)
    for title in ("Sweeps", "Compare", "Denoising", "Dense autoencoder", "Autoencoder Lab"):
        page.go_back()
        expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
    for title in ("Dense autoencoder", "Denoising", "Compare"):
        page.go_forward()
        expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()


def test_every_experiment_that_was_tried_is_one_entry(server: Server, page: Page) -> None:
    _stored(server, 1, 5)
    page.goto(server.url)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Dense autoencoder").click()
    expect(page.get_by_role("heading", name="Dense autoencoder")).to_be_visible()
    page.goto(f"{server.url}/dense?{QUICK}&seed=1")
    _shows(page, 1, trained=True)
    _seed(page, 2)  # typed, looked at, and typed over: never tried, so no entry
    _shows(page, 2, trained=False)
    _seed(page, 3)
    _shows(page, 3, trained=False)
    train(page)
    _shows(page, 3, trained=True)
    _seed(page, 4)
    _seed(page, 5)  # opened, since it is in the store
    _shows(page, 5, trained=True)
    _seed(page, 6)
    _shows(page, 6, trained=False)
    for seed in (5, 3, 1):
        _known(page)
        page.go_back()
        _shows(page, seed, trained=True)
    for seed in (3, 5):
        _known(page)
        page.go_forward()
        _shows(page, seed, trained=True)
    page.reload()
    _shows(page, 5, trained=True)
    _known(page)
    page.go_back()
    _shows(page, 3, trained=True)
    _known(page)
    page.go_forward()
    page.go_forward()
    _shows(page, 6, trained=False)
    page.reload()
    _shows(page, 6, trained=False)


def test_a_link_to_a_run_is_one_step_on_the_same_page_too(server: Server, page: Page) -> None:
    _stored(server, *range(10), epochs=41)
    page.goto(f"{server.url}/runs")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    page.goto(f"{server.url}/dense?preset=font-best&epochs=41&seed=0")
    _shows(page, 0, trained=True)
    open_tab(page, "Ten seeds")
    best = page.get_by_role("link", name=re.compile(r"Seed \d+: ")).first
    expect(best).to_be_visible()
    settled(page)
    (number,) = re.findall(r"Seed (\d+)", best.inner_text())
    if number == "0":
        best = page.get_by_role("link", name=re.compile(r"Seed \d+: ")).last
        (number,) = re.findall(r"Seed (\d+)", best.inner_text())
    best.click()
    _shows(page, int(number), trained=True)
    _known(page)
    page.go_back()
    _shows(page, 0, trained=True)
    _known(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()


def test_a_press_while_the_page_is_still_drawn_counts(server: Server, page: Page) -> None:
    """Nobody waits for a page to be finished before going back, but no hand is faster than PRESS."""
    _stored(server, 1)
    page.goto(f"{server.url}/dense?{QUICK}&seed=1")
    _shows(page, 1, trained=True)
    _seed(page, 2)  # the address has it, but the page may not be drawn to its end
    page.wait_for_timeout(PRESS)
    page.go_back()
    _shows(page, 1, trained=True)
    _known(page)
    _shows(page, 1, trained=True)
    for press in (page.go_forward, page.go_back, page.go_forward):
        press()
        page.wait_for_timeout(PRESS)
    _shows(page, 2, trained=False)
    settled(page)
    _shows(page, 2, trained=False)


def test_what_is_typed_in_quick_succession_all_counts(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/dense?preset=font-best")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    for name, value in (("Seed", "7"), ("Epochs", "77")):
        field = page.get_by_role("spinbutton", name=name)
        enter(field, value)
    page.wait_for_url(re.compile("epochs=77"))
    settled(page)
    _shows(page, 7, trained=False)
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("77")


def test_a_comparison_that_was_changed_is_one_step(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Compare", exact=True, level=1)).to_be_visible()
    page.wait_for_url(re.compile("1=font-20-10"))
    settled(page)
    seeds = page.get_by_role("spinbutton", name="Seeds per row")
    for value in ("2", "3"):
        enter(seeds, value)
        page.wait_for_url(re.compile(f"seeds={value}"))
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Autoencoder Lab", level=1)).to_be_visible()
    page.go_forward()
    expect(seeds).to_have_value("3")
