"""Cost of progress reports: the same net trained with and without a mailbox, alternating."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from aelib.experiment import presets
from aelib.jobs.mailbox import FolderMailbox
from aelib.training import Progress, fit

from .rows import Row

TURNS = 9


def measure(quick: bool = False) -> list[Row]:
    experiment = presets.get("font-20-10").with_values({"epochs": 20_000 if quick else 60_000})
    reports = 0
    with tempfile.TemporaryDirectory() as folder:
        mailbox = FolderMailbox(Path(folder))

        def report(progress: Progress) -> None:
            nonlocal reports
            reports += 1
            mailbox.report(progress)

        def seconds(on_progress: Callable[[Progress], None] | None, stop: Callable[[], bool] | None) -> float:
            start = time.process_time()  # processor time of this process, independent of others
            fit(experiment, "cpu", on_progress, stop)
            return time.process_time() - start

        seconds(None, None)
        ratios, watched = [], 0.0
        for _ in range(3 if quick else TURNS):
            alone = seconds(None, None)
            reporting = seconds(report, mailbox.stop_requested)
            ratios.append(reporting / alone)
            watched += reporting
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
