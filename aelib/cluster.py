"""The same jobs on a Dask cluster: `tcp://scheduler:8786`, workers with this library on other machines.

Needs requirements-cluster.txt. Progress travels as Dask events, a wish to stop is a Dask event flag, and the trained
net comes home as files that are checked before they are kept, so server and workers share no disk. A worker that is
lost is Dask's to replace: the task starts again on another.

Dask's protocol is not a guarded door: whoever reaches the scheduler can run code on the workers, and answers are
unpickled here. Use it inside a network that you trust, or with TLS (`tls://` and Dask's own configuration).
"""

import json
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import asdict, dataclass, replace
from typing import Any, ParamSpec, TypeVar

import distributed

from .basics import LabError
from .task import Remote, progress_from
from .training import Progress

P = ParamSpec("P")
T = TypeVar("T")

CONNECT = 4.0  # seconds until a scheduler that does not answer is given up
POINTS = 60  # of the history that travel with a report: Dask keeps the last thousand of them
_TOPIC = "aelib-progress"


@dataclass(frozen=True)
class _WorkerEnd:
    """key: of one job of one server."""

    key: str

    def report(self, progress: Progress) -> None:
        step = -(-len(progress.history) // POINTS)
        short = replace(progress, history=[*progress.history[:-1:step], *progress.history[-1:]])
        distributed.get_worker().log_event(_TOPIC, {"key": self.key, "progress": json.dumps(asdict(short))})

    def stop_asked(self) -> bool:
        return bool(distributed.Event(_flag(self.key)).is_set())


@dataclass(frozen=True)
class _Mailbox:
    cluster: "Cluster"
    key: str

    def worker_end(self) -> _WorkerEnd:
        return _WorkerEnd(self.key)

    def latest(self) -> Progress | None:
        return self.cluster.heard.get(self.key)

    def ask_to_stop(self) -> None:
        distributed.Event(_flag(self.key), client=self.cluster.client).set()

    def clear(self) -> None:
        self.cluster.heard.pop(self.key, None)

    def close(self) -> None:
        self.clear()


def _flag(key: str) -> str:
    return f"aelib-stop-{key}"


class Cluster(Remote):
    """A Dask cluster as an executor. Raises LabError where it does not answer."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: dict[str, Progress] = {}
        self._pending: set[Any] = set()
        self._lock = threading.Lock()
        self.client = self._connected()

    def _connected(self) -> Any:
        try:
            client = distributed.Client(self.address, timeout=CONNECT, name="aelib", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise LabError(
                f"No Dask scheduler answers at {self.address[:80]} ({type(error).__name__}): start one with "
                "`dask scheduler`, or check the address, such as tcp://127.0.0.1:8786."
            ) from None
        client.subscribe_topic(_TOPIC, self._hear)
        return client

    def _hear(self, event: tuple[float, Any]) -> None:
        _, said = event
        progress = progress_from(said["progress"].encode())
        if progress is not None:
            self.heard[said["key"]] = progress

    @property
    def size(self) -> int:
        """Threads of all workers, at least 1: a first task makes a cluster that adapts itself start a worker."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return max(1, sum(int(worker["nthreads"]) for worker in workers))

    def mailbox(self) -> _Mailbox:
        return _Mailbox(self, secrets.token_hex(8))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Hand it to the cluster. Raises LabError where that is gone; the future raises it where the task is lost."""
        with self._lock:
            if self.client.status != "running":
                self.client = self._connected()
        ours: Future[T] = Future()
        theirs = self.client.submit(fn, *args, pure=False, **kwargs)
        self._pending.add(theirs)  # Dask forgets a task that nobody refers to

        def finished(future: Any) -> None:
            self._pending.discard(future)
            try:
                ours.set_result(future.result())
            except distributed.KilledWorker:
                ours.set_exception(
                    LabError("Every worker of the cluster that tried it died, perhaps for lack of memory.")
                )
            except CancelledError:
                ours.set_exception(LabError("The cluster was stopped before this training ended: start it again."))
            except Exception as error:  # noqa: BLE001 - whatever it is, it must reach the job
                ours.set_exception(error)

        theirs.add_done_callback(finished)
        return ours

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; it goes on."""
        if cancel_futures:
            self.client.cancel(list(self._pending))
        self.client.close()
