"""fit(experiment) -> Run. One training loop for one net or many and for every engine."""

import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.core.device import device_name, pick_device
from aelib.core.errors import LabError
from aelib.core.memory import retained_memory
from aelib.experiment import Experiment, flatten, resolve
from aelib.models import build
from aelib.nn.variational import warm_up

from .batches import BatchLoader
from .engines import batched, numba_support, registry
from .engines.base import Engine
from .evaluation import Evaluator
from .picture import COST, Picture
from .run import Run, Snapshots, utc_text

HISTORY_POINTS = 300  # epochs in a history: more than a plot can show
SNAPSHOTS = 24  # snapshots of a run, unless the experiment chooses their epochs
SNAPSHOT_NUMBERS = 4_000_000  # limit on the stored numbers of these snapshots
CHECK_EVERY = 10  # epochs between two checks for early stopping
REPORT_EVERY = 0.2  # seconds between two calls of on_progress

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
MAX_GROUP = 128  # nets of one group: more are hardly faster, and an interrupted sweep loses at most one group


class Cancelled(LabError):
    """Training was stopped by a person. Nets that were still training have no run."""


class Diverged(LabError):
    """The loss is no longer finite. experiment: the net's; epoch: the epoch at which this was found."""

    exit_code = 1

    def __init__(self, experiment: Experiment, epoch: int) -> None:
        rate = experiment.optimizer.learning_rate
        super().__init__(
            f"The loss was no longer a finite number at epoch {epoch:,}, so training stopped: try a learning rate "
            f"below {rate:g}, or another initialisation."
        )
        self.experiment, self.epoch = experiment, epoch

    def __reduce__(self) -> tuple[type["Diverged"], tuple[Experiment, int]]:
        return Diverged, (self.experiment, self.epoch)


@dataclass(frozen=True)
class Progress:
    """Progress of a training.

    Attributes:
        epoch, epochs: the current epoch of the group of nets, and its last epoch.
        loss, learnt, history: those of the first net that is still training, as in `Run`.
        total: number of images that can be learnt; 0 if the data set is not memorised.
        seconds: time since the start.
        seconds_left: estimated remaining time at the current speed.
        nets: number of nets that train together now.
        finished, wanted: number of nets that have ended, and of all nets.
        share: share of all work that is done, 0 to 1.
        picture: what the first net that is still training makes of a few images; None before the first one.
    """

    epoch: int
    epochs: int
    loss: float
    learnt: int
    total: int
    seconds: float
    seconds_left: float
    history: list[dict[str, float]]
    nets: int = 1
    finished: int = 0
    wanted: int = 1
    share: float = 0.0
    picture: Picture | None = None


