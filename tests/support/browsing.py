"""Pages in a real Chromium that report problems which a person would not see."""

from collections.abc import Iterator, Mapping

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from .patience import PATIENCE

PHONE = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"


def opened(browser: Browser, width: int, scheme: str) -> Iterator[Page]:
    """One page of this width, "light" or "dark". Afterwards, its console must have no error, and it must have requested
    nothing from another machine."""
    context = patient_context(browser, width, scheme)
    page = context.new_page()
    problems: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        # Streamlit asks for its health below a page's own address first; the 404 is part of how it finds its root
        if message.type == "error" and "404" not in message.text:
            problems.append(message.text)

    page.on("console", complain)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: _is_local(request.url) or problems.append(f"asks {request.url}"))
    yield page
    context.close()
    assert not problems, problems


def patient_context(browser: Browser, width: int = 1280, scheme: str = "light") -> BrowserContext:
    """A person's browser, a phone's if it is narrow, in which every wait may last as long as PATIENCE."""
    agent = PHONE if width < 640 else None
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, user_agent=agent)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    return context


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "data:", "blob:", "ws://127.0.0.1"))


def address(page: str, query: Mapping[str, str]) -> str:
    return f"{page}?" + "&".join(f"{key}={value}" for key, value in query.items())


def train(page: Page) -> None:
    """Press the lesson's own Train."""
    page.get_by_role("button", name="Train", exact=True).click()


def enter(field: Locator, value: str) -> None:
    """Type a value and submit it. A robot presses Enter before Streamlit's field has noticed that something was typed. On
    a slow machine, the value is then submitted when the field loses the focus."""
    field.fill(value)
    field.press("Enter")
    field.press("Tab")


def settled(page: Page) -> None:
    """Wait until the page has been drawn to its end: before that, things still move under the pointer."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def seen(browser: Browser) -> str:
    """What every open page shows, for the report of a test that failed."""
    pages = [page for context in browser.contexts for page in context.pages]
    return "\n\n".join(_seen(page) for page in pages)


def _seen(page: Page) -> str:
    try:
        state = page.get_by_test_id("stApp").get_attribute("data-test-script-state", timeout=5000)
        text = page.locator("body").inner_text(timeout=5000)
    except Error as error:
        state, text = "unknown", str(error)
    return f"{page.url} (script: {state})\n{text}"
