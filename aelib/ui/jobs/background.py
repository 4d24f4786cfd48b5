"""Background work other than training that takes seconds. Each queue runs one task at a time; users share results.

A key identifies each task. A user who requests a task that is done or in progress gets its result. A task stops when no
user waits for it any more.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.ui.shell.messages import fragment_every, show_error
from aelib.ui.shell.visitor import visitor_id

REMEMBERED = 12  # results
MAX_BYTES = 500_000_000  # of all retained results; the latest is retained even if it is larger
MAX_WAITING, MAX_EACH = 20, 3  # of all users, and of one user
COMPUTING, DOWNLOADS = "computing", "downloads"  # queues: waiting for the network does not block computation
POLL = 0.5  # seconds
# seconds since its last poll for which a page counts as open: browsers wake hidden pages once a minute
PRESENT = 100.0

T = TypeVar("T")
Work = Callable[[Callable[[float], None], Callable[[], bool]], T]  # on_progress(share done), stop()


@dataclass(eq=False)
class BackgroundWork:
    """One task.

    Attributes:
        kept: whether it continues when no user waits for it.
        share: how much is done, 0 to 1.
        watched: users who wait for it -> time of their last poll.
        left: users who no longer want it.
        stopped: whether a stop was requested.
    """

    kept: bool
    future: "Future[Any]" = field(default_factory=Future)
    share: float = 0.0
    watched: dict[str, float] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    stopped: bool = False

    def look(self, person: str) -> None:
        """Record that the user waits for the task."""
        self.left.discard(person)
        self.watched[person] = time.monotonic()

    def leave(self, person: str) -> None:
        """Record that the user no longer wants the task, which stops unless other users wait for it."""
        self.watched.pop(person, None)
        self.left.add(person)
        if not self._watchers():
            self.stop()

    def stop(self) -> None:
        self.stopped = True
        self.future.cancel()  # takes effect if it has not started

    def unwanted(self) -> bool:
        """Whether the task should stop. The work polls this."""
        return self.stopped or (not self.kept and not self._watchers())

    def _watchers(self) -> list[str]:
        since = time.monotonic() - PRESENT
        return [person for person, seen in list(self.watched.items()) if seen > since]


class Background:
    """The tasks of one queue, in the order of their requests. kept: whether tasks continue when no user waits."""

    def __init__(self, kept: bool = False) -> None:
        self.kept = kept
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._lock = threading.Lock()
        self._tasks: OrderedDict[str, BackgroundWork] = OrderedDict()

    def get(self, key: str) -> BackgroundWork | None:
        with self._lock:
            return self._tasks.get(key)

    def start(self, key: str, work: Work[Any], person: str = "") -> None:
        """Start a task unless it is in progress. person: who waits for it. Raises LabError if too many tasks wait."""
        with self._lock:
            self._tidy()
            known = self._tasks.get(key)
            if known is not None and not known.future.done() and not known.unwanted():
                known.look(person)
                return
            waiting = [one for one in self._tasks.values() if not one.future.done() and not one.unwanted()]
            if len(waiting) >= MAX_WAITING:
                raise LabError("The server is busy with other users' requests: try again in a minute.")
            if sum(person in one.watched for one in waiting) >= MAX_EACH:
                raise LabError("{MAX_EACH} of your requests are not done yet: wait, or stop one.", MAX_EACH=MAX_EACH)
            task = self._tasks[key] = BackgroundWork(self.kept)
            self._tasks.move_to_end(key)
            task.look(person)

            def set_share(share: float) -> None:
                task.share = share

            task.future = self._pool.submit(work, set_share, task.unwanted)

    def _tidy(self) -> None:
        """Delete the oldest results beyond the limits, and tasks that were cancelled before they started."""
        for name in [name for name, one in self._tasks.items() if one.future.cancelled()]:
            del self._tasks[name]
        done = [(name, one.future) for name, one in self._tasks.items() if one.future.done()]
        total = 0
        for number, (name, future) in enumerate(reversed(done)):
            total += 0 if future.exception() else getattr(future.result(), "nbytes", 0)
            if number >= REMEMBERED or (number and total > MAX_BYTES):
                del self._tasks[name]

    def forget(self, key: str) -> None:
        with self._lock:
            self._tasks.pop(key, None)


@st.cache_resource(show_spinner=False)
def _background(queue: str) -> Background:
    return Background(kept=queue == DOWNLOADS)  # a finished download serves all users


def forget(key: str, queue: str = COMPUTING) -> None:
    """Delete a result, so that the task can be started again."""
    _background(queue).forget(key)


def result_of(key: str, label: str, work: Work[T], about: str = "", queue: str = COMPUTING) -> T | None:
    """The result of `work`. Until it is available, None, and a button with this label or the progress with Stop.

    Args:
        key: identifies the task, so that no work is done twice.
        label: of the button.
        work: called with `on_progress` and `stop` (see `Work`).
        about: a line below the button.
        queue: COMPUTING or DOWNLOADS.
    """
    task = _background(queue).get(key)
    if task is not None and task.future.done() and not task.future.cancelled():
        error = task.future.exception()
        if error is None:
            found: T = task.future.result()
            return found
        if not isinstance(error, LabError):
            forget(key, queue)  # raise the error once; then the task can be started again
            raise error
        if not task.stopped:
            show_error(error)
    if task is not None and not task.future.done() and not task.stopped and visitor_id() not in task.left:
        _watch(key, queue)
        return None
    if st.button(label, icon=":material/play_arrow:", key=f"{key}:start"):
        try:
            _background(queue).start(key, work, visitor_id())
        except LabError as error:
            show_error(error)
            return None
        st.rerun()
    if about:
        st.caption(about)
    return None


@fragment_every(POLL)
def _watch(key: str, queue: str) -> None:
    task = _background(queue).get(key)
    if task is None or task.future.done() or task.stopped or visitor_id() in task.left:
        st.rerun()
    assert task is not None  # noqa: S101 - st.rerun does not return
    task.look(visitor_id())
    st.progress(min(1.0, task.share), text=f"{task.share:.0%}" if task.future.running() else _("In the queue"))
    st.button(_("Stop"), icon=":material/stop:", key=f"{key}:stop", on_click=task.leave, args=(visitor_id(),))
