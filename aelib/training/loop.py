"""The training loop: one group of nets that train together, from the first epoch to their runs."""

import importlib.metadata
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.core.device import device_name
from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError, resolve
from aelib.models import build
from aelib.nn.variational import warm_up

from . import continuation
from .batches import BatchLoader
from .engines import numba_support, registry
from .engines.base import Engine
from .evaluation import Evaluator
from .picture import COST, Picture
from .run import Run, Snapshots, utc_text

T = TypeVar("T")
HISTORY_POINTS = 300  # epochs in a history: more than a plot can show
SNAPSHOTS = 24  # snapshots of a run, unless the experiment chooses their epochs
SNAPSHOT_NUMBERS = 4_000_000  # limit on the stored numbers of these snapshots
LONG_EPOCH = 1.0  # seconds from which a stopped training goes back to the start of its epoch, not on to its end
CHECK_EVERY = 10  # epochs between two checks for early stopping
REPORT_EVERY = 0.2  # seconds between two calls of on_progress
FIRST_REPORT = 0.05  # seconds of training before the first one: a person waits for a first picture


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


class TrainingLoop:
    """The training of one group. rows: index of the experiment of each of the engine's current members."""

    def __init__(
        self,
        members: list[Experiment],
        device: torch.device,
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
        stop: Callable[[], str] | None,
        begin: Run | None,
    ) -> None:
        self.members, self.device = members, device
        self.on_progress, self.cancelled, self.stop = on_progress, cancelled, stop
        self.stopping = ""  # why training ends before its time
        self.checkpoint: tuple[dict[str, Tensor], dict[str, Tensor]] | None = None  # the start of a long epoch
        first = members[0]
        trained_on = datasets.training_set(resolve(first).spec)
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
        self.trained = 0  # epochs before this training
        if begin is not None:
            self._go_on_from(begin)

    def _go_on_from(self, run: Run) -> None:
        """Take over a run of the only member. What was recorded of it is thinned, so that it does not grow forever."""
        self.trained, self.seconds = run.epochs, run.seconds
        self.engine.load(run.weights, run.optimizer_state)
        self.loader.skip(run.epochs)
        self.history[0] = _thinned(run.history, HISTORY_POINTS)
        room = max(2, SNAPSHOT_NUMBERS // resolve(run.experiment).snapshot_numbers)
        kept = list(range(len(run.snapshots.epochs)))
        if run.experiment.snapshots is None:
            kept = _thinned(kept, min(SNAPSHOTS, room))
        tensors = run.snapshots.tensors()
        self.snapshots[0] = [{name: tensor[i] for name, tensor in tensors.items()} for i in kept]

    def run(self) -> list[Run | Diverged]:
        first = self.members[0]
        epochs, optimizer = first.epochs, first.optimizer
        records = _spread(epochs, HISTORY_POINTS)
        room = max(2, SNAPSHOT_NUMBERS // resolve(first).snapshot_numbers)  # fewer snapshots of larger sets
        chosen = first.snapshots
        snapshots = set(chosen) if chosen is not None else _spread(epochs, min(SNAPSHOTS, room), log_only=True)
        if self.trained:  # as many points of what is new as of what is there
            records = {self.trained + epoch for epoch in _spread(epochs - self.trained, HISTORY_POINTS)}
            if chosen is None:
                more = _spread(epochs - self.trained, min(SNAPSHOTS, room), log_only=True)
                snapshots = {self.trained + epoch for epoch in more}
        checks = first.early_stop.kind != "none"
        recorded = records | snapshots | {0, epochs}
        self.start = self.last = time.perf_counter()
        reported = self.start - max(REPORT_EVERY - FIRST_REPORT, 0.0)
        if not self.trained:
            self._evaluate(0, snapshots)
        seconds = 0.0  # of the last epoch
        for epoch in range(self.trained + 1, epochs + 1):
            if not self.rows:  # every loss was not finite, the untrained nets' included
                break
            began = time.perf_counter()
            alone = self.stop is not None and len(self.members) == 1
            # of this epoch or none: a stop must not go back further than it says
            keep = alone and (seconds > LONG_EPOCH or epoch - 1 == self.trained > 0)
            self.checkpoint = (self.engine.state(0), self.engine.optimizer_state(0)) if keep else None
            factor, beta_factor = optimizer.rate_factor(epoch, epochs), warm_up(epoch, first.beta_warm_up)
            for number, batch in enumerate(self.loader.epoch(epoch), 1):
                self.engine.step(batch, factor, beta_factor)
                if (now := time.perf_counter()) - reported >= REPORT_EVERY:
                    reported = now
                    self._raise_if_cancelled(epoch)
                    self._report(epoch, number / self.loader.batches)
                    if self._goes_back(epoch, number, now - began):
                        return [self.results[i] for i in range(len(self.members))]
            seconds = time.perf_counter() - began
            check = checks and epoch % CHECK_EVERY == 0
            if check or epoch in recorded or self.stopping:
                self._evaluate(epoch, snapshots, record=epoch in recorded, check=check)
        return [self.results[i] for i in range(len(self.members))]

    def _raise_if_cancelled(self, epoch: int) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled(f"Stopped at epoch {epoch:,}, as asked; nothing of this run is kept.")

    def _goes_back(self, epoch: int, batches: int, seconds: float) -> bool:
        """Whether training has ended within this epoch, after so many batches and seconds of it, with the net as it was
        before. Else a training that is to stop goes on to the end of the epoch. Raises Cancelled if there is nothing
        that a run can be made of."""
        reason = self.stop() if self.stop is not None else ""
        if not reason or self.stopping:
            return False
        self.stopping, left = reason, seconds / batches * (self.loader.batches - batches)
        back = left > LONG_EPOCH and self.checkpoint is not None
        if epoch == 1 and left > LONG_EPOCH:
            raise Cancelled("Stopped within the first epoch: nothing of this run is kept.")
        try:
            continuation.stopped_at(self.members[0], epoch - 1 if back else epoch)
        except ExperimentError as error:
            raise Cancelled(f"Stopped at epoch {epoch:,}; nothing of this run is kept: {error}") from None
        if back and self.checkpoint is not None:
            self.engine.load(*self.checkpoint)
            self._evaluate(epoch - 1, set())
        return back

    def _report(self, epoch: int, part: float) -> None:
        """part: share of this epoch that is done, more than 0."""
        if self.on_progress is None:
            return
        history, epochs = self.history[self.rows[0]], self.members[0].epochs
        latest, seconds = history[-1], time.perf_counter() - self.start
        done = epoch - 1 + part
        here = done - self.trained  # by this training
        self.on_progress(
            Progress(
                epoch if part >= 1 else epoch - 1,
                epochs,
                latest["train_loss"],
                int(latest.get("learnt", 0)),
                self.evaluator.total,
                seconds,
                seconds / here * (epochs - done),
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
            stopped = "epochs" if epoch == self.members[member].epochs else self.stopping or None
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
        kept, experiment = self.snapshots[member], self.members[member]
        if stopped == self.stopping:
            experiment = continuation.stopped_at(experiment, epoch)
        snapshots = {name: torch.stack([one[name] for one in kept]) for name in kept[0]}
        return Run(
            experiment=experiment,
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
            optimizer_state=self.engine.optimizer_state(row),
        )


def _engine(members: list[Experiment], device: torch.device) -> Engine:
    """The fastest engine that can train these members and works on this machine."""
    models = [build(member) for member in members]
    for kind in registry.serving(members, device):
        engine = kind.make(models, members, device)
        if engine is not None:
            return engine
    raise ValueError(f"no engine serves these {len(members)} nets on {device.type}")


def _thinned(items: Sequence[T], most: int) -> list[T]:
    """At most this many items, spread evenly, with the first and the last."""
    if len(items) <= most:
        return list(items)
    return [items[round(i)] for i in np.linspace(0, len(items) - 1, most)]


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
