"""Distinguish addresses that the app has replaced from links that a user opens.

If a user acts before the browser has the new address, the request still has the old one, which must not be mistaken for
the browser's Back. A replaced address therefore counts as an echo until the browser confirms that it shows the new one.
"""

import zlib
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from aelib.ui.components.address_shown import address_shown
from aelib.ui.shell.session import Slot


def replaced(page: str, old: Mapping[str, str]) -> None:
    """Record that the app has replaced the address `old`. page: each page has its own record."""
    pending = _pending(page)
    pending.set([*pending.get(), dict(old)])


def is_echo(page: str, query: Mapping[str, str], address: Mapping[str, str]) -> bool:
    """Whether a request has a replaced address that the browser may still show. address: the last one that the app
    wrote; a request with it confirms that the browser has it."""
    if query == address:
        _pending(page).pop()
    return dict(query) in _pending(page).get()


@st.fragment
def listen(page: str, address: Mapping[str, str]) -> None:
    """Ask the browser for confirmation that it shows the address, if one was replaced. This is a fragment, so that the
    answer reruns nothing else."""
    pending = _pending(page)
    if pending.get():
        text = urlencode(address)
        key = f"{page}-address-shown-{zlib.crc32(text.encode()):08x}"  # a page may write two addresses in one run
        address_shown(text, key, pending.pop)


def _pending(page: str) -> Slot[list[dict[str, str]]]:
    """The addresses replaced since the browser last confirmed what it shows."""
    return Slot(f"{page}:replaced", list)
