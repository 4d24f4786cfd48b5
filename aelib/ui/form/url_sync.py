"""The address of a page: what the user opened, and what the page writes.

Streamlit 1.67 adds an entry to the browser's history for each change of `st.query_params` (`pushState`), unless the
browser already shows that query, and one for each move to another page. A page that simply set `st.query_params` would
add an entry for every key press. So:

- A page does not set `st.query_params` first. It asks the browser (address_bar.js) to show the address. The browser
  replaces the current entry, or adds one if the subject of the current entry was tried: trained or opened. Each entry
  stores whether its subject was tried.
- When the browser reports that it shows the address, the page sets `st.query_params` to it. That adds no entry.
- Until then, requests still have a query that the page has replaced. The page must not mistake it for a link that the
  user has opened: `_State.left` has these queries.
- The same request can also mean that the user has gone Back to that query. So the browser numbers every Back and
  Forward, and reports the number with the address to which the step led. If the page has not read that address, it
  runs again. An address that the page wrote before it knew of a step has a lower number, and the browser drops it.

So the order in which messages arrive does not matter. tests/browser/test_history.py checks this in a real browser.

Every address of a page has the language, but the language belongs to the session (`shell.languages`). The queries in
this module do not have it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from aelib.ui.components.address_bar import AddressData, Report, address_bar
from aelib.ui.shell import languages, visitor
from aelib.ui.shell.session import Slot, widget

Query = dict[str, str]


@dataclass
class _State:
    """What a session knows of the address of one page.

    Attributes:
        query: the address, as last read or written.
        opened: the address as the user opened it, until something in it is changed.
        is_new: whether the latest run of the page has read `opened` from its request.
        is_drawn: whether a run that read `opened` has drawn its controls. A request that arrives earlier ends that
            run, and the next run has the controls' old values.
        is_whole: whether the whole page runs, and not only the fragment that receives the browser's report.
        left: queries that the page has replaced, but that requests may still have.
        echoes: how many requests had one of these.
        subject: what the address is about; a change of anything else in it adds no entry to the history.
        tried: whether the subject was trained or opened.
        step: the number of the last Back or Forward that this page knows of.
        serial: number of the address; it increases with every new one.
        session: a random name of the session, which numbers its addresses.
        language: the language parameter of the address, as last written.
    """

    query: Query = field(default_factory=dict)
    opened: Query | None = None
    is_new: bool = False
    is_drawn: bool = True
    is_whole: bool = False
    left: list[Query] = field(default_factory=list)
    echoes: int = 0
    subject: str = ""
    tried: bool = False
    step: int = 0
    serial: int = 0
    session: str = field(default_factory=lambda: secrets.token_hex(4))
    language: Query = field(default_factory=languages.in_address)

    def take_step(self, browser: Report | None) -> Query | None:
        """The address to which the user has gone back or forward since the last call; None if the page shows it."""
        if not browser or browser["step"] == self.step:
            return None
        self.step = browser["step"]
        shown = _decoded(browser["address"])
        return shown if shown not in (self.query, self.opened) else None

    def is_requested(self) -> bool:
        """Whether `st.query_params` has the address."""
        return {key: st.query_params[key] for key in st.query_params} == self.query | self.language

    def undrawn(self) -> Query | None:
        """The query that the user opened, if the run that read it ended before it drew the controls; else None."""
        self.is_new = not self.is_drawn
        return self.query if self.is_new else None


class PageAddress:
    """The address of one page in this session. page: its file name, as in `shell.lessons`."""

    def __init__(self, page: str) -> None:
        self.page, self._key = page, f"{page}-address"
        self._slot = Slot(f"{page}:address", _State)

    @property
    def query(self) -> Query:
        """The address, as last read or written."""
        return self._slot.get().query

    def opened(self) -> Query | None:
        """The query that the user has just opened by a first visit, a link, Back or Forward; None if nothing new was
        opened. Call it once in each run of the page, before anything else."""
        first, state = not self._slot, self._slot.setdefault()
        query, state.is_new, state.is_whole = _requested(), False, True
        if query == state.query:
            state.left = []
        if (step := state.take_step(self._browser())) is not None:
            query, state.left = step, [state.query]
        if not first and (not query or query == state.query):
            return state.undrawn()
        if not first and query in state.left:
            state.echoes += 1
            return state.undrawn()
        state.query = state.opened = query
        state.is_new, state.is_drawn = True, False
        state.serial += 1
        return query

    def show(self, query: Query, subject: str, tried: bool) -> None:
        """Ask the browser to show an address. Call it once in each run, even if the address has not changed.

        subject: what it is about, such as a digest; tried: whether that was trained or opened.
        """
        state = self._slot.setdefault()
        state.subject, state.tried, state.is_drawn = subject, tried, True
        self._write(query)
        self._main()

    def change(self, query: Query, place: str) -> None:
        """Ask for another address about the same subject, later in the same run. place: a name for the caller."""
        self._write(query)
        address_bar(self._data(main=False), f"{self._key}-{place}")

    def leave_for(self, page: str, query: Mapping[str, str]) -> None:
        """Ask the browser to open another page in place of this one, so that Back does not return here."""
        address_bar(
            self._data(main=False, leave=f"{page}?{urlencode({**query, **languages.in_address()})}"),
            f"{self._key}-leave",
        )

    def _write(self, query: Query) -> None:
        state = self._slot.get()
        if query != state.query:
            state.left.append(state.query)
            if not state.is_new:
                state.opened = None
            state.query = query
            state.serial += 1
        if state.language != languages.in_address():
            state.language = languages.in_address()
            state.serial += 1
        if not st.context.url and not state.is_requested():  # there is no browser to ask (tests)
            st.query_params.from_dict(query | state.language)

    @st.fragment
    def _main(self) -> None:
        """A fragment, so that the browser's answers rerun nothing else."""
        state, browser = self._slot.get(), self._browser()
        before = state.step
        if state.take_step(browser) is not None:
            state.step = before  # the rerun of the page takes the step
            st.rerun()
        if browser and visitor.window_is(narrow=browser["narrow"]):
            st.rerun()
        is_report, state.is_whole = not state.is_whole, False  # a report that comes with another request may be old
        if is_report and browser and _decoded(browser["address"]) == state.query and not state.is_requested():
            st.query_params.from_dict(state.query | state.language)
        address_bar(self._data(main=True), self._key)

    def _browser(self) -> Report | None:
        """The browser's report when it sent this request; None before its first report."""
        found: Report | None = (widget(self._key) or {}).get("browser")
        return found

    def _data(self, main: bool, leave: str = "") -> AddressData:
        state = self._slot.setdefault()
        return {
            "page": self.page,
            "address": urlencode(state.query | state.language),
            "subject": state.subject,
            "tried": state.tried,
            "step": state.step,
            "session": state.session,
            "serial": state.serial,
            "echoes": state.echoes,
            "heard": self._browser(),
            "main": main,
            "followed": state.is_requested(),
            "leave": leave,
        }


def _requested() -> Query:
    return {key: st.query_params[key] for key in st.query_params if key != languages.PARAMETER}


def _decoded(text: str) -> Query:
    """A query as text, decoded as Streamlit does: its own parameters and the language are left out."""
    given = parse_qsl(text.removeprefix("?"), keep_blank_values=True)
    return {key: value for key, value in given if key.lower() not in ("embed", "embed_options", languages.PARAMETER)}
