"""Jobs on a Dask cluster: `tcp://scheduler:8786`, with this library on the workers' machines.

Needs requirements-cluster.txt. Server and workers share no disk: progress travels as Dask events, a request to stop is
a Dask event flag, and the trained net comes back as files, which are checked before they are stored. Dask replaces a
worker that is lost: the task starts again on another one.

Dask's protocol has no authentication: anyone who reaches the scheduler can run code on the workers, and this process
unpickles their answers. Use it inside a network that you trust, or with TLS (`tls://` and Dask's own configuration).
"""

import importlib.util
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

import distributed

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.training import Progress

from .mailbox import progress_from
from .worker import Outcome, RemoteExecutor

POLL_SECONDS = 2.0  # seconds between two checks of the connection and of the number of workers
STOP_FLAG_SECONDS = 60.0  # seconds for which a stop flag stays set after its job has ended
CONNECT_SECONDS = 4.0  # timeout of the connection to the scheduler
MAX_HISTORY = 60  # history records in a report, at most: Dask keeps the last thousand reports
_TOPIC = "aelib-progress"
_log = logging.getLogger(__name__)


def _is_given_up() -> bool:
    """On a worker, in the thread of a task: whether the scheduler no longer wants the task, because the server that
    sent it is gone. Dask would let such a task run to its end, and the worker could do nothing else until then."""
    worker = distributed.get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is None or task.state == "cancelled"


