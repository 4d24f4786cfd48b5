"""Where trainings run on this machine: in worker processes or, if memory is scarce, in a thread of the server.

A worker process with PyTorch takes as much memory as the server itself. Free hosting often has less than a gigabyte in
total, so the small profile has no second process: one training at a time runs in a thread of the server, with a lower
priority than the pages if the system has priorities for threads. PyTorch and the compiled engine release the GIL during
computations, so pages still respond. However, a training that runs out of memory ends the whole server, not only a
worker.
"""

import os
import sys
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress

import torch

from aelib.core import memory
from aelib.core.settings import settings

from .local_pool import NICENESS, LocalPool

SMALL = 2 * 2**30  # bytes; a server with one worker process needs more than half of it
ROOMY = 8 * 2**30  # bytes; with this much memory, idle workers do not matter
IDLE_SECONDS = 600.0  # below ROOMY, a worker that is idle for this long ends


def is_small() -> bool:
    """Whether the small profile applies: as AELIB_PROFILE says, else if there is less memory than SMALL. Raises
    LabError for a wrong AELIB_PROFILE."""
    asked = settings().profile
    return asked == "small" if asked else memory.total() < SMALL


def local_executor() -> Executor:
    """The executor of this machine. Raises LabError for a wrong AELIB_PROFILE."""
    if is_small():
        return ThreadPoolExecutor(1, thread_name_prefix="training", initializer=_start)
    return LocalPool(idle_seconds=IDLE_SECONDS if memory.total() < ROOMY else None)


def _start() -> None:
    """Set up the thread like `local_pool` sets up a process."""
    torch.set_num_threads(1)
    if sys.platform == "linux":  # there, each thread has its own priority
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
