"""An identifier for each browser: a reopened tab finds its jobs, and one user cannot fill the queue.

There is no login. Streamlit gives every browser a random token against forged requests (`_streamlit_xsrf`); the
identifier is a hash of it. Without a token (cookies off, tests), each session has a random identifier.
"""

import hashlib
import secrets

import streamlit as st

from .session import Slot


def visitor_id() -> str:
    """The identifier of this browser, 12 hexadecimal digits."""
    token = unmasked(st.context.cookies.get("_streamlit_xsrf", ""))
    if token:
        return hashlib.sha256(token).hexdigest()[:12]
    name = Slot("person", lambda: secrets.token_hex(6)).setdefault()
    return name


def unmasked(cookie: str) -> bytes | None:
    """The token in a cookie `2|mask|token xor mask|time` (Tornado's XSRF cookies, version 2), whose text differs in
    every response; None for any other text."""
    try:
        version, mask, masked, _ = cookie.split("|")
        key, token = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        return None
    if version != "2" or not key or not token:
        return None
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(token))
