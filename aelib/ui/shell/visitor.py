"""Who is asking: a name for one browser, so that a reopened tab finds its jobs and one person cannot fill the queue.

Nobody logs in. Streamlit gives every browser a random token against forged requests (`_streamlit_xsrf`); its hash is
the name. Without it (cookies off, tests), the session has its own random name.
"""

import hashlib
import secrets

import streamlit as st

from .session import Slot


def visitor_id() -> str:
    """The name of this browser, 12 hexadecimal digits."""
    token = unmasked(st.context.cookies.get("_streamlit_xsrf", ""))
    if token:
        return hashlib.sha256(token).hexdigest()[:12]
    name = Slot("person", lambda: secrets.token_hex(6)).setdefault()
    return name


def unmasked(cookie: str) -> bytes | None:
    """The token in a cookie `2|mask|token xor mask|time`, which looks different in every answer (Tornado's version 2 of
    signed XSRF cookies); None for anything else."""
    try:
        version, mask, masked, _ = cookie.split("|")
        key, token = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        return None
    if version != "2" or not key or not token:
        return None
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(token))
