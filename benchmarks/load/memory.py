"""Memory of a server process and of its workers, and the processor time of a process."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


def rss(pid: int) -> float:
    """Resident memory of a process in MB; 0 if it has ended."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024
    return 0.0


def descendants(pid: int) -> list[int]:
    """All processes that this process started, directly or indirectly."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
    found, ahead = [], [pid]
    while ahead:
        for child in parents.get(ahead.pop(), []):
            found.append(child)
            ahead.append(child)
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of a process in seconds, all threads; 0 if it has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


class Watch:
    """Peaks during a block, `async with Watch(pid) as watch: ...`.

    server, workers: peak memory in MB; cpu: mean number of cores that the server used. every: seconds between samples.
    """

    def __init__(self, pid: int, every: float = 0.5) -> None:
        self.pid, self.every = pid, every
        self.server = self.workers = self.cpu = 0.0

    async def __aenter__(self) -> "Watch":
        self._start, self._cpu = asyncio.get_running_loop().time(), cpu_seconds(self.pid)
        self._task = asyncio.create_task(self._sample_regularly())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        self._sample()
        passed = asyncio.get_running_loop().time() - self._start
        self.cpu = (cpu_seconds(self.pid) - self._cpu) / passed

    async def _sample_regularly(self) -> None:
        while True:
            self._sample()
            await asyncio.sleep(self.every)

    def _sample(self) -> None:
        self.server = max(self.server, rss(self.pid))
        self.workers = max(self.workers, sum(map(rss, descendants(self.pid))))
