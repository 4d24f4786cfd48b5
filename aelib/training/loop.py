"""The training loop: one group of nets that train together, from the first epoch to their runs."""

import functools
import importlib.metadata
import platform
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.core.device import device_name
from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError, resolve
from aelib.models import build
from aelib.nn.variational import warm_up

from . import ahead, continuation
from .batches import BatchLoader
from .engines import numba_support, registry
from .engines.base import Engine
from .evaluation import Evaluated, Evaluator
from .picture import COST, Picture
from .run import Run, Snapshots, utc_text
from .spacing import spread, thinned

HISTORY_POINTS = 300  # epochs in a history: more than a plot can show
SNAPSHOTS = 24  # snapshots of a run, unless the experiment chooses their epochs
SNAPSHOT_NUMBERS = 4_000_000  # limit on the stored numbers of the snapshots whose epochs are chosen automatically
LONG_EPOCH = 1.0  # seconds: if an epoch takes longer, a stop goes back to its start instead of on to its end
CHECK_EVERY = 10  # epochs between two checks for early stopping
REPORT_EVERY = 0.2  # seconds between two calls of on_progress
FIRST_REPORT = 0.05  # seconds of training before the first call: a person waits for a first picture


class Cancelled(LabError):
    """Training was stopped by a person. Nets that were still training have no run."""


