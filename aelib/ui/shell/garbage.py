"""Reduce a long-running server's memory use and garbage collection pauses.

By default, Streamlit runs a full collection after every script run. With torch and plotly (about 300,000 objects), each
collection blocks all threads for 0.16 s, so .streamlit/config.toml turns it off.
"""

import ctypes
import gc
import sys
from contextlib import suppress

TIDY_EVERY = 20.0  # seconds
_M_ARENA_MAX = -8  # glibc's malloc.h
ARENAS = 2  # glibc heaps: with one per thread, a web server holds hundreds of megabytes of unused memory


def settle() -> None:
    """Exclude all existing objects from garbage collection. Call once, after all imports."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # not glibc: no such setting
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Collect reference cycles of ended sessions and return free memory to the system. Call periodically."""
    gc.collect()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
