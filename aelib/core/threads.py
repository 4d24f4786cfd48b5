"""How the threads of PyTorch wait for each other.

By default, an OpenMP thread that has no work keeps its core busy for some milliseconds in case more work arrives. If
other processes need the cores, this spinning slows down the very threads that it waits for, and training takes many
times as long. benchmarks/busy.md compares this with threads that sleep, on an idle machine and on busy ones. See
https://gcc.gnu.org/onlinedocs/libgomp/OMP_005fWAIT_005fPOLICY.html.
"""

import os

SLEEPING = {"OMP_WAIT_POLICY": "passive"}


def let_waiting_threads_sleep() -> None:
    """Let waiting threads sleep in this process and its children, unless the environment says otherwise. Call this
    before PyTorch is imported, because PyTorch reads the setting once."""
    for name, value in SLEEPING.items():
        os.environ.setdefault(name, value)
