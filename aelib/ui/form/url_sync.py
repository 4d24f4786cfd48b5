"""The address of a page: what the user opened, and what the page writes.

Streamlit 1.67 adds an entry to the browser's history for each change of `st.query_params` (`pushState`), unless the
browser already shows that query, and one for each step to another page. A page would add one for every key press. So:

- A page never writes `st.query_params` first. It asks the browser (address_bar.js), which replaces the current entry,
  or adds one if what the current entry is about was tried: trained or opened. The entries themselves remember this.
- When the browser says that it shows the address, `st.query_params` follows, which then adds no entry.
- Until then requests have a query that the page has left. It must not be taken for a link: `_State.left` has these.
- It may be the user's Back to it, though: Streamlit's request is the same. The browser numbers such steps and reports
  the number with the address to which the step led; where the page has not read that, it runs again. An address that
  the page made before it knew of a step has a lower number, and the browser drops it.

So nothing depends on which message is quicker. tests/browser/test_history.py checks it in a real browser.

The language is in every address of a page, but belongs to the session (`shell.languages`): a query here is without it.
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
        is_new: whether the last run of the page has read it.
        is_drawn: whether a run that read what the user opened has drawn its controls. A request that comes before
            that ends the run, and the next one has the controls' old values.
        is_whole: whether the whole page runs, and not only what hears the browser's report.
        left: the queries that requests may still have, although the page has replaced them.
        echoes: how often a request had one.
        subject: what the address is about; a change of anything else in it is no step.
        tried: whether the subject was trained or opened.
        step: the number of the last Back or Forward that came to this page.
        serial: number of the address.
        session: a name of the session that numbers it.
        language: the parameter of the address that says it, as last written.
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
        """The address to which the user has gone back or forward since the last call, unless the page shows it."""
        if not browser or browser["step"] == self.step:
            return None
        self.step = browser["step"]
        shown = _decoded(browser["address"])
        return shown if shown not in (self.query, self.opened) else None

    def is_requested(self) -> bool:
        """Whether Streamlit has the address."""
        return {key: st.query_params[key] for key in st.query_params} == self.query | self.language

    def undrawn(self) -> Query | None:
        """What the user opened, if the run that read it came to nothing."""
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
        """The query that the user has opened: a first visit, a link, Back or Forward. None if it is nothing new. Call
        it once in each run of the page, first of all."""
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
        """Ask the browser for an address. Call it once in each run, also when the address stays as it is.

        subject: what it is about, such as a digest; tried: whether that was trained or opened.
        """
        state = self._slot.setdefault()
        state.subject, state.tried, state.is_drawn = subject, tried, True
        self._write(query)
        self._main()

    def change(self, query: Query, place: str) -> None:
        """Ask for another address about the same subject, later in the same run. place: a name for who asks."""
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
            state.step = before  # the page takes it
            st.rerun()
        if browser and visitor.window_is(narrow=browser["narrow"]):
            st.rerun()
        is_report, state.is_whole = not state.is_whole, False  # what comes with another request may be out of date
        if is_report and browser and _decoded(browser["address"]) == state.query and not state.is_requested():
            st.query_params.from_dict(state.query | state.language)
        address_bar(self._data(main=True), self._key)

    def _browser(self) -> Report | None:
        """What the browser had when it sent this request. None before its first answer."""
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
