"""How long every bundled lesson trains until its first result: `python -m benchmarks.lessons`.

Each lesson's own preset is trained once, by two threads, in a folder without data sets, so that one that needed a
download would fail. Seconds of processor time are given too, which other programs on the machine do not change much.
"""

import os
import tempfile
import time

LIMIT = 30  # seconds


def _verdict(used: float, wall: float) -> str:
    if min(used, wall) <= LIMIT:
        return "yes"
    return "with two free cores" if used / 2 <= LIMIT else "**no**"


def measured() -> list[list[str]]:
    from aelib import datasets
    from aelib.experiment import presets, resolve
    from aelib.training import fit
    from aelib.ui.shell.lessons import LESSONS

    rows = []
    for lesson in LESSONS:
        experiment = presets.get(lesson.preset)
        if datasets.spec(experiment.dataset).missing() is not None:
            raise RuntimeError(f"{lesson.name} begins with images that are not bundled: {experiment.dataset}")
        wall, used = time.perf_counter(), time.process_time()
        run = fit(experiment, "cpu")
        wall, used = time.perf_counter() - wall, time.process_time() - used
        rows.append(
            [
                lesson.name,
                f"`{lesson.preset}`",
                experiment.dataset,
                f"{resolve(experiment).architecture.parameters:,}",
                run.versions["engine"],
                f"{used:.1f}",
                f"{wall:.1f}",
                _verdict(used, wall),
            ]
        )
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory() as empty:
        os.environ |= {"AELIB_DATA": empty, "AELIB_HOME": empty}
        import torch

        from .machine import table, write

        torch.set_num_threads(2)
        head = ["lesson", "preset", "images", "parameters", "engine", "s of processor time", "s", f"within {LIMIT} s"]
        load = os.getloadavg()[0]
        about = (
            "The training behind the first result of every lesson, with bundled images alone, and nothing in a store. "
            f"When it began, {load:.1f} programs on average wanted the two cores, so the seconds of processor time "
            "count: on two free cores a training takes at most these, and at least half of them."
        )
        write("lessons", "What a lesson trains until its first result", f"{about}\n\n{table(head, measured())}")


if __name__ == "__main__":
    main()
