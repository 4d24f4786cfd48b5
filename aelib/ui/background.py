"""Work that takes seconds and is no training: done aside, one piece at a time, seen by all who ask for the same.

Pages ask by a key that says what is to be done; whoever asks for what is done, or on its way, joins it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from ..basics import LabError
from .person import who
from .words import problems

REMEMBERED = 12  # results
MOST_BYTES = 500_000_000  # of pictures among these; the latest stays, however large
MOST_WAITING = 20
COMPUTING, DOWNLOADS = "computing", "downloads"  # queues: who waits for a network keeps nobody from computing
POLL = 0.5  # seconds
PRESENT = 10.0  # seconds after its last look that a page is thought to be open

T = TypeVar("T")
Work = Callable[[Callable[[float], None], Callable[[], bool]], T]  # told: the share done; asked: whether to stop


@dataclass(eq=False)
class Task:
    """share: done, 0 to 1; watched: people who wait for it, with the time of their last look."""

    future: "Future[Any]"
    share: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    watched: dict[str, float] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    def look(self, person: str) -> None:
        """This person waits for it."""
        self.watched[person] = time.monotonic()

    def leave(self, person: str) -> None:
        """This person no longer wants it. It stops unless somebody else waits for it."""
        self.watched.pop(person, None)
        self.left.add(person)
        if not any(seen > time.monotonic() - PRESENT for seen in list(self.watched.values())):
            self.stop.set()


class Background:
    """All work of one queue on one server, in the order asked for."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._lock = threading.Lock()
        self._tasks: OrderedDict[str, Task] = OrderedDict()

    def get(self, key: str) -> Task | None:
        with self._lock:
            return self._tasks.get(key)

    def start(self, key: str, work: Work[Any], person: str = "") -> None:
        """person: who waits for it. Raises LabError where too much waits already."""
        with self._lock:
            self._tidy()
            known = self._tasks.get(key)
            if known is not None and not known.future.done():
                known.left.discard(person)
                known.look(person)
                return
            if sum(not one.future.done() for one in self._tasks.values()) >= MOST_WAITING:
                raise LabError("The server has much to do for others: try again in a minute.")
            task = self._tasks[key] = Task(Future())
            self._tasks.move_to_end(key)
            task.look(person)

            def told(share: float) -> None:
                task.share = share

            task.future = self._pool.submit(work, told, task.stop.is_set)

    def _tidy(self) -> None:
        """Old results make room for new ones."""
        done = [(name, one.future) for name, one in self._tasks.items() if one.future.done()]
        total = 0
        for number, (name, future) in enumerate(reversed(done)):
            total += 0 if future.exception() else getattr(future.result(), "nbytes", 0)
            if number >= REMEMBERED or (number and total > MOST_BYTES):
                del self._tasks[name]

    def forget(self, key: str) -> None:
        with self._lock:
            self._tasks.pop(key, None)


@st.cache_resource(show_spinner=False)
def _background(queue: str) -> Background:
    return Background()


def forget(key: str, queue: str = COMPUTING) -> None:
    """What was done so is not there any more: the next who asks may start it again."""
    _background(queue).forget(key)


def result_of(key: str, label: str, work: Work[T], about: str = "", queue: str = COMPUTING) -> T | None:
    """What `work` gives, or None until it is there: then there is a button with this label, or progress with Stop. key:
    says what is to be done, so that nobody waits for the same twice; about: a line below the button; queue: COMPUTING
    or DOWNLOADS."""
    task = _background(queue).get(key)
    if task is not None and task.future.done():
        error = task.future.exception()
        if error is None:
            found: T = task.future.result()
            return found
        if not isinstance(error, LabError):
            forget(key, queue)  # said once: then it can be asked for again
            raise error
        if not task.stop.is_set():
            problems([str(error)])
    if task is not None and not task.future.done() and who() not in task.left:
        _watch(key, queue)
        return None
    if st.button(label, icon=":material/play_arrow:", key=f"{key}:start"):
        try:
            _background(queue).start(key, work, who())
        except LabError as error:
            problems([str(error)])
            return None
        st.rerun()
    if about:
        st.caption(about)
    return None


@st.fragment(run_every=POLL)
def _watch(key: str, queue: str) -> None:
    task = _background(queue).get(key)
    if task is None or task.future.done() or who() in task.left:
        st.rerun()
    assert task is not None  # noqa: S101 - st.rerun does not return
    task.look(who())
    st.progress(min(1.0, task.share), text=f"{task.share:.0%}" if task.future.running() else "In the queue")
    st.button("Stop", icon=":material/stop:", key=f"{key}:stop", on_click=task.leave, args=(who(),))
