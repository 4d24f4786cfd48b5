"""What is seen of nets while they train: figures for the history, pictures for the snapshots, and the metrics in the
end."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.experiment import GRID_SIDE, Experiment
from aelib.metrics import latent_space, reconstruction

from .batches import Feed
from .engines.base import Engine, Look, Posterior

TRAIN_SAMPLE = 500  # images trained on whose loss is computed too, where a net is looked at by others


class Seen(NamedTuple):
    """A look at all members. pixels: members × images × channels × height × width, not cut off; figures: of each
    member, a record of the history, and most_wrong (wrong pixels of its worst image) where images are things of their
    own."""

    look: Look
    pixels: Tensor
    figures: list[dict[str, float]]


def columns(experiment: Experiment) -> tuple[str, ...]:
    """What the history of a run of this experiment records of each epoch, beside the epoch and the seconds: the loss
    of images trained on and, where others are looked at, of those; the parts of a variational loss; and how good it
    is."""
    described = experiment.dataset_spec
    losses = ("train_loss",) if described.named else ("train_loss", _held_back(described))
    parts = ("recon_loss", "kl") if experiment.model.variational else ()
    return *losses, *parts, *(("wrong_pixels", "learnt") if described.named else ("mse",))


def _held_back(described: datasets.DatasetSpec) -> str:
    return "valid_loss" if described.splits.valid else "test_loss"


class Observer:
    """Looks at the members of an engine with the images that the data set has for it. experiment: any of theirs."""

    def __init__(self, experiment: Experiment, engine: Engine, feed: Feed) -> None:
        self.experiment, self.engine, self.feed = experiment, engine, feed
        self.spec, self.images = experiment.dataset_spec, datasets.looked_at(experiment.dataset)
        self.targets = self.images.images().to(feed.device)
        self.total = len(self.images) if self.spec.named else 0  # images that can be learnt
        self.held_back = _held_back(self.spec)
        self.prepare()

    def prepare(self) -> None:
        """The batches to look at, for the members as the feed has them now: the images that are looked at, and, where
        these are others, as many of those trained on, so that both losses are of the same weights."""
        self.looked_at = self.feed.look(None if self.spec.named else self.images)
        step = -(-self.spec.splits.train // min(len(self.images), TRAIN_SAMPLE))
        self.sample = None if self.spec.named else self.feed.sample(step)

    def look(self, epoch: int) -> Seen:
        """At all members as they are now."""
        sampled = self.engine.look(self.sample).loss if self.sample is not None else None
        look = self.engine.look(self.looked_at)
        pixels = self.feed.normalization.pixels(look.outputs)
        return Seen(look, pixels, self._figures(epoch, look, sampled, pixels))

    def _figures(self, epoch: int, look: Look, sampled: Tensor | None, pixels: Tensor) -> list[dict[str, float]]:
        """Of each net, what the history records; sampled: losses of the images trained on, where others are looked
        at."""
        columns: dict[str, list[float]] = {"train_loss": look.loss.tolist()}
        if sampled is not None:
            columns = {"train_loss": sampled.tolist(), self.held_back: look.loss.tolist()}
        if look.posterior is not None:
            columns["recon_loss"] = look.posterior.recon_loss.tolist()
            columns["kl"] = look.posterior.kl.sum(dim=1).tolist()
        if self.spec.named:
            counts = reconstruction.wrong_pixels(pixels, self.targets, self.spec.wrong_pixel).cpu()
            columns["wrong_pixels"] = counts.sum(dim=1).tolist()
            columns["learnt"] = (counts <= reconstruction.LEARNT_AT_MOST).sum(dim=1).tolist()
            columns["most_wrong"] = counts.amax(dim=1).tolist()
        else:
            columns["mse"] = reconstruction.mse(pixels, self.targets).mean(dim=1).tolist()
        rows = zip(*columns.values(), strict=True)
        return [{"epoch": epoch, **dict(zip(columns, row, strict=True))} for row in rows]

    def pictures(self, epoch: int, seen: Seen) -> dict[str, Tensor]:
        """What `Snapshots` has of this epoch: name -> members × ..., on the CPU."""
        first, look, pixels = self.experiment, seen.look, seen.pixels
        kept = {
            "epochs": torch.full((len(pixels),), epoch),
            "codes": look.codes.cpu() if first.keeps_codes else torch.zeros(*look.codes.shape[:2], 0),
            "pixels": _as_bytes(pixels[:, : first.pictured]),
        }
        if look.posterior is not None and first.keeps_codes:
            kept["log_var"] = look.posterior.log_var.cpu()
        if first.keeps_grid:
            extents = [latent_space.extent(codes.numpy(), first.model.variational) for codes in kept["codes"]]
            points = [latent_space.cells(extent, GRID_SIDE) for extent in extents]
            decoded = self.engine.decode(torch.from_numpy(np.stack(points)).to(self.feed.device))
            kept["grid"], kept["extent"] = _as_bytes(self.feed.normalization.pixels(decoded)), torch.tensor(extents)
        return kept

    def judge(self, seen: Seen) -> list[dict[str, Any]]:
        """The metrics of each net, by the images that it is judged by."""
        if self.spec.named:
            found = [reconstruction.summary(outputs.cpu(), self.images, self.spec) for outputs in seen.pixels]
            codes, posterior = seen.look.codes, seen.look.posterior
        else:
            found, codes, posterior = self._by_others()
        if posterior is not None:
            for row, figures in enumerate(found):
                loss = float(posterior.recon_loss[row])
                figures |= reconstruction.variational(codes[row].cpu(), posterior.kl[row], loss)
        return found

    def _by_others(self) -> tuple[list[dict[str, Any]], Tensor, Posterior | None]:
        """By images that were held back, a part at a time; codes and posterior of all of them."""
        images = datasets.judged(self.spec.name)
        squares, codes, weights, posteriors = [], [], [], []
        for start in range(0, len(images), datasets.LOOKED_AT):
            part = images.part(slice(start, start + datasets.LOOKED_AT))
            look = self.engine.look(self.feed.look(part, first=start))
            outputs = self.feed.normalization.pixels(look.outputs)
            squares.append(reconstruction.mse(outputs, part.images().to(self.feed.device)).cpu())
            codes.append(look.codes.cpu())
            weights.append(len(part) / len(images))
            if look.posterior is not None:
                posteriors.append(look.posterior)
        means = [float(values.mean()) for values in torch.cat(squares, dim=1)]
        found = [{"images": len(images), "mse": mean, "psnr": reconstruction.psnr(max(mean, 1e-10))} for mean in means]
        if not posteriors:
            return found, torch.cat(codes, dim=1), None
        recon_loss = sum(weight * one.recon_loss for weight, one in zip(weights, posteriors, strict=True))
        kl_each = sum(weight * one.kl for weight, one in zip(weights, posteriors, strict=True))
        assert isinstance(recon_loss, Tensor) and isinstance(kl_each, Tensor)  # noqa: S101, PT018 - there is a part
        return found, torch.cat(codes, dim=1), Posterior(posteriors[0].log_var, recon_loss, kl_each)


def _as_bytes(pixels: Tensor) -> Tensor:
    """uint8 on the CPU, cut off outside 0 to 1; contiguous, as files want it, though nets may keep channels last."""
    return (pixels.clamp(0, 1) * 255).round().to(torch.uint8).cpu().contiguous()
