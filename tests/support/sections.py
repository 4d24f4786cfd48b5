"""Sections of a page by their title, whatever their number: a new section before them breaks no test."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from aelib.ui.shell import lessons as registry

from .browsing import settled

NUMBER = re.compile(r"^\d+ · ")


@dataclass(frozen=True)
class Section:
    """What stands between the heading of a section and the next heading, in the order of the page."""

    title: str
    elements: Sequence[Element]

    @property
    def kinds(self) -> set[str]:
        """Streamlit's names of what is shown: "plotly_chart", "arrow_data_frame", "html", "button", ..."""
        return {one.type for one in self.elements}

    def every(self, *kinds: str) -> list[Element]:
        return [one for one in self.elements if one.type in kinds]

    @property
    def text(self) -> str:
        """What is written in it."""
        return " ".join(_value(one).replace("\\", "") for one in self.every("markdown", "caption"))

    @property
    def said(self) -> str:
        """Its errors, warnings and notes."""
        return " ".join(_value(one).replace("\\", "") for one in self.every("error", "warning", "info"))

    @property
    def image_rows(self) -> list[str]:
        """The HTML of every row of images."""
        return [one.proto.body for one in self.every("html") if "ae-row" in one.proto.body]


def _value(element: Element) -> str:
    return str(element.value)


def titles(app: AppTest) -> list[str]:
    """Of all sections without their numbers, and of all tabs."""
    return [*(NUMBER.sub("", header.value) for header in app.header), *_tabs(app)]


def _tabs(app: AppTest) -> list[str]:
    return [tab.label for tab in app.tabs]


def opened_tab(app: AppTest, title: str) -> AppTest:
    """The page with this tab of its lesson open."""
    assert title in _tabs(app), f"{title!r} is not one of {_tabs(app)}"
    keys = (f"{one.name}:extra:tab" for one in (*registry.LESSONS, *registry.TOOLS))
    key = next(one for one in keys if one in app.session_state)
    if app.session_state[key] != title:
        app.session_state[key] = title
        app.run()
    return app


def section(app: AppTest, title: str) -> Section:
    """The section of this title, which must be on the page once. A tab is opened."""
    assert titles(app).count(title) == 1, f"{title!r} is not one of {titles(app)}"
    if title in _tabs(app):
        opened_tab(app, title)
        (tab,) = (one for one in app.tabs if one.label == title)
        return Section(title, [node for node in tab if not isinstance(node, Block)])
    found: list[Element] = []
    inside = False
    for node in app.main:
        if isinstance(node, Block):
            inside = inside and node.type != "tab_container"
            continue
        if node.type == "header":
            inside = NUMBER.sub("", _value(node)) == title
        elif inside:
            found.append(node)
    return Section(title, found)


def assert_shows(app: AppTest, wanted: Mapping[str, str]) -> None:
    """Each of these sections shows an element of this kind, and no error."""
    for title, kind in wanted.items():
        found = section(app, title)
        assert kind in found.kinds, f"{title!r} shows {sorted(found.kinds)}"
        assert not found.every("error"), f"{title!r}: {found.said}"


def assert_not_trained(app: AppTest) -> None:
    """The page ends after its button "Train"."""
    assert "Train" in [one.label for one in section(app, "Train").every("button")]
    assert "After training, this page shows" in section(app, "Train").text
    assert not {"How it learnt", "Hand in"} & set(titles(app))


def open_tab(page: Page, title: str) -> Page:
    """The page in a browser with this tab of its lesson open and drawn."""
    tab = page.get_by_role("tab", name=title, exact=True)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    settled(page)
    return page


def heading(page: Page, title: str) -> Locator:
    """The heading of a section in a browser."""
    return page.get_by_role("heading", name=re.compile(rf"^(\d+ · )?{re.escape(title)}"))
