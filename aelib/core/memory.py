"""Controls whether a process keeps freed memory or returns it to the system.

glibc returns large blocks to the system when they are freed, and the system clears every page before it hands it out
again: for the feature maps of convolutions this takes a part of the training time (benchmarks/memory.md). While a net
trains, freed memory is kept; afterwards it is returned. See mallopt(3) and malloc_trim(3).

glibc also reads the thresholds from the environment (MALLOC_TRIM_THRESHOLD_, MALLOC_MMAP_THRESHOLD_). That is as fast,
but it holds for the whole life of a process, and only malloc_trim, which has no variable, returns the memory that a
training run has kept: 40 to 120 MB for each worker process after a convolutional net (benchmarks/memory.md). The
command line trains in a process that the user has started, whose environment we cannot choose. So the thresholds are
set here. The number of arenas is an environment variable (`SERVER`), because only a server needs it, and our commands
start the server.
"""

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

# Environment of a server process. glibc makes up to eight arenas (heaps) for each core, and each thread uses one. Free
# memory in one arena cannot serve the threads of another. The Makefile sets this variable too.
SERVER = {"MALLOC_ARENA_MAX": "2"}
TIDY_EVERY = 20.0  # seconds between two calls of `tidy`

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST = 32 * 2**20  # bytes; the largest value that glibc takes for M_MMAP_THRESHOLD
_KEPT = 1024 * 2**20  # bytes
# Setting a threshold turns off glibc's own rule, which raises the thresholds as larger blocks are freed. So afterwards
# they get the values that this rule would have reached.
_LATER = _LARGEST, 2 * _LARGEST

_lock = threading.Lock()
_inside = 0  # number of `retained_memory` blocks that are running in this process


@cache
def _libc() -> ctypes.CDLL | None:
    """glibc, or None if the C library is a different one."""
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
    """Keep freed memory in this process inside the block. When the last of several blocks ends, return it to the
    system."""
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


# memory limit of a container: control groups, versions 2 and 1
_CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def total() -> float:
    """Bytes of memory that this process and its children may use: the memory of the machine, or the container's limit
    if that is lower. Infinite if the system does not report it."""
    sizes = [float("inf")]
    with suppress(AttributeError, OSError, ValueError):  # not on Windows
        sizes.append(float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    for file in _CONTAINER:
        with suppress(OSError, ValueError):  # "max" is not a number: no limit
            sizes.append(float(int(file.read_text())))
    return min(sizes)


def collect_seldom() -> None:
    """Look for reference cycles after half a million new objects, not after 700. Call once, when a command starts.

    PyTorch and Numba create some 300,000 objects during import, and all of them stay: scanning them again and again
    takes a quarter of a second of each command (benchmarks/startup.md).
    """
    gc.set_threshold(500_000, *gc.get_threshold()[1:])


def settle() -> None:
    """Exclude all existing objects from garbage collection. Call once in a server, after all imports.

    By default, Streamlit runs a full collection after every script run. With torch and plotly (about 300,000 objects),
    each collection blocks all threads for 0.16 s, so .streamlit/config.toml turns it off, and `tidy` does it instead.
    """
    gc.collect()
    gc.freeze()


def tidy() -> None:
    """Collect reference cycles of ended sessions and return free memory to the system. Call periodically in a
    server."""
    gc.collect()
    library = _libc()
    if library is not None:
        library.malloc_trim(0)
