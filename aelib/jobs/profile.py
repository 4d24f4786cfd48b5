"""Where trainings run on this machine: in worker processes or, where memory is scarce, in a thread of the server.

A worker process with PyTorch takes as much memory as the server itself. A host that gives away servers often promises
less than a gigabyte for all of it, so the small profile has no second process: one training at a time runs in a thread
of the server, at a lower priority than the pages where a thread has a priority of its own. Kernels of PyTorch and of
the compiled engine release the GIL, so pages still answer. A training that runs out of memory ends the server, though,
and not only a worker.
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
ROOMY = 8 * 2**30  # bytes; from here on, idle workers are no burden
IDLE_SECONDS = 600.0  # after which a worker that nobody needs ends, below ROOMY


def is_small() -> bool:
    """Whether the small profile holds: as AELIB_PROFILE says, else where there is less memory than SMALL. Raises
    LabError for a wrong AELIB_PROFILE."""
    asked = settings().profile
    return asked == "small" if asked else memory.total() < SMALL


def local_executor() -> Executor:
    """The executor of this machine. Raises LabError for a wrong AELIB_PROFILE."""
    if is_small():
        return ThreadPoolExecutor(1, thread_name_prefix="training", initializer=_start)
    return LocalPool(idle_seconds=IDLE_SECONDS if memory.total() < ROOMY else None)


def _start() -> None:
    """Set up the thread as `local_pool` sets up a process."""
    torch.set_num_threads(1)
    if sys.platform == "linux":  # where a thread has a priority of its own
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
