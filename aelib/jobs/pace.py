"""How long trainings take on this machine as it is now: the estimate of an idle one, corrected by what was just trained
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

REMEMBERED = 5  # trainings of a family; the estimate uses their median
SHORTEST = 0.05  # seconds: what takes less says nothing about the speed
LARGEST = 1000.0  # ratio of a duration to its estimate that is believed


class Pace:
    """The speed of one server. Several threads may use it at once.

    file: where the ratios are kept for the next server; without it, or when it cannot be read, it starts afresh.
    """

    def __init__(self, device: str = "auto", file: Path | None = None) -> None:
        self.device, self.file = device, file
        self._lock = threading.Lock()
        self._ratios: dict[str, deque[float]] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):  # of no value once it is damaged
            if file is not None:
                for family, ratios in json.loads(file.read_text()).items():
                    good = [float(ratio) for ratio in ratios if 1 / LARGEST <= ratio <= LARGEST]
                    self._ratios[family] = deque(good, REMEMBERED)

    def seconds(self, experiments: Sequence[Experiment]) -> float:
        """Estimated seconds for a training of these experiments that begins now, on a worker of its own."""
        if not experiments:
            return 0.0
        with self._lock:
            ratios = self._ratios.get(self._family(experiments[0]))
            if not ratios:  # another family says how fast the machine is
                ratios = deque(ratio for of_family in self._ratios.values() for ratio in of_family)
            ratio = median(ratios) if ratios else 1.0
        return time_estimate.seconds(experiments) * ratio * slowdown()

    def note(self, experiments: Sequence[Experiment], seconds: float, slowed: float) -> None:
        """Learn from a training that took so many seconds. slowed: the `slowdown` when it began."""
        if seconds < SHORTEST:
            return
        ratio = seconds / slowed / time_estimate.seconds(experiments)
        with self._lock:
            family = self._ratios.setdefault(self._family(experiments[0]), deque(maxlen=REMEMBERED))
            family.append(min(max(ratio, 1 / LARGEST), LARGEST))
            content = json.dumps({name: list(found) for name, found in self._ratios.items()})
        if self.file is not None:
            with suppress(OSError):  # it is only an estimate
                temp_path = self.file.with_suffix(".new")
                temp_path.write_text(content)
                temp_path.replace(self.file)

    def _family(self, experiment: Experiment) -> str:
        try:
            return time_estimate.family(experiment, self.device)
        except LabError:  # a device that only the workers have
            return self.device


def slowdown() -> float:
    """How many times as long one more process takes as on an idle machine, at least 1: processes that compete, for each
    core. 1 where the system does not say (Windows)."""
    if not hasattr(os, "getloadavg"):
        return 1.0
    return max(1.0, (os.getloadavg()[0] + 1) / (os.cpu_count() or 1))
