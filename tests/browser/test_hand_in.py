"""What is handed in, in a real Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from aelib.reports import html
from aelib.reports.live_page import live_page
from aelib.store import Store
from aelib.training import Run
from tests.support.browsing import settled
from tests.support.hostile import HOSTILE
from tests.support.sections import open_tab
from tests.support.server import Server


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_live_page_decodes_and_draws_with_the_network_cut(
    browser: Browser, tmp_path: Path, font_run: Run, scheme: str
) -> None:
    file = tmp_path / "live.html"
    file.write_text(live_page(font_run, HOSTILE, HOSTILE), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, offline=True, viewport={"width": 390, "height": 844})  # type: ignore[arg-type]
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: (problems.append("a dialog"), dialog.dismiss()))
    page.on("request", lambda asked: asked.url == file.as_uri() or problems.append(asked.url))
    page.goto(file.as_uri())
    picture = page.locator("#decoded")
    seen = {picture.evaluate("(c) => c.toDataURL()")}
    page.get_by_role("combobox", name="Start from").select_option("a")
    seen.add(picture.evaluate("(c) => c.toDataURL()"))
    page.get_by_role("slider", name="z2").press("Home")
    seen.add(picture.evaluate("(c) => c.toDataURL()"))
    page.locator("#plane").click(position={"x": 60, "y": 60})
    seen.add(picture.evaluate("(c) => c.toDataURL()"))
    assert len(seen) == 4, "the picture follows the list, the slider and the plane"
    made, code = page.locator("#made"), page.locator("#code")
    before = made.evaluate("(c) => c.toDataURL()"), code.inner_text()
    page.locator("#sheet").click(position={"x": 90, "y": 90})
    assert made.evaluate("(c) => c.toDataURL()") != before[0]
    assert code.inner_text() != before[1]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
    assert not problems, problems


@pytest.mark.browser
def test_a_page_opens_in_a_browser_without_a_network(
    browser: Browser, tmp_path: Path, font_run: Run, digits_run: Run
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.page([font_run, digits_run], HOSTILE, HOSTILE), encoding="utf-8")
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message, found=problems: found.append(message.text))
        page.on("pageerror", lambda error, found=problems: found.append(str(error)))
        page.on("dialog", lambda dialog, found=problems: (found.append("a dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda asked, found=problems: asked.url.startswith(("file:", "data:")) or found.append(asked.url),
        )
        page.goto(file.as_uri())
        assert HOSTILE.split()[0] in page.title()
        ink, paper = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (sum(map(int, re.findall(r"\d+", ink)[:3])) > sum(map(int, re.findall(r"\d+", paper)[:3]))) == (
            scheme == "dark"
        )
        broken = page.evaluate("[...document.images].filter(image => !image.naturalWidth).length")
        assert broken == 0
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "nothing runs out of the page"
        context.close()
        assert not problems, problems


@pytest.mark.browser
def test_a_lesson_gives_the_files_that_it_promises(server: Server, page: Page, font_run: Run) -> None:
    Store(server.home).save(font_run)
    page.goto(f"{server.url}/dense?preset=font-best&epochs=60")
    open_tab(page, "Hand in")
    settled(page)
    page.get_by_role("textbox", name="Title").fill("Anna & Ben")
    page.get_by_role("button", name="Put them into the files").click()
    expect(page.get_by_text("The files have the title “Anna & Ben”")).to_be_visible()
    for label, end, start in (
        ("Page (HTML)", ".html", "<!DOCTYPE html>"),
        ("Live page (HTML)", ".html", "<!DOCTYPE html>"),
        ("Notebook", ".ipynb", "{"),
        ("Python script", f"autoencoder-{font_run.digest}.py", "# 35-64-32-2"),
    ):
        with page.expect_download() as found:
            page.get_by_role("button", name=re.compile(re.escape(label))).click()  # "Live page" is another
        assert found.value.suggested_filename.endswith(end)
        text = found.value.path().read_text(encoding="utf-8")
        assert text.startswith(start)
        assert ("Anna &amp; Ben" in text) == (end != f"autoencoder-{font_run.digest}.py")


@pytest.mark.browser
def test_title_and_notes_are_kept_as_they_are_typed(server: Server, page: Page, font_run: Run) -> None:
    Store(server.home).save(font_run)
    page.goto(f"{server.url}/dense?preset=font-best&epochs=60")
    open_tab(page, "Hand in")
    settled(page)
    title, notes = page.get_by_role("textbox", name="Title"), page.get_by_role("textbox", name="Notes")
    title.fill("Anna & Ben")
    page.get_by_role("button", name="Put them into the files").click()
    said = page.get_by_text("The files have the title “Anna & Ben”")
    expect(said).to_be_visible()
    settled(page)
    notes.press_sequentially("half a sen")  # and no button, no Enter, not even another field
    page.reload()
    expect(notes).to_have_value("half a sen")
    expect(title).to_have_value("Anna & Ben")
    expect(said).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Autoencoder Lab")).to_be_visible()
    page.go_back()
    expect(notes).to_have_value("half a sen")
    page.get_by_role("button", name="Put them into the files").click()
    expect(page.get_by_text("10 characters of notes")).to_be_visible()
    notes.fill("")
    page.reload()
    expect(page.get_by_text("10 characters of notes")).to_be_visible()
    expect(notes).to_have_value("")
    expect(title).to_have_value("Anna & Ben")
