"""Memory that is freed at one step and wanted again at the next.

glibc gives large blocks back to the system when they are freed, and the system clears every page before it hands it out
again: on the maps of convolutions that costs as much as the arithmetic (benchmarks/convolution.py). While a net trains,
freed memory is kept; afterwards it is given back. See mallopt(3) and malloc_trim(3).
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST = 32 * 2**20  # bytes: what glibc takes at most as its threshold for blocks of their own
_KEPT = 1024 * 2**20


@cache
def _libc() -> ctypes.CDLL | None:
    """glibc, told to keep what is freed; None where the C library is another."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    if not all(hasattr(library, name) for name in ("mallopt", "malloc_trim", "gnu_get_libc_version")):
        return None
    library.mallopt(_M_MMAP_THRESHOLD, _LARGEST)
    library.mallopt(_M_TRIM_THRESHOLD, _KEPT)
    return library


@contextmanager
def keeping() -> Iterator[None]:
    """Freed memory is kept by this process inside, and given back to the system at the end."""
    library = _libc()
    try:
        yield
    finally:
        if library is not None:
            library.malloc_trim(0)