class Diverged(LabError):
    """The loss is no longer finite. experiment: the net's; epoch: the epoch at which this was found."""

    exit_code = 1

    def __init__(self, experiment: Experiment, epoch: int) -> None:
        rate = experiment.optimizer.learning_rate
        super().__init__(
            "The loss was no longer a finite number at epoch {epoch:,}, so training stopped: try a learning rate below "
            "{rate:g}, or another initialisation.",
            epoch=epoch,
            rate=rate,
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
        picture: how the first net that is still training reconstructs a few images; None before the first picture.
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
        self.stopping = ""  # the reason why training ends early
        self.checkpoint: tuple[dict[str, Tensor], dict[str, Tensor]] | None = None  # state at the start of a long epoch
        first = members[0]
        trained_on = datasets.training_set(resolve(first).spec)
        normalization = datasets.normalization(first.normalization, trained_on.pixels)
        self.loader = BatchLoader(members, trained_on, normalization, device)
        self.engine = _engine(members, device)
        self.evaluator = Evaluator(first, self.engine, self.loader)
        self.rows = list(range(len(members)))
        self.history: list[list[dict[str, float]]] = [[] for _ in members]
        self.snapshots: list[list[dict[str, Tensor]]] = [[] for _ in members]
        self.with_weights: set[int] = set()  # epochs whose weights are kept, in addition to the last epoch
        self.weights: list[list[tuple[int, dict[str, Tensor]]]] = [[] for _ in members]  # epoch, state_dict
        self.best = [(float("inf"), 0) for _ in members]  # lowest loss so far, and its epoch
        self.seconds = 0.0  # training time per net, divided among the nets that were training
        self.picture: Picture | None = None
        self.next_picture = 0.0  # earliest time of the next picture: drawing it earlier would cost more than COST
        self.results: dict[int, Run | Diverged] = {}
        self.trained = 0  # epochs before this training
        if begin is not None:
            self._go_on_from(begin)

    def _go_on_from(self, run: Run) -> None:
        """Continue from a run of the only member. Its recorded epochs are thinned, so that records do not grow
        forever."""
        self.trained, self.seconds = run.epochs, run.seconds
        self.engine.load(run.weights, run.optimizer_state)
        self.loader.skip(run.epochs)
        self.history[0] = thinned(run.history, HISTORY_POINTS)
        room = max(2, SNAPSHOT_NUMBERS // resolve(run.experiment).snapshot_numbers)
        kept = list(range(len(run.snapshots.epochs)))
        if run.experiment.snapshots is None:
            kept = thinned(kept, min(SNAPSHOTS, room))
        before, weights = run.snapshots, run.snapshots.weights
        tensors = replace(before, weights={}, weight_epochs=None).tensors()
        self.snapshots[0] = [{name: tensor[i] for name, tensor in tensors.items()} for i in kept]
        if before.weight_epochs is not None:
            there = list(enumerate(before.weight_epochs.tolist()))
            there = thinned(there, resolve(run.experiment).weight_snapshots // 2)
            self.weights[0] = [(epoch, {name: one[i] for name, one in weights.items()}) for i, epoch in there]

    def run(self) -> list[Run | Diverged]:
        first = self.members[0]
        epochs = first.epochs
        records = spread(epochs, HISTORY_POINTS)
        room = max(2, SNAPSHOT_NUMBERS // resolve(first).snapshot_numbers)  # fewer snapshots if images are large
        chosen = first.snapshots
        snapshots = set(chosen) if chosen is not None else spread(epochs, min(SNAPSHOTS, room), log_only=True)
        if self.trained:  # as many records for the new epochs as for the existing ones
            records = {self.trained + epoch for epoch in spread(epochs - self.trained, HISTORY_POINTS)}
            if chosen is None:
                more = spread(epochs - self.trained, min(SNAPSHOTS, room), log_only=True)
                snapshots = {self.trained + epoch for epoch in more}
        most = resolve(first).weight_snapshots
        wanted = [epoch for epoch in sorted(snapshots | {epochs}) if epoch - self.trained > 0 or epoch == 0]
        self.with_weights = set(thinned(wanted, most - most // 2 if self.weights[0] else most))
        checks = first.early_stop.kind != "none"
        self.recorded, self.at_snapshots, self.checks = records | snapshots | {0, epochs}, snapshots, checks
        self.start = self.last = time.perf_counter()
        self.reported = self.start - max(REPORT_EVERY - FIRST_REPORT, 0.0)
        if not self.trained:
            self._evaluate(0)
        if self.loader.steady is not None and self.evaluator.ahead is not None:
            ahead.run(self, self.evaluator.ahead, CHECK_EVERY, REPORT_EVERY)
        else:
            self._step_by_step()
        return [self.results[i] for i in range(len(self.members))]

    def _step_by_step(self) -> None:
        first, epochs = self.members[0], self.members[0].epochs
        seconds = 0.0  # of the last epoch
        for epoch in range(self.trained + 1, epochs + 1):
            if not self.rows:  # every loss was not finite, including those of the untrained nets
                break
            began = time.perf_counter()
            alone = self.stop is not None and len(self.members) == 1
            # a checkpoint of this epoch, or none: going back further would contradict the reported epoch
            keep = alone and (seconds > LONG_EPOCH or epoch - 1 == self.trained > 0)
            self.checkpoint = (self.engine.state(0), self.engine.optimizer_state(0)) if keep else None
            factor, beta_factor = first.optimizer.rate_factor(epoch, epochs), warm_up(epoch, first.beta_warm_up)
            for number, batch in enumerate(self.loader.epoch(epoch), 1):
                self.engine.step(batch, factor, beta_factor)
                if (now := time.perf_counter()) - self.reported >= REPORT_EVERY:
                    self.report(epoch, number / self.loader.batches)
                    if self._goes_back(epoch, number, now - began):
                        return
            seconds = time.perf_counter() - began
            check = self.checks and epoch % CHECK_EVERY == 0
            if check or epoch in self.recorded or self.stopping:
                self._evaluate(epoch, record=epoch in self.recorded, check=check)

    def report(self, epoch: int, part: float = 1.0) -> None:
        """Report progress. part: share of this epoch that is done, more than 0. Raises Cancelled."""
        self.reported = time.perf_counter()
        self._raise_if_cancelled(epoch)
        self._report(epoch, part)

    def stop_at(self, epoch: int) -> bool:
        """Whether a stop was requested: training then ends at the end of this epoch, and the nets get their runs."""
        reason = self.stop() if self.stop is not None else ""
        if reason:
            self._stop_with(reason, epoch)
            self._evaluate(epoch)
        return bool(reason)

    def _stop_with(self, reason: str, epoch: int) -> None:
        """End at this epoch. Raises Cancelled if an experiment cannot end there."""
        self.stopping = reason
        try:
            continuation.stopped_at(self.members[0], epoch)
        except ExperimentError as error:
            raise Cancelled(
                "Stopped at epoch {epoch:,}; nothing of this run is kept: {error}", epoch=epoch, error=error
            ) from None

    def _raise_if_cancelled(self, epoch: int) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("Stopped at epoch {epoch:,}, as asked; nothing of this run is kept.", epoch=epoch)

    def _goes_back(self, epoch: int, batches: int, seconds: float) -> bool:
        """Whether training has ended within this epoch, after this many batches and seconds, with the net restored to
        the epoch's start. Otherwise a stopped training continues to the end of the epoch. Raises Cancelled if no run
        can be made."""
        reason = self.stop() if self.stop is not None else ""
        if not reason or self.stopping:
            return False
        left = seconds / batches * (self.loader.batches - batches)
        back = left > LONG_EPOCH and self.checkpoint is not None
        if epoch == 1 and left > LONG_EPOCH:
            raise Cancelled("Stopped within the first epoch: nothing of this run is kept.")
        self._stop_with(reason, epoch - 1 if back else epoch)
        if back and self.checkpoint is not None:
            self.engine.load(*self.checkpoint)
            self.at_snapshots = set()
            self._evaluate(epoch - 1)
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
        """The latest picture; draws a new one if it is due."""
        start = time.perf_counter()
        if start >= self.next_picture:
            self.picture = self.evaluator.picture(epoch)
            end = time.perf_counter()
            self.next_picture = end + (end - start) / COST
        return self.picture

    def _evaluate(self, epoch: int, record: bool = True, check: bool = False) -> None:
        """Evaluate every net: record it in the history, check for early stopping, and remove nets that have ended."""
        evaluated = self.evaluator.evaluate(epoch)
        ended = self.note(evaluated, time.perf_counter(), record, check)
        self.finish(evaluated, ended)
        self.remove(ended)

    def note(
        self, evaluated: Evaluated, now: float, record: bool = True, check: bool = False, passed: Collection[int] = ()
    ) -> dict[int, str]:
        """Record an evaluation. Returns the rows of nets that end here, with the reason. A net that has diverged gets
        its result here, without a reason.

        Checks have their own epochs, independent of the records, so that plots do not influence when a run ends. now:
        when the epoch ended; passed: rows that have ended before.
        """
        epoch = evaluated.epoch
        pictures: dict[str, Tensor] | None = None
        self.seconds += (now - self.last) / len(self.rows)
        self.last = now
        figures, losses = evaluated.figures, evaluated.losses
        ended: dict[int, str] = {}
        states: dict[str, Tensor] | None = None
        for row, member in enumerate(self.rows):
            if row in passed:
                continue
            if not np.isfinite(losses[row]):
                self.results[member] = Diverged(self.members[member], epoch)
                ended[row] = ""
                continue
            stopped = "epochs" if epoch == self.members[member].epochs else self.stopping or None
            if check:
                stopped = self._reason_to_stop(member, epoch, losses[row], figures[row]) or stopped
            history, snapshots = self.history[member], self.snapshots[member]
            if (record or stopped) and not (history and history[-1]["epoch"] == epoch):
                recorded = {name: value for name, value in figures[row].items() if name != "most_wrong"}
                history.append({**recorded, "seconds": round(self.seconds, 6)})
            if (epoch in self.at_snapshots or stopped) and not (snapshots and int(snapshots[-1]["epochs"]) == epoch):
                pictures = pictures or self.evaluator.pictures(evaluated)
                snapshots.append({name: tensor[row] for name, tensor in pictures.items()})
            kept = self.weights[member]
            wanted = self.with_weights and (epoch in self.with_weights or stopped)
            if wanted and not (kept and kept[-1][0] == epoch):
                states = states or self.evaluator.states(evaluated)
                kept.append((epoch, {name: tensor[row] for name, tensor in states.items()}))
            if stopped:
                ended[row] = stopped
        return ended

    def finish(self, evaluated: Evaluated, ended: Mapping[int, str]) -> None:
        """Create the runs of nets that end at the epoch of an evaluation, with the engine's current weights."""
        finished = {row: stopped for row, stopped in ended.items() if stopped}
        if finished:
            metrics = self.evaluator.final_metrics(evaluated)
            for row, stopped in finished.items():
                self.results[self.rows[row]] = self._finish(row, self.rows[row], evaluated.epoch, stopped, metrics[row])

    def remove(self, rows: Collection[int]) -> None:
        """Continue without these nets."""
        if not rows:
            return
        left = [row for row in range(len(self.rows)) if row not in rows]
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
        snapshots = Snapshots.of({name: torch.stack([one[name] for one in kept]) for name in kept[0]})
        if there := self.weights[member]:
            weights = {name: torch.stack([state[name] for _, state in there]) for name in there[0][1]}
            snapshots = replace(snapshots, weights=weights, weight_epochs=torch.tensor([epoch for epoch, _ in there]))
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
            snapshots=snapshots,
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


def _versions() -> dict[str, str]:
    names = ("torch", "numpy", *(["numba"] if numba_support.available else []))
    return {"python": platform.python_version(), **{name: _version(name) for name in names}}


# reading it takes milliseconds
_version = functools.cache(importlib.metadata.version)
