"""Training time on this machine in its current state: the estimate for an idle machine, corrected by recent trainings
here and by how busy the machine is."""

import json
import os
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median

from aelib.core.errors import LabError
from aelib.experiment import Experiment
from aelib.training import time_estimate

REMEMBERED = 5  # trainings of each family that are remembered; the estimate uses their median
# if a training is estimated at this many seconds or more, it measures the machine's speed; a shorter one, the cost of
# any job
LONG = 0.5
LARGEST = 1000.0  # largest accepted ratio of a duration to its estimate, and largest accepted cost of a job in seconds
COST = "cost"  # key of the seconds that every job costs, however short it is


class Pace:
    """The speed of one server. Several threads may use it at once.

    file: where the speed is stored for the next server; without it, or if it cannot be read, nothing is known at first.
    """

    def __init__(self, device: str = "auto", file: Path | None = None) -> None:
        self.device, self.file = device, file
        self._lock = threading.Lock()
        self._learnt: dict[str, deque[float]] = {}  # family -> ratios of durations to estimates; COST -> seconds
        with suppress(OSError, ValueError, TypeError, AttributeError):  # a damaged file is ignored
            if file is not None:
                for name, values in json.loads(file.read_text()).items():
                    good = [float(value) for value in values if 0 <= value <= LARGEST]
                    self._learnt[name] = deque(good, REMEMBERED)

    def seconds(self, experiments: Sequence[Experiment]) -> float:
        """Estimated seconds for a training of these experiments that starts now, on a worker of its own."""
        if not experiments:
            return 0.0
        with self._lock:
            idle = time_estimate.seconds(experiments) * self._ratio(experiments[0]) + median(
                self._learnt.get(COST) or [0]
            )
        return idle * slowdown()

    def note(self, experiments: Sequence[Experiment], seconds: float, slowed: float) -> None:
        """Learn from a training that took this many seconds. Times that are not positive are ignored: the clock was set
        back. slowed: the `slowdown` when it started."""
        if seconds <= 0:
            return
        idle, estimate = seconds / slowed, time_estimate.seconds(experiments)
        with self._lock:
            if estimate >= LONG:
                name, value = self._family(experiments[0]), idle / estimate
            else:
                name, value = COST, max(0.0, idle - estimate * self._ratio(experiments[0]))
            self._learnt.setdefault(name, deque(maxlen=REMEMBERED)).append(min(value, LARGEST))
            content = json.dumps({name: list(found) for name, found in self._learnt.items()})
        if self.file is not None:
            with suppress(OSError):  # it is only an estimate
                temp_path = self.file.with_suffix(".new")
                temp_path.write_text(content)
                temp_path.replace(self.file)

    def _ratio(self, experiment: Experiment) -> float:
        """The ratio of real to estimated time here. If this family was never trained, all other families give the
        machine's speed."""
        others = [value for name, values in self._learnt.items() if name != COST for value in values]
        return median(self._learnt.get(self._family(experiment)) or others or [1.0])

    def _family(self, experiment: Experiment) -> str:
        try:
            return time_estimate.family(experiment, self.device)
        except LabError:  # a device that only the workers have
            return self.device


def slowdown() -> float:
    """How many times longer one more process takes than on an idle machine, at least 1: the number of competing
    processes for each core. 1 if the system does not report its load (Windows)."""
    if not hasattr(os, "getloadavg"):
        return 1.0
    return max(1.0, (os.getloadavg()[0] + 1) / (os.cpu_count() or 1))
