"""What it costs a training to tell how far it is: the same net with and without a mailbox, turn by turn."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from aelib.experiment import presets
from aelib.jobs.mailbox import FolderMailbox
from aelib.training import Progress, fit

from .figures import Row

TURNS = 9


def measure(quick: bool = False) -> list[Row]:
    experiment = presets.get("font-20-10").with_values({"epochs": 20_000 if quick else 60_000})
    reports = 0
    with tempfile.TemporaryDirectory() as folder:
        mailbox = FolderMailbox(Path(folder))

        def tell(progress: Progress) -> None:
            nonlocal reports
            reports += 1
            mailbox.report(progress)

        def seconds(report: Callable[[Progress], None] | None, stop: Callable[[], bool] | None) -> float:
            start = time.process_time()  # of this process alone, whatever else the machine does
            fit(experiment, "cpu", report, stop)
            return time.process_time() - start

        seconds(None, None)
        ratios, watched = [], 0.0
        for _ in range(3 if quick else TURNS):
            alone = seconds(None, None)
            told = seconds(tell, mailbox.stop_requested)
            ratios.append(told / alone)
            watched += told
    cost = 100 * (statistics.median(ratios) - 1)
    often = reports / watched
    return [
        Row(
            "processor time that progress costs a training of one small net, median",
            f"{cost:.1f} %",
            "≤ 3 %",
            cost <= 3,
        ),
        Row("reports a second", f"{often:.1f}", "≥ 2", often >= 2),
    ]
