"""fit(experiment) -> Run. One training loop for one net or many and for every engine."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from aelib.core.device import pick_device
from aelib.core.memory import retained_memory
from aelib.experiment import Experiment, flatten, resolve

from . import continuation
from .engines import batched, registry
from .engines.base import THREADS
from .loop import SNAPSHOTS, Cancelled, Diverged, Progress, TrainingLoop
from .run import Run

# Fields in which members of one batched pass may differ.
MEMBER_FIELDS = (
    "seed",
    "optimizer.learning_rate",
    "optimizer.momentum",
    "optimizer.weight_decay",
    "corruption.level",
    "beta",
)
MEMORY = 512_000_000  # bytes that the nets of one group may need
MAX_GROUP = 128  # nets in one group: larger groups are hardly faster, and an interrupted sweep loses at most one group


def fit(
    experiment: Experiment,
    device: str = "auto",
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    stop: Callable[[], str] | None = None,
    start: Run | None = None,
) -> Run:
    """Train one net.

    The same experiment on the same device gives the same run. A net that is trained together with others gives the same
    run except for rounding, which long training can amplify.

    Args:
        experiment: what to train.
        device: auto, cpu, cuda or mps.
        on_progress: called about five times a second.
        cancelled: called equally often; True stops the training, and nothing is kept.
        stop: called equally often; a non-empty text (a reason as in `Run.stopped`) ends training after a whole epoch.
            The run is that of the experiment with this many epochs.
        start: a run with its optimiser's state that is the beginning of the experiment (see `continuation.longer`):
            training continues from there, with the same result as training from epoch 1.

    Raises Diverged, Cancelled, and LabError for a device that this machine does not have, or an unsuitable start.
    """
    (result,) = fit_many([experiment], device, on_progress, cancelled, stop=stop, start=start)
    if isinstance(result, Diverged):
        raise result
    return result


def fit_many(
    experiments: list[Experiment],
    device: str = "auto",
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_result: Callable[[Run | Diverged], None] | None = None,
    stop: Callable[[], str] | None = None,
    start: Run | None = None,
) -> list[Run | Diverged]:
    """Train nets; those that differ only in MEMBER_FIELDS train together. Results are in the order of the experiments.

    A net that diverges has a Diverged as its result, and the others continue. If the nets do not fit into memory
    together, they train group by group. on_result: called with the result of each net at the end of its group, so that
    finished nets can be stored even if the rest fails; start: for a single experiment; for the other arguments see
    `fit`. Raises Cancelled (after `stop` too, if some nets have not begun), and LabError as in `fit`.
    """
    if start is not None:
        if len(experiments) != 1:
            raise ValueError("only a single net can go on from a run")
        continuation.check(start, experiments[0])
    where, began = pick_device(device), time.perf_counter()
    results: dict[int, Run | Diverged] = {}
    work, done = sum(experiment.epochs for experiment in experiments), 0

    def report(progress: Progress) -> None:
        """Report the progress of one group as a share of all work."""
        if on_progress is not None:
            share = (done + group_work * progress.share) / work
            seconds = time.perf_counter() - began
            left = seconds / share * (1 - share) if start is None else progress.seconds_left
            counts = replace(progress, finished=len(results), wanted=len(experiments))
            on_progress(replace(counts, share=share, seconds=seconds, seconds_left=left))

    for group in groups(experiments):
        members = [experiments[i] for i in group]
        group_work = sum(member.epochs for member in members)
        with _threads(members), retained_memory():
            results |= zip(group, TrainingLoop(members, where, report, cancelled, stop, start).run(), strict=True)
        done += group_work
        if on_result is not None:
            for i in group:
                on_result(results[i])
        if stop is not None and len(results) < len(experiments) and stop():
            raise Cancelled(
                "Stopped after {done} of {count} nets, as asked; the others are not kept.",
                done=len(results),
                count=len(experiments),
            )
    return [results[i] for i in range(len(experiments))]


def groups(experiments: Sequence[Experiment], max_size: int = MAX_GROUP) -> list[list[int]]:
    """Groups of indices of experiments that train together: nets of one shape, at most max_size in a group, and no more
    than fit into MEMORY."""
    same_shape: dict[Any, list[int]] = {}
    for i, experiment in enumerate(experiments):
        values = flatten(experiment.model_dump(mode="json"))
        shared = [repr(value) for path, value in values.items() if path not in MEMBER_FIELDS]
        key = tuple(shared) if registry.together(experiment) else i
        same_shape.setdefault(key, []).append(i)
    parts = []
    for group in same_shape.values():
        first = experiments[group[0]]
        snapshots = SNAPSHOTS if first.snapshots is None else len(first.snapshots)
        most = max(1, min(max_size, MEMORY // batched.bytes_needed(first, snapshots)))
        count = -(-len(group) // most)  # as few groups as possible, of about equal size
        parts += [group[k * len(group) // count : (k + 1) * len(group) // count] for k in range(count)]
    return parts


@contextmanager
def _threads(members: list[Experiment]) -> Iterator[None]:
    """Use one thread for small nets: distributing their tiny operations to several threads takes longer."""
    before = torch.get_num_threads()
    numbers = sum(resolve(member).architecture.parameters for member in members)
    model = members[0].model
    asked = not model.plain or model.penalty.entry is not None
    small = (batched.supports(members[0]) or (model.dense and asked)) and numbers < 50_000
    if not small or before == 1:
        yield
        return
    torch.set_num_threads(1)
    told = THREADS.set(before)
    try:
        yield
    finally:
        THREADS.reset(told)
        torch.set_num_threads(before)
