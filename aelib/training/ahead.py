"""Trains many epochs in one call of the engine, if every epoch has the same batch, and evaluates them afterwards.

An epoch of a small net takes a few microseconds, less than checking whether it should be recorded. So the engine keeps
the weights of the epochs that are needed, and many of them are evaluated in one pass. If a net turns out to have ended
within a call, the engine takes it back to the start of that call and trains it to its last epoch again: the same steps
give the same net.
"""

import time
from typing import TYPE_CHECKING

import numpy as np

from aelib.experiment import resolve

from .engines.base import Ahead

if TYPE_CHECKING:
    from .loop import TrainingLoop

SPEED = 2e10  # arithmetic operations per second, until the speed is measured
NUMBERS = 10_000_000  # weights and activations that one evaluation may need
CHECKS = 32  # checks for early stopping in one call: training beyond the end of a net is wasted


def run(loop: "TrainingLoop", engine: Ahead, check_every: int, report_every: float) -> None:
    """Train to the last epoch. check_every: epochs between checks for early stopping; report_every: seconds.

    A call of the engine takes about half as long as the time between reports.
    """
    first, most = loop.members[0], report_every / 2
    net, epochs = resolve(first).architecture, first.epochs
    evaluated = {epoch for epoch in loop.recorded if epoch > loop.trained}
    if loop.checks:
        evaluated |= set(range(check_every * (loop.trained // check_every + 1), epochs + 1, check_every))
    marks = np.array(sorted(evaluated))  # epochs to evaluate; the last epoch is one of them
    epoch, begun, together = loop.trained, 0, 0
    while loop.rows:
        batch = loop.loader.steady
        assert batch is not None  # noqa: S101 - for the type checker: nets that leave do not change that
        images, nets = batch.inputs.shape[1], len(loop.rows)
        together = together or max(1, int(most * SPEED / (6 * net.parameters * images * nets)))
        room = max(1, NUMBERS // (nets * (net.parameters + net.activations * images)))
        room = min(room, CHECKS) if loop.checks else room
        end = int(min(marks[begun : begun + room][-1], epoch + together))
        kept = marks[begun : np.searchsorted(marks, end, side="right")]
        keep = np.zeros(end - epoch, np.bool_)
        keep[kept - epoch - 1] = True
        factors = np.array(first.optimizer.rate_factors(epoch + 1, end, epochs))
        start = time.perf_counter()
        rows = engine.steps(batch, factors, keep)
        seconds = time.perf_counter() - start

        found = loop.evaluator.evaluate_all(kept.tolist(), engine, rows) if len(kept) else []
        passed: dict[int, str] = {}
        for one in found:
            part = one.epoch - epoch  # epochs of this call
            now = start + seconds * part / (end - epoch) if one.epoch < end else time.perf_counter()
            check = loop.checks and one.epoch % check_every == 0
            ended = loop.note(one, now, one.epoch in loop.recorded, check, passed)
            for row, reason in ended.items():
                if reason and one.epoch < end:
                    engine.again(row, batch, factors[:part])
            loop.finish(one, ended)
            passed |= ended
        due = time.perf_counter() - loop.reported >= report_every
        if due:
            loop.report(end)
        loop.remove(passed)
        if due and loop.rows:
            loop.stop_at(end)

        if seconds < most / 2 and end - epoch == together:
            together *= 2
        elif seconds > most:
            together = max(1, together // 2)
        epoch, begun = end, begun + len(kept)
