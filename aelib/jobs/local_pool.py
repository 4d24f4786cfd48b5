"""Persistent worker processes on this machine, each with torch imported and one thread: the default executor."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ParamSpec, TypeVar

import loky
import torch
from loky.backend.utils import kill_process_tree

from aelib.training import warm_up

P = ParamSpec("P")
T = TypeVar("T")


NICENESS = 10  # workers run at lower priority than the pages


def count() -> int:
    """The number of workers: one for each GPU or, without a GPU, one for each core that this process may use."""
    return torch.cuda.device_count() or int(loky.cpu_count())


def _start(parent: int) -> None:
    """Set up a worker process: warm up the engines, and exit when the server ends, even when it is killed."""
    # Ctrl-C in a terminal reaches all its processes; the server decides what happens to a training
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    if hasattr(os, "nice"):
        os.nice(NICENESS)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    warm_up()


def _ready() -> int:
    return os.getpid()


class LocalPool(Executor):
    """One loky pool with one process for each worker, so that a process that dies does not end another worker's job.

    loky instead of the standard library's pool, because it starts a process without importing the program's main
    module again; under Streamlit that module is a page.
    """

    def __init__(self, workers: int | None = None, idle_seconds: float | None = None) -> None:
        """workers: None for as many as `count`; idle_seconds: a worker that is idle for this long ends, and the next
        job starts a new one; None: workers stay."""
        self.size = workers or count()
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._pools: list[Any] = [None] * self.size
        self._busy = [0] * self.size
        self._slots: dict[Future[Any], int] = {}  # worker of each task that has not ended

    def warm(self) -> None:
        """Start all processes now, so that the first job does not wait for the import of torch."""
        for slot in range(self.size):
            self._submit(slot, _ready)

    def pids(self) -> list[int]:
        """The process ids of the workers that run now."""
        with self._lock:
            return [pid for pool in self._pools if pool is not None for pid in list(pool._processes or ())]

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Run on the worker with the fewest tasks. The future raises BrokenProcessPool if the process dies."""
        with self._lock:
            slot = min(range(self.size), key=lambda i: self._busy[i])
            self._busy[slot] += 1
        try:
            future: Future[T] = self._submit(slot, fn, *args, **kwargs)
        except BaseException:
            self._done(slot)
            raise
        with self._lock:
            self._slots[future] = slot
        future.add_done_callback(lambda ended: self._done(slot, ended))
        return future

    def kill(self, future: "Future[Any]") -> None:
        """Kill the process that works on a task; its future then raises BrokenProcessPool. Nothing happens if the task
        has ended."""
        with self._lock:
            slot = self._slots.get(future)
            pool = None if slot is None else self._pools[slot]
            processes = [] if pool is None else list((pool._processes or {}).values())
        for process in processes:
            kill_process_tree(process)

    def _done(self, slot: int, ended: "Future[Any] | None" = None) -> None:
        with self._lock:
            self._busy[slot] -= 1
            if ended is not None:
                self._slots.pop(ended, None)

    def _submit(self, slot: int, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self._lock:
            if self._pools[slot] is None:
                self._pools[slot] = self._pool(slot)
            pool = self._pools[slot]
        try:
            return pool.submit(fn, *args, **kwargs)
        except (BrokenProcessPool, RuntimeError):  # its process died: start a new one
            with self._lock:
                if self._pools[slot] is pool:
                    self._pools[slot] = self._pool(slot)
                pool = self._pools[slot]
            return pool.submit(fn, *args, **kwargs)

    def _pool(self, slot: int) -> Any:
        env = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        if torch.cuda.device_count() > 1:
            env["CUDA_VISIBLE_DEVICES"] = str(slot)
        return loky.ProcessPoolExecutor(
            max_workers=1, timeout=self._idle_seconds, env=env, initializer=_start, initargs=(os.getpid(),)
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Stop all workers; with `cancel_futures` they are killed while they work."""
        for pool in self._pools:
            if pool is not None:
                pool.shutdown(wait=wait, kill_workers=cancel_futures)
