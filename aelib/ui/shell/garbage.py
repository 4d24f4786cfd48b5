"""Keeping a long-lived server's memory and pauses small. Streamlit's own way, a full collection after every script run,
holds all threads for 0.16 s each time (some 300,000 objects with torch and plotly) and is off (.streamlit/config.toml).
"""

import ctypes
import gc
import sys
from contextlib import suppress

TIDY_EVERY = 20.0  # seconds
_M_ARENA_MAX = -8  # glibc's malloc.h
ARENAS = 2  # heaps of glibc: one for each thread of a web server holds hundreds of megabytes that are not used


def settle() -> None:
    """Once, when all is imported: what exists now stays, and the garbage collector no longer walks over it."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library manages by itself
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Now and then: collect the cycles that sessions leave behind, and give free memory back to the system."""
    gc.collect()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