def fit(
    experiment: Experiment,
    device: str = "auto",
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Run:
    """Train one net.

    The same experiment on the same device gives the same run. Trained together with others, a net gives the same run
    except for rounding, which long training can amplify.

    Args:
        experiment: what to train.
        device: auto, cpu, cuda or mps.
        on_progress: called about five times a second.
        cancelled: called as often; True stops the training.

    Raises Diverged, Cancelled, and LabError for a device that this machine does not have.
    """
    (result,) = fit_many([experiment], device, on_progress, cancelled)
    if isinstance(result, Diverged):
        raise result
    return result


def fit_many(
    experiments: list[Experiment],
    device: str = "auto",
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_result: Callable[[Run | Diverged], None] | None = None,
) -> list[Run | Diverged]:
    """Train nets; those that differ only in MEMBER_FIELDS train together. Results are in the order of the experiments.

    The result of a net that diverges is a Diverged, and the others continue. More nets than fit into memory train one
    group after the other. on_result: called with the result of each net at the end of its group, so that finished nets
    can be stored even if the rest fails; for the other arguments see `fit`. Raises Cancelled, and LabError for a device
    that this machine does not have.
    """
    where, start = pick_device(device), time.perf_counter()
    results: dict[int, Run | Diverged] = {}
    work, done = sum(experiment.epochs for experiment in experiments), 0

    def report(progress: Progress) -> None:
        """Report the progress of one group as a share of all work."""
        if on_progress is not None:
            share = (done + group_work * progress.share) / work
            seconds = time.perf_counter() - start
            left = seconds / share * (1 - share)
            counts = replace(progress, finished=len(results), wanted=len(experiments))
            on_progress(replace(counts, share=share, seconds=seconds, seconds_left=left))

    for group in groups(experiments):
        members = [experiments[i] for i in group]
        group_work = sum(member.epochs for member in members)
        with _threads(members), retained_memory():
            results |= zip(group, _Fit(members, where, report, cancelled).run(), strict=True)
        done += group_work
        if on_result is not None:
            for i in group:
                on_result(results[i])
    return [results[i] for i in range(len(experiments))]


def groups(experiments: Sequence[Experiment], max_size: int = MAX_GROUP) -> list[list[int]]:
    """Groups of indices of experiments that train together: of one shape, at most max_size in a group, and not more
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
    small = batched.supports(members[0]) and numbers < 50_000
    if not small or before == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Fit:
    """The training of one group. rows: index of the experiment of each of the engine's current members."""

    def __init__(
        self,
        members: list[Experiment],
        device: torch.device,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.members, self.device = members, device
        self.on_progress, self.cancelled = on_progress, cancelled
        first = members[0]
        trained_on = datasets.training_set(first.dataset)
        normalization = datasets.normalization(first.normalization, trained_on.pixels)
        self.loader = BatchLoader(members, trained_on, normalization, device)
        self.engine = _engine(members, device)
        self.evaluator = Evaluator(first, self.engine, self.loader)
        self.rows = list(range(len(members)))
        self.history: list[list[dict[str, float]]] = [[] for _ in members]
        self.snapshots: list[list[dict[str, Tensor]]] = [[] for _ in members]
        self.best = [(float("inf"), 0) for _ in members]  # lowest loss so far, and its epoch
        self.seconds = 0.0  # of training per net, divided among the nets that were training
        self.picture: Picture | None = None
        self.next_picture = 0.0  # time before which there is no new one: it would cost more than COST
        self.results: dict[int, Run | Diverged] = {}

    def run(self) -> list[Run | Diverged]:
        first = self.members[0]
        epochs, optimizer = first.epochs, first.optimizer
        records = _spread(epochs, HISTORY_POINTS)
        room = max(2, SNAPSHOT_NUMBERS // resolve(first).snapshot_numbers)  # fewer snapshots of larger sets
        chosen = first.snapshots
        snapshots = set(chosen) if chosen is not None else _spread(epochs, min(SNAPSHOTS, room), log_only=True)
        checks = first.early_stop.kind != "none"
        recorded = records | snapshots | {0, epochs}
        self.start = self.last = reported = time.perf_counter()
        self._evaluate(0, snapshots)
        for epoch in range(1, epochs + 1):
            if not self.rows:  # every loss was not finite, the untrained nets' included
                break
            factor, beta_factor = optimizer.rate_factor(epoch, epochs), warm_up(epoch, first.beta_warm_up)
            for number, batch in enumerate(self.loader.epoch(epoch), 1):
                self.engine.step(batch, factor, beta_factor)
                if (now := time.perf_counter()) - reported >= REPORT_EVERY:
                    reported = now
                    self._raise_if_cancelled(epoch)
                    self._report(epoch, number / self.loader.batches)
            check = checks and epoch % CHECK_EVERY == 0
            if check or epoch in recorded:
                self._evaluate(epoch, snapshots, record=epoch in recorded, check=check)
        return [self.results[i] for i in range(len(self.members))]

    def _raise_if_cancelled(self, epoch: int) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled(f"Stopped at epoch {epoch:,}, as asked; nothing of this run is kept.")

    def _report(self, epoch: int, part: float) -> None:
        """part: share of this epoch that is done, more than 0."""
        if self.on_progress is None:
            return
        history, epochs = self.history[self.rows[0]], self.members[0].epochs
        latest, seconds = history[-1], time.perf_counter() - self.start
        done = epoch - 1 + part
        self.on_progress(
            Progress(
                epoch if part >= 1 else epoch - 1,
                epochs,
                latest["train_loss"],
                int(latest.get("learnt", 0)),
                self.evaluator.total,
                seconds,
                seconds / done * (epochs - done),
                list(history),
                len(self.rows),
                share=done / epochs,
                picture=self._pictured(epoch),
            )
        )

    def _pictured(self, epoch: int) -> Picture | None:
        """The latest picture, a new one where that is due."""
        start = time.perf_counter()
        if start >= self.next_picture:
            self.picture = self.evaluator.picture(epoch)
            end = time.perf_counter()
            self.next_picture = end + (end - start) / COST
        return self.picture

    def _evaluate(self, epoch: int, snapshots: set[int], record: bool = True, check: bool = False) -> None:
        """Evaluate every net: record it in the history, check for early stopping, and remove nets that have ended.

        The epochs of checks do not depend on those of records, so that the plots do not decide when a run ends.
        """
        evaluated = self.evaluator.evaluate(epoch)
        now = time.perf_counter()
        self.seconds += (now - self.last) / len(self.rows)
        self.last = now
        figures = evaluated.figures
        losses = evaluated.evaluation.loss.tolist()
        pictures: dict[str, Tensor] | None = None
        finished: list[tuple[int, str]] = []
        done: list[int] = []
        for row, member in enumerate(self.rows):
            if not np.isfinite(losses[row]):
                self.results[member] = Diverged(self.members[member], epoch)
                done.append(row)
                continue
            stopped = "epochs" if epoch == self.members[member].epochs else None
            if check:
                stopped = self._reason_to_stop(member, epoch, losses[row], figures[row]) or stopped
            if record or stopped:
                recorded = {name: value for name, value in figures[row].items() if name != "most_wrong"}
                self.history[member].append({**recorded, "seconds": round(self.seconds, 6)})
            if epoch in snapshots or stopped:
                pictures = pictures or self.evaluator.pictures(epoch, evaluated)
                self.snapshots[member].append({name: tensor[row] for name, tensor in pictures.items()})
            if stopped:
                finished.append((row, stopped))
                done.append(row)
        if finished:
            metrics = self.evaluator.final_metrics(evaluated)
            for row, stopped in finished:
                self.results[self.rows[row]] = self._finish(row, self.rows[row], epoch, stopped, metrics[row])
        if done:
            left = [row for row in range(len(self.rows)) if row not in done]
            self.rows = [self.rows[row] for row in left]
            if left:
                self.loader.retain(left)
                self.engine.retain(left)
                self.evaluator.prepare()

    def _reason_to_stop(self, member: int, epoch: int, loss: float, figures: dict[str, float]) -> str | None:
        rule = self.members[member].early_stop
        if rule.kind == "learnt" and figures["most_wrong"] <= rule.wrong_pixels:
            return "learnt"
        if rule.kind == "patience":
            lowest, since = self.best[member]
            if loss < lowest - rule.min_delta:
                self.best[member] = (loss, epoch)
            elif epoch - since >= rule.patience:
                return "patience"
        return None

    def _finish(self, row: int, member: int, epoch: int, stopped: str, metrics: dict[str, Any]) -> Run:
        kept = self.snapshots[member]
        snapshots = {name: torch.stack([one[name] for one in kept]) for name in kept[0]}
        return Run(
            experiment=self.members[member],
            history=self.history[member],
            metrics=metrics,
            epochs=epoch,
            stopped=stopped,
            seconds=self.seconds,
            device=device_name(self.device),
            created=utc_text(datetime.now(UTC)),
            versions={**_versions(), "engine": type(self.engine).__name__},
            weights=self.engine.state(row),
            snapshots=Snapshots(**snapshots),
        )


def _engine(members: list[Experiment], device: torch.device) -> Engine:
    """The fastest engine that can train these members and works on this machine."""
    models = [build(member) for member in members]
    for kind in registry.serving(members, device):
        engine = kind.make(models, members, device)
        if engine is not None:
            return engine
    raise ValueError(f"no engine serves these {len(members)} nets on {device.type}")


def _spread(epochs: int, points: int, log_only: bool = False) -> set[int]:
    """About `points` epochs from 0 to the last: half of them spaced logarithmically, half linearly, or all of them
    logarithmically."""
    chosen = set(np.geomspace(1, epochs, points if log_only else points // 2).round().astype(int).tolist())
    if not log_only:
        chosen |= set(np.linspace(1, epochs, points // 2).round().astype(int).tolist())
    return chosen | {0, epochs}


def _versions() -> dict[str, str]:
    names = ("torch", "numpy", *(["numba"] if numba_support.available else []))
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}
