"""Addresses that we have replaced ourselves, told apart from links that a person opens.

A press that is quicker than the new address still comes with the old one, and must not be taken for the browser's Back.
So an address that was replaced counts as an echo until the browser has told us that it shows the new one.
"""

import zlib
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from aelib.ui.components.address_shown import address_shown
from aelib.ui.shell.session import Slot


def replaced(page: str, old: Mapping[str, str]) -> None:
    """We have just written another address over this one. page: keeps those of one page apart from others'."""
    pending = _pending(page)
    pending.set([*pending.get(), dict(old)])


def is_echo(page: str, query: Mapping[str, str], address: Mapping[str, str]) -> bool:
    """Whether a request comes with an address that was replaced and that the browser still shows. address: the one that
    we have written last; a request with that says that the browser has it."""
    if query == address:
        _pending(page).pop()
    return dict(query) in _pending(page).get()


@st.fragment
def listen(page: str, address: Mapping[str, str]) -> None:
    """Ask the browser to tell us when it shows the address, where it has been replaced; a fragment, so that the answer
    runs nothing else."""
    pending = _pending(page)
    if pending.get():
        text = urlencode(address)
        key = f"{page}-address-shown-{zlib.crc32(text.encode()):08x}"  # a page may write two addresses in one run
        address_shown(text, key, pending.pop)


def _pending(page: str) -> Slot[list[dict[str, str]]]:
    """Addresses that were replaced since the browser last told us what it shows."""
    return Slot(f"{page}:replaced", list)
