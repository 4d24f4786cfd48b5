"""How the threads of PyTorch wait for each other.

By default, a thread of OpenMP that has no work keeps its core busy for some milliseconds, in case there is more. Where
other processes want the cores, it takes them from the threads that it waits for, and a training takes many times as
long. benchmarks/busy.md compares this with threads that sleep, on an idle machine and on busy ones. See
https://gcc.gnu.org/onlinedocs/libgomp/OMP_005fWAIT_005fPOLICY.html.
"""

import os

SLEEPING = {"OMP_WAIT_POLICY": "passive"}


def let_waiting_threads_sleep() -> None:
    """Set this for the process and its children, unless the environment says otherwise. Call it before PyTorch is
    imported, which reads it once."""
    for name, value in SLEEPING.items():
        os.environ.setdefault(name, value)
