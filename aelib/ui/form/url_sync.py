"""Addresses that we have replaced ourselves, told apart from links that a person opens."""

import time
from collections.abc import Mapping

import streamlit as st

LATE = 2.0  # seconds in which an address that we have replaced is not taken for the person's own


def replaced(page: str, query: Mapping[str, str]) -> None:
    """We have just written another address over this one. page: keeps those of one page apart from others'."""
    now = time.monotonic()
    recent = [(old, when) for old, when in st.session_state.get(_key(page), []) if now - when < LATE]
    st.session_state[_key(page)] = [*recent, (dict(query), now)]


def is_echo(page: str, query: Mapping[str, str]) -> bool:
    """Whether this is an address that we have just replaced: a browser that is told of the new one a moment after the
    next press sends the old one along, and what was chosen would be lost."""
    now = time.monotonic()
    return any(old == query and now - when < LATE for old, when in st.session_state.get(_key(page), []))


def _key(page: str) -> str:
    return f"{page}:replaced"
