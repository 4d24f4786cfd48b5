"""Evaluation of nets during training: values for the history, images for the snapshots, and the final metrics."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.experiment import GRID_SIDE, Experiment, resolve
from aelib.metrics import latent_space, protocol, reconstruction
from aelib.metrics.protocol import HeldOut

from .batches import BatchLoader
from .engines.base import Ahead, Engine, Evaluation, Nets, Posterior
from .picture import CODES, Picture, images_in

TRAIN_SAMPLE = 500  # training images on which the loss is also computed if the evaluation set is held out


class Evaluated(NamedTuple):
    """All members, evaluated at one epoch.

    Attributes:
        epoch: this epoch.
        losses: the loss of each member, on the evaluation set.
        figures: a history record for each member; for a memorised data set also most_wrong, the number of wrong pixels
            of the worst image.
        evaluations: codes, outputs and losses from the engine, for these members and possibly for other epochs.
        all_pixels: the outputs as pixels, nets × images × channels × height × width, not clipped.
        part: which of these nets are the members at this epoch.
        nets: the parameters of the members (see `Ahead.at`); None: the engine's current parameters.
    """

    epoch: int
    losses: list[float]
    figures: list[dict[str, float]]
    evaluations: Evaluation
    all_pixels: Tensor
    part: slice
    nets: Tensor | None = None

    @property
    def evaluation(self) -> Evaluation:
        """Codes, outputs and losses of the members."""
        return self.evaluations.of(self.part)

    @property
    def pixels(self) -> Tensor:
        """The outputs of the members as pixels."""
        return self.all_pixels[self.part]


def history_columns(experiment: Experiment) -> tuple[str, ...]:
    """The columns of a run's history besides epoch and seconds: the training loss, the loss on held-out images if there
    are any, the parts of a variational loss, and the metrics."""
    evaluated_by = protocol(resolve(experiment).spec)
    parts = ("recon_loss", "kl") if experiment.model.variational else ()
    return *evaluated_by.losses, *parts, *evaluated_by.figures


class Evaluator:
    """Evaluates the members of an engine on the data set's evaluation set. experiment: that of any member."""

    def __init__(self, experiment: Experiment, engine: Engine, loader: BatchLoader) -> None:
        self.resolved, self.engine, self.loader = resolve(experiment), engine, loader
        # checked once: the check goes through the whole protocol
        self.ahead = engine if isinstance(engine, Ahead) else None
        self.spec, self.images = self.resolved.spec, datasets.evaluation_set(self.resolved.spec)
        self.protocol = protocol(self.spec)
        self.targets = self.images.images().to(loader.device)
        self.total = 0 if self.protocol.held_out else len(self.images)  # number of images that can be learnt
        self.prepare()

    def prepare(self) -> None:
        """Make the batches for the loader's current members: the evaluation set and, if it is held out, a sample of the
        training set, so that both losses are computed with the same weights."""
        held_out = self.protocol.held_out
        self.evaluation_batch = self.loader.evaluation_batch(self.images if held_out else None)
        step = -(-self.spec.splits.train // min(len(self.images), TRAIN_SAMPLE))
        self.sample = self.loader.sample(step) if held_out else None
        shown = images_in(self.spec.pixels)
        few = CODES if self.resolved.stores_codes and self.resolved.experiment.model.dense else shown
        self.few_batch = self.loader.evaluation_batch(self.images.part(slice(0, few)))
        self.few_shown = min(shown, len(self.images))

    def picture(self, epoch: int) -> Picture:
        """The first member's reconstructions of the first images of the evaluation set, with its current weights."""
        found = self.engine.evaluate(self.few_batch)
        pixels = self.loader.normalization.pixels(found.outputs[0, : self.few_shown])
        codes = found.codes[0]
        return Picture.of(epoch, pixels, codes if self.resolved.stores_codes else codes[:, :0])

    def evaluate(self, epoch: int) -> Evaluated:
        """Evaluate all members with their current weights."""
        return self._evaluated([epoch], self.engine)[0]

    def evaluate_all(self, epochs: Sequence[int], engine: Ahead, rows: Tensor) -> list[Evaluated]:
        """Evaluate all members with their weights at these epochs. rows: epochs × members × parameters."""
        return self._evaluated(epochs, engine.at(rows.flatten(0, 1)), rows)

    def _evaluated(self, epochs: Sequence[int], nets: Nets, rows: Tensor | None = None) -> list[Evaluated]:
        """nets: those of all epochs, one epoch after the other; rows: see `evaluate_all`."""
        times = len(epochs)
        sampled = nets.evaluate(self.sample.repeated(times)).loss if self.sample is not None else None
        evaluation = nets.evaluate(self.evaluation_batch.repeated(times))
        pixels = self.loader.normalization.pixels(evaluation.outputs)
        losses, figures = evaluation.loss.tolist(), self._figures(evaluation, sampled, pixels)
        members = len(figures) // times
        found = []
        for i, epoch in enumerate(epochs):
            part = slice(i * members, (i + 1) * members)
            records = [{"epoch": epoch, **one} for one in figures[part]]
            found.append(
                Evaluated(epoch, losses[part], records, evaluation, pixels, part, None if rows is None else rows[i])
            )
        return found

    def _figures(self, evaluation: Evaluation, sampled: Tensor | None, pixels: Tensor) -> list[dict[str, float]]:
        """The history record of each net, without the epoch. sampled: losses on the training set if the evaluation set
        is held out, else None."""
        losses = [evaluation.loss] if sampled is None else [sampled, evaluation.loss]
        columns = {name: loss.tolist() for name, loss in zip(self.protocol.losses, losses, strict=True)}
        if evaluation.posterior is not None:
            columns["recon_loss"] = evaluation.posterior.recon_loss.tolist()
            columns["kl"] = evaluation.posterior.kl.sum(dim=1).tolist()
        columns |= self.protocol.evaluate(pixels, self.targets)
        rows = zip(*columns.values(), strict=True)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def nets(self, evaluated: Evaluated) -> Nets:
        """The members with the weights that were evaluated, until the next call of any method of the engine."""
        if evaluated.nets is None or self.ahead is None:
            return self.engine
        return self.ahead.at(evaluated.nets)

    def states(self, evaluated: Evaluated) -> dict[str, Tensor]:
        """The state_dicts of the members with the weights that were evaluated: name -> members × shape, copied."""
        if evaluated.nets is None or self.ahead is None:
            return self.engine.states()
        return self.ahead.states_at(evaluated.nets)

    def pictures(self, evaluated: Evaluated) -> dict[str, Tensor]:
        """The tensors of `Snapshots` for this epoch: name -> members × ..., on the CPU."""
        resolved, evaluation, pixels = self.resolved, evaluated.evaluation, evaluated.pixels
        shape = (*evaluation.codes.shape[:2], 0)
        kept = {
            "epochs": torch.full((len(pixels),), evaluated.epoch),
            "codes": evaluation.codes.cpu() if resolved.stores_codes else evaluation.codes.new_zeros(shape).cpu(),
            "pixels": _as_bytes(pixels[:, : resolved.snapshot_images]),
        }
        if evaluation.posterior is not None and resolved.stores_codes:
            kept["log_var"] = evaluation.posterior.log_var.cpu()
        if resolved.stores_grid:
            extents = [
                latent_space.extent(codes.numpy(), resolved.experiment.model.variational) for codes in kept["codes"]
            ]
            points = [latent_space.cells(extent, GRID_SIDE) for extent in extents]
            decoded = self.nets(evaluated).decode(torch.from_numpy(np.stack(points)).to(self.loader.device))
            kept["grid"], kept["extent"] = _as_bytes(self.loader.normalization.pixels(decoded)), torch.tensor(extents)
        return kept

    def final_metrics(self, evaluated: Evaluated) -> list[dict[str, Any]]:
        """The metrics of each member: on the test set, or on all images of a memorised data set."""
        if self.protocol.held_out:
            found, codes, posterior = self._on_test_set()
        else:
            found = [self.protocol.summary(outputs.cpu(), self.images) for outputs in evaluated.pixels]
            codes, posterior = evaluated.evaluation.codes, evaluated.evaluation.posterior
        if posterior is not None:
            for row, figures in enumerate(found):
                loss = float(posterior.recon_loss[row])
                figures |= reconstruction.variational(codes[row].cpu(), posterior.kl[row], loss)
        return found

    def _on_test_set(self) -> tuple[list[dict[str, Any]], Tensor, Posterior | None]:
        """Metrics, codes and posterior on the test set, evaluated part by part."""
        images = datasets.test_set(self.spec)
        squares, clipped, codes, weights, posteriors = [], [], [], [], []
        for start in range(0, len(images), datasets.EVALUATION_IMAGES):
            part = images.part(slice(start, start + datasets.EVALUATION_IMAGES))
            evaluation = self.engine.evaluate(self.loader.evaluation_batch(part, first=start))
            outputs = self.loader.normalization.pixels(evaluation.outputs)
            targets = part.images().to(self.loader.device)
            squares.append(reconstruction.mse(outputs, targets).cpu())
            clipped.append(reconstruction.mse(outputs.clamp(0, 1), targets).cpu())
            codes.append(evaluation.codes.cpu())
            weights.append(len(part) / len(images))
            if evaluation.posterior is not None:
                posteriors.append(evaluation.posterior)
        every = zip(torch.cat(squares, dim=1), torch.cat(clipped, dim=1), strict=True)
        found = [HeldOut.of_errors(errors, inside) for errors, inside in every]
        if not posteriors:
            return found, torch.cat(codes, dim=1), None
        recon_loss = sum(weight * one.recon_loss for weight, one in zip(weights, posteriors, strict=True))
        kl_each = sum(weight * one.kl for weight, one in zip(weights, posteriors, strict=True))
        assert isinstance(recon_loss, Tensor) and isinstance(kl_each, Tensor)  # noqa: S101, PT018 - there is a part
        return found, torch.cat(codes, dim=1), Posterior(posteriors[0].log_var, recon_loss, kl_each)


def _as_bytes(pixels: Tensor) -> Tensor:
    """Pixels, clipped to 0 to 1, as uint8 on the CPU; contiguous, since files need it and nets may use channels
    last."""
    return (pixels.clamp(0, 1) * 255).round().to(torch.uint8).cpu().contiguous()
