"""Work that takes seconds and is no training: done in the background, one piece at a time, and shared.

Pages ask by a key that says what is to be done. A person who asks for work that is done or under way joins it. Work
that no one waits for any more stops.
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
from aelib.ui.shell.messages import show_error
from aelib.ui.shell.visitor import visitor_id

REMEMBERED = 12  # results
MAX_BYTES = 500_000_000  # of pictures among these; the latest stays, however large
MAX_WAITING, MAX_EACH = 20, 3  # of all people, and of one
COMPUTING, DOWNLOADS = "computing", "downloads"  # queues: waiting for a network does not block computing
POLL = 0.5  # seconds
# seconds after its last look that a page is thought to be open: a browser wakes those that are hidden once a minute
PRESENT = 100.0

T = TypeVar("T")
Work = Callable[[Callable[[float], None], Callable[[], bool]], T]  # told: the share done; asked: whether to stop


@dataclass(eq=False)
class BackgroundWork:
    """share: done, 0 to 1; watched: people who wait for it, with the time of their last look; kept: whether it goes on
    without a visitor; stopped: whether the person who wanted it has asked for that."""

    kept: bool
    future: "Future[Any]" = field(default_factory=Future)
    share: float = 0.0
    watched: dict[str, float] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    stopped: bool = False

    def look(self, person: str) -> None:
        """This person waits for it."""
        self.left.discard(person)
        self.watched[person] = time.monotonic()

    def leave(self, person: str) -> None:
        """This person no longer wants it. It stops unless somebody else waits for it."""
        self.watched.pop(person, None)
        self.left.add(person)
        if not self._watchers():
            self.stop()

    def stop(self) -> None:
        self.stopped = True
        self.future.cancel()  # where it has not begun

    def unwanted(self) -> bool:
        """What the work asks: whether to stop."""
        return self.stopped or (not self.kept and not self._watchers())

    def _watchers(self) -> list[str]:
        since = time.monotonic() - PRESENT
        return [person for person, seen in list(self.watched.items()) if seen > since]


class Background:
    """All work of one queue on one server, in the order asked for. kept: whether it goes on without a visitor."""

    def __init__(self, kept: bool = False) -> None:
        self.kept = kept
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._lock = threading.Lock()
        self._tasks: OrderedDict[str, BackgroundWork] = OrderedDict()

    def get(self, key: str) -> BackgroundWork | None:
        with self._lock:
            return self._tasks.get(key)

    def start(self, key: str, work: Work[Any], person: str = "") -> None:
        """person: who waits for it. Raises LabError where too much waits already."""
        with self._lock:
            self._tidy()
            known = self._tasks.get(key)
            if known is not None and not known.future.done() and not known.unwanted():
                known.look(person)
                return
            waiting = [one for one in self._tasks.values() if not one.future.done() and not one.unwanted()]
            if len(waiting) >= MAX_WAITING:
                raise LabError("The server has much to do for others: try again in a minute.")
            if sum(person in one.watched for one in waiting) >= MAX_EACH:
                raise LabError(f"{MAX_EACH} such things that you asked for are not done yet: wait, or stop one.")
            task = self._tasks[key] = BackgroundWork(self.kept)
            self._tasks.move_to_end(key)
            task.look(person)

            def told(share: float) -> None:
                task.share = share

            task.future = self._pool.submit(work, told, task.unwanted)

    def _tidy(self) -> None:
        """Old results make room for new ones; what was taken back before it began is gone."""
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
    return Background(kept=queue == DOWNLOADS)  # a download that ends is there for everybody


def forget(key: str, queue: str = COMPUTING) -> None:
    """What was done so is not there any more: the next who asks may start it again."""
    _background(queue).forget(key)


def result_of(key: str, label: str, work: Work[T], about: str = "", queue: str = COMPUTING) -> T | None:
    """What `work` gives, or None until it is there: then there is a button with this label, or progress with Stop. key:
    says what is to be done, so that no work is done twice; about: a line below the button; queue: COMPUTING
    or DOWNLOADS."""
    task = _background(queue).get(key)
    if task is not None and task.future.done() and not task.future.cancelled():
        error = task.future.exception()
        if error is None:
            found: T = task.future.result()
            return found
        if not isinstance(error, LabError):
            forget(key, queue)  # said once: then it can be asked for again
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


@st.fragment(run_every=POLL)
def _watch(key: str, queue: str) -> None:
    task = _background(queue).get(key)
    if task is None or task.future.done() or task.stopped or visitor_id() in task.left:
        st.rerun()
    assert task is not None  # noqa: S101 - st.rerun does not return
    task.look(visitor_id())
    st.progress(min(1.0, task.share), text=f"{task.share:.0%}" if task.future.running() else "In the queue")
    st.button("Stop", icon=":material/stop:", key=f"{key}:stop", on_click=task.leave, args=(visitor_id(),))