@dataclass(frozen=True)
class _WorkerEnd:
    """The worker's end of a job's mailbox. key: identifies one job of one server."""

    key: str

    def report(self, progress: Progress) -> None:
        step = -(-len(progress.history) // MAX_HISTORY)
        short = replace(progress, history=[*progress.history[:-1:step], *progress.history[-1:]])
        distributed.get_worker().log_event(_TOPIC, {"key": self.key, "progress": json.dumps(asdict(short))})

    def stop_requested(self) -> bool:
        return _is_given_up() or bool(distributed.Event(_flag(self.key)).is_set())


@dataclass(frozen=True)
class _Mailbox:
    cluster: "DaskCluster"
    key: str

    def worker_end(self) -> _WorkerEnd:
        self.cluster.reports[self.key] = None  # from now on reports of this job are accepted
        return _WorkerEnd(self.key)

    def latest(self) -> Progress | None:
        return self.cluster.reports.get(self.key)

    def request_stop(self) -> None:
        self.cluster.stop(self.key)

    def clear(self) -> None:
        self.cluster.reports[self.key] = None

    def close(self) -> None:
        self.cluster.forget(self.key)


def _flag(key: str) -> str:
    return f"aelib-stop-{key}"


class DaskCluster(RemoteExecutor):
    """A Dask cluster as an executor. Raises LabError if it does not answer.

    A background thread keeps the connection and counts the workers, so that no caller waits for the network.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.reports: dict[str, Progress | None] = {}  # key -> the latest report of a job that has not ended
        self._tasks: dict[str, Any] = {}  # key -> Dask's future, which keeps the task alive
        self._stopped: set[str] = set()
        self._flags: dict[str, float] = {}  # key -> when to clear its stop flag
        self._threads = 0
        self._client = self._connected()
        self._count_threads()
        self._sender = ThreadPoolExecutor(1, "aelib-cluster")
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="aelib-cluster-watch", daemon=True).start()

    def _connected(self) -> Any:
        try:
            client = distributed.Client(self.address, timeout=CONNECT_SECONDS, name="aelib", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise LabError("{answer} ({error})", answer=self._no_answer(), error=type(error).__name__) from None
        client.subscribe_topic(_TOPIC, self._on_event)
        return client

    def _no_answer(self) -> Lazy:
        return Lazy(
            "No Dask scheduler answers at {address}: start one there, or check the address, such as "
            "tcp://127.0.0.1:8786.",
            address=self.address[:80],
        )

    def _watch(self) -> None:
        while not self._closed.wait(POLL_SECONDS):
            try:
                if self._client.status != "running":
                    self._threads = 0
                    self._client.close()
                    self._client = self._connected()
                self._count_threads()
                for key in [key for key, until in self._flags.items() if time.monotonic() > until]:
                    del self._flags[key]
                    distributed.Event(_flag(key), client=self._client).clear()
            except Exception as error:  # noqa: BLE001 - a cluster that does not answer now may come back
                self._threads = 0
                _log.info("cluster %s: %s", self.address, error)

    def _count_threads(self) -> None:
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        self._threads = sum(int(worker["nthreads"]) for worker in workers)

    def _on_event(self, event: tuple[float, Any]) -> None:
        _, report = event
        if report["key"] in self.reports:  # otherwise it is from another server or from a job that has ended
            self.reports[report["key"]] = progress_from(report["progress"].encode())

    @property
    def size(self) -> int:
        """Number of threads of all workers, 0 if the cluster does not answer."""
        return self._threads if self._client.status == "running" else 0

    def mailbox(self) -> _Mailbox:
        """A mailbox with a random key."""
        return _Mailbox(self, secrets.token_hex(8))

    def stop(self, key: str) -> None:
        """Stop a job: a worker that trains it sees the flag; a job that no worker has taken yet never starts."""
        self._stopped.add(key)
        task = self._tasks.get(key)
        if task is not None and self.reports.get(key) is None:
            task.cancel()
        self._sender.submit(lambda: distributed.Event(_flag(key), client=self._client).set())

    def forget(self, key: str) -> None:
        """Drop what is known about a job that has ended."""
        self.reports.pop(key, None)
        self._tasks.pop(key, None)
        if key in self._stopped:  # a worker may just have started it, so the flag stays set for a while
            self._stopped.discard(key)
            self._flags[key] = time.monotonic() + STOP_FLAG_SECONDS

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Send a task to the cluster. Raises LabError if the cluster does not answer; the future raises it if the task
        is lost."""
        if self._client.status != "running":
            raise LabError(self._no_answer())
        (task,) = args
        key = task.mailbox.key
        ours: Future[Any] = Future()
        theirs = self._client.submit(fn, *args, pure=False, **kwargs)
        self._tasks[key] = theirs
        theirs.add_done_callback(lambda future: self._forward(future, ours, key))
        return ours

    def _forward(self, future: Any, ours: "Future[Any]", key: str) -> None:
        try:
            ours.set_result(future.result())
        except distributed.KilledWorker:
            ours.set_exception(LabError("Every worker of the cluster that tried it died, perhaps for lack of memory."))
        except CancelledError:
            if key in self._stopped:
                ours.set_result(Outcome("cancelled", Lazy("Stopped before a worker took it, as asked.")))
            else:
                ours.set_exception(LabError("The cluster was stopped before this training ended: start it again."))
        except Exception as error:  # noqa: BLE001 - any error must reach the job
            if not self._has_aelib():
                _log.warning("cluster %s: %s", self.address, error)
                error = LabError(
                    "The cluster does not understand the task: start its scheduler and workers in this folder."
                )
            ours.set_exception(error)

    def _has_aelib(self) -> bool:
        """Whether the scheduler and every worker can import aelib; True if they do not answer."""
        importable = lambda: importlib.util.find_spec("aelib") is not None  # noqa: E731 - sent by value, not by name
        try:
            found = [self._client.run_on_scheduler(importable), *self._client.run(importable).values()]
        except Exception as error:  # noqa: BLE001 - the task's own error says more
            _log.warning("cluster %s does not say whether it has aelib: %s", self.address, error)
            return True
        return all(found)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect; the cluster keeps running."""
        self._closed.set()
        self._sender.shutdown(wait=True)
        if cancel_futures:
            self._client.cancel(list(self._tasks.values()))
        self._client.close()
