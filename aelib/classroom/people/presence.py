"""Who has a page of the app open now. This is kept in memory only, until the process ends."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

HERE = 30.0  # seconds after a page's last request for which it counts as open


class Seen(NamedTuple):
    """Where a person was last. lesson: name of the page; ago: seconds since then."""

    lesson: str
    ago: float

    @property
    def here(self) -> bool:
        return self.ago < HERE


class Presence:
    """class -> person -> the page that is open. clock: a monotonic clock in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, dict[str, tuple[str, float]]] = {}

    def see(self, group: str, person: str, lesson: str) -> None:
        """Note that a page of this person is open. lesson: its name; empty for the page that was open before."""
        with self._lock:
            people = self._seen.setdefault(group, {})
            people[person] = (lesson or people.get(person, ("", 0.0))[0], self._clock())

    def of(self, group: str) -> dict[str, Seen]:
        """person -> where they were last, for all of a class who were seen since the server started."""
        now = self._clock()
        with self._lock:
            return {person: Seen(lesson, now - at) for person, (lesson, at) in self._seen.get(group, {}).items()}

    def forget(self, group: str, person: str | None = None) -> None:
        """Forget one person of a class, or all of it."""
        with self._lock:
            if person is None:
                self._seen.pop(group, None)
            else:
                self._seen.get(group, {}).pop(person, None)
