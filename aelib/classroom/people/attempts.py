"""How often somebody may be wrong: wrong codes and keys are slowed down without blocking a thread."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MAX_KNOWN = 10_000  # people who are remembered


class Attempts:
    """Counts wrong attempts. Whoever was wrong too often is refused, right or wrong, until enough time has passed.

    Args:
        most: wrong attempts that are allowed within `seconds`.
        seconds: for which an attempt counts.
        clock: a monotonic clock in seconds, so that setting the system's clock does not matter.
    """

    def __init__(self, most: int, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, who: str) -> float:
        """Seconds until this person may try again; 0 if at once."""
        with self._lock:
            times = self._recent(who)
            return self.seconds - (self._clock() - times[0]) if len(times) >= self.most else 0.0

    def wrong(self, who: str) -> None:
        """Count a wrong attempt."""
        with self._lock:
            times = self._recent(who)
            times.append(self._clock())
            while len(times) > self.most:
                times.popleft()
            self._wrong[who] = times
            self._wrong.move_to_end(who)
            while len(self._wrong) > MAX_KNOWN:
                self._wrong.popitem(last=False)

    def _recent(self, who: str) -> deque[float]:
        times = self._wrong.get(who, deque())
        while times and self._clock() - times[0] >= self.seconds:
            times.popleft()
        return times
