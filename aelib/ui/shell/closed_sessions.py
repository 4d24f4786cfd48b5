"""Sessions of pages that were closed.

Streamlit keeps such a session for two minutes, in case its browser comes back, but drops expired ones only when
another page is closed. After a class, the last 128 of them would stay until the next class comes, each with its state
and three open files.
"""

from typing import Any

from streamlit.runtime import Runtime


def forget() -> int:
    """Drop the expired sessions, and return how many. Call on the server's event loop, periodically."""
    manager: Any = Runtime.instance()._session_mgr  # Streamlit has no public way
    with manager._storage_lock:
        return len(manager._session_storage._cache.expire())
