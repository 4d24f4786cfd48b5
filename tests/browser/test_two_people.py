"""Two people on one server, each with a browser of their own."""

import json
import os
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from aelib.experiment import presets
from aelib.store import Store
from aelib.training import fit
from tests.support.browsing import patient_context, settled, train
from tests.support.patience import PATIENCE
from tests.support.sections import open_tab
from tests.support.server import ROOT, Server
from tests.support.trainings import LONG_QUERY

LONG = f"/dense?{LONG_QUERY}"
pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path / "home", {"AELIB_MAX_JOBS": "2"})
    yield found
    found.stop()


def _person(browser: Browser) -> Page:
    return patient_context(browser).new_page()


def _health(server: Server) -> dict[str, object]:
    with urllib.request.urlopen(f"{server.url}/health", timeout=PATIENCE) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def test_the_panel_follows_a_training_over_pages_and_only_its_people_stop_it(server: Server, browser: Browser) -> None:
    ada, ben = _person(browser), _person(browser)
    ada.goto(server.url + LONG)
    panel = ada.locator(".st-key-panel")
    expect(panel.get_by_text("None now")).to_be_visible()
    train(ada)
    expect(panel.get_by_text("35-64-32-2, seed 0")).to_be_visible()
    ada.goto(server.url + "/runs")  # another page, and a new session: the job is found again
    left = panel.get_by_text(re.compile(r"\d (s|min|h) left"))
    expect(left).to_be_visible()
    expect(left).not_to_have_text(left.inner_text())  # it looks again by itself
    assert _health(server)["running"] == 1

    ben.goto(server.url + "/runs")
    expect(ben.locator(".st-key-panel").get_by_text("1 running, 0 waiting").first).to_be_visible()
    expect(ben.locator(".st-key-panel").get_by_text("seed 0")).to_have_count(0)
    ben.goto(server.url + LONG)
    ben.get_by_role("button", name="Join this training").click()
    expect(ben.get_by_role("button", name="Stop training")).to_be_visible()

    panel.get_by_role("button").first.click()
    expect(panel.get_by_text("None now")).to_be_visible()
    expect(panel.get_by_text("1 running, 0 waiting").first).to_be_visible()  # for Ben
    ben.get_by_role("button", name="Stop training").click()
    expect(ben.get_by_text("stopped by hand").first).to_be_visible()
    expect(panel.get_by_text("running")).to_have_count(0)


def test_the_queue_of_one_person_is_full_with_a_sentence(server: Server, browser: Browser) -> None:
    page = _person(browser)
    for seed in (1, 2, 3):
        page.goto(f"{server.url}{LONG}&seed={seed}")
        train(page)
        if seed < 3:
            expect(page.get_by_role("button", name="Stop training")).to_be_visible()
    expect(page.get_by_text("this server allows 2 at a time")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()


def test_a_killed_server_says_so_and_its_trainings_can_be_asked_for_again(server: Server, browser: Browser) -> None:
    page = _person(browser)
    page.goto(server.url + LONG)
    train(page)
    expect(page.get_by_role("button", name="Stop training")).to_be_visible()
    page.goto("about:blank")
    server.kill()
    server.start()
    page.goto(server.url + LONG)
    expect(page.get_by_text("The server was restarted before this training ended").first).to_be_visible()
    train(page)
    expect(page.get_by_role("button", name="Stop training")).to_be_visible()


def test_a_killed_worker_is_replaced_and_the_page_says_that_it_begins_again(server: Server, browser: Browser) -> None:
    page = _person(browser)
    page.goto(server.url + LONG)
    train(page)
    expect(page.get_by_text(re.compile(r"Epoch [\d,]+ of")).first).to_be_visible()
    for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
        if b"popen_loky" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
    expect(page.get_by_text("restarted from epoch 1").first).to_be_visible()
    assert _health(server)["status"] == "ok"


def test_one_compares_and_deletes_ones_own_runs(server: Server, browser: Browser) -> None:
    ada, ben = _person(browser), _person(browser)
    for seed, person in ((1, ada), (2, ada), (3, ben)):
        person.goto(f"{server.url}/dense?preset=font-best&epochs=300&seed={seed}")
        train(person)
        expect(person.get_by_text("Trained just now").first).to_be_visible()
    ada.goto(server.url + "/runs")
    table = ada.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    expect(ada.get_by_role("heading", name="Leaderboard")).to_be_visible()
    settled(ada)
    box = table.bounding_box()
    assert box is not None
    ada.mouse.click(box["x"] + 18, box["y"] + 18)  # the head: all rows
    expect(ada.get_by_role("link", name="Compare these 3 side by side")).to_be_visible()
    expect(ada.get_by_role("link", name=re.compile("^Open|open_in_new Open"))).to_have_count(3)
    ada.get_by_role("button", name="Delete 2 of your runs").click()
    ada.get_by_role("button", name="Delete permanently").click()
    expect(ada.get_by_text("Deleted 2 runs")).to_be_visible()
    assert _health(server)["runs"] == 1
    lines = [line for line in server.log.read_text().splitlines() if "job digest=" in line]
    assert len(lines) == 3
    assert all("result=done" in line for line in lines)


@pytest.mark.parametrize("script", ["server.py", "app.py"])
def test_a_store_that_cannot_be_made_is_a_sentence_on_the_page(script: str, tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    server = Server(tmp_path / "home", script=ROOT / script)
    try:
        page = _person(browser)
        page.goto(server.url)
        expect(page.get_by_text("cannot be made").first).to_be_visible()
        if script == "server.py":
            with pytest.raises(urllib.error.HTTPError, match="503") as refused:
                _health(server)
            assert "cannot be made" in refused.value.read().decode()
            assert "Traceback" not in server.log.read_text()
    finally:
        server.stop()


def test_what_is_chosen_while_the_server_is_away_holds_when_it_is_back(server: Server, browser: Browser) -> None:
    """A new server knows nothing of the session, and Streamlit would ask it for nothing."""
    experiment = presets.get("font-best").with_values({"epochs": 30})
    Store(server.home).save(fit(experiment, "cpu"))
    page = _person(browser)
    page.goto(f"{server.url}/dense?preset=font-best&epochs=30")
    errors = page.get_by_role("tab", name="Errors", exact=True)
    expect(errors).to_be_visible()
    settled(page)
    server.kill()
    errors.click()
    server.start()
    expect(page).to_have_url(re.compile("tab=Errors"))
    _expect_open(page, "Errors")
    # and once more, now that a tab is in the address: what is open is what is shown
    server.kill()
    app = page.get_by_test_id("stApp")
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    server.start()
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    settled(page)
    _expect_open(page, "Errors")
    open_tab(page, "Path")
    _expect_open(page, "Path")
    expect(page).to_have_url(re.compile("tab=Path"))


def _expect_open(page: Page, title: str) -> None:
    expect(page.get_by_role("tab", name=title, exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name=title, exact=True).locator(".ae-row").first).to_be_visible()
