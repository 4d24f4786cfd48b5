"""Memory that is freed at one step and wanted again at the next.

glibc gives large blocks back to the system when they are freed, and the system clears every page before it hands it out
again: on the maps of convolutions that costs as much as the arithmetic (benchmarks/convolution.py). While a net trains,
freed memory is kept; afterwards it is given back. See mallopt(3) and malloc_trim(3).
"""

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST = 32 * 2**20  # bytes: what glibc takes at most as its threshold for blocks of their own
_KEPT = 1024 * 2**20
# Whoever sets the thresholds ends glibc's own rule, by which they grow with the blocks that are freed: afterwards they
# are where that rule would have brought them.
_LATER = _LARGEST, 2 * _LARGEST

_lock = threading.Lock()
_inside = 0  # how many parts of this process keep memory now


@cache
def _libc() -> ctypes.CDLL | None:
    """glibc; None where the C library is another."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return (
        library if all(hasattr(library, name) for name in ("mallopt", "malloc_trim", "gnu_get_libc_version")) else None
    )


def _set(library: ctypes.CDLL, blocks: int, kept: int) -> None:
    library.mallopt(_M_MMAP_THRESHOLD, blocks)
    library.mallopt(_M_TRIM_THRESHOLD, kept)


@contextmanager
def retained_memory() -> Iterator[None]:
    """Freed memory is kept by this process inside, and given back to the system when the last of those inside leaves:
    from then on little is kept."""
    global _inside
    library = _libc()
    if library is None:
        yield
        return
    with _lock:
        _inside += 1
        if _inside == 1:
            _set(library, _LARGEST, _KEPT)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _set(library, *_LATER)
                library.malloc_trim(0)
