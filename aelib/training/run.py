"""A finished run: the experiment, its results, and the trained net."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib import datasets
from aelib.core.counter_rng import TEST, key
from aelib.datasets import DatasetSpec, ImageSet, Normalization
from aelib.datasets.noise import corrupt
from aelib.experiment import Experiment, Resolved, resolve
from aelib.experiment.architecture import Architecture
from aelib.models import Autoencoder, build

Array = NDArray[np.float32]
WEIGHTS = "weights."  # prefix of the names of weights among the tensors of snapshots
TOGETHER = 20_000_000  # largest number of outputs of a layer when a run evaluates images

# why training ended -> a phrase that follows "training ended"
STOPPED = {
    "epochs": "after the last epoch",
    "learnt": "when every image was learnt",
    "patience": "when the loss had stopped falling",
    "hand": "when it was stopped by hand",
    "time": "when it had taken as long as its server allows",
}


def utc_text(when: datetime) -> str:
    """A time in the format of `Run.created`: ISO 8601 with milliseconds. when: in UTC."""
    return when.isoformat(timespec="milliseconds")


def evaluation_inputs(experiment: Experiment, images: ImageSet) -> Tensor:
    """The net's inputs in an evaluation: pixels from 0 to 1, with noise if the experiment evaluates with noise.

    The noise depends on the seed and on the index of an image in `images`.
    """
    noise, pixels = experiment.corruption, images.shown.float() / 255.0
    if noise.kind == "none" or noise.where == "train":
        return pixels
    return corrupt(pixels, noise.kind, noise.level, [key(experiment.seed, TEST)], painted=noise.pixels)[0]


@dataclass(frozen=True, eq=False)
class Snapshots:
    """The net at some epochs of its training.

    Attributes:
        epochs: int64, snapshots; 0 is the untrained net.
        codes: float32, snapshots × images × latent_dim; of a variational net the means. latent_dim is 0 where codes are
            too large to be stored.
        pixels: uint8 (0 to 255, clipped), snapshots × images × channels × height × width: the reconstructions of the
            first `resolved.snapshot_images` images.
        log_var: of a variational net, as codes.
        grid: for two latent dimensions, the decoded plane: uint8, snapshots × rows · columns × channels × height ×
            width, row 0 at the top.
        extent: the part of the plane that `grid` covers: snapshots × 4 (x from, x to, y from, y to).
        weights: for a small dense net (`resolved.weight_snapshots`), its state_dict at some of the epochs, always
            including the last: name -> number of these epochs × shape. Empty for other nets, and for runs of earlier
            versions.
        weight_epochs: int64, these epochs; None if there are none.
    """

    epochs: Tensor
    codes: Tensor
    pixels: Tensor
    log_var: Tensor | None = None
    grid: Tensor | None = None
    extent: Tensor | None = None
    weight_epochs: Tensor | None = None
    weights: dict[str, Tensor] = field(default_factory=dict)

    def tensors(self) -> dict[str, Tensor]:
        """name -> tensor, without those that are None; the name of a weight is WEIGHTS plus its own name."""
        found = {name: tensor for name, tensor in vars(self).items() if isinstance(tensor, Tensor)}
        return found | {WEIGHTS + name: tensor for name, tensor in self.weights.items()}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> "Snapshots":
        """The inverse of `tensors`. Raises TypeError for other names."""
        weights = {name.removeprefix(WEIGHTS): one for name, one in tensors.items() if name.startswith(WEIGHTS)}
        return cls(**{name: one for name, one in tensors.items() if not name.startswith(WEIGHTS)}, weights=weights)


@dataclass(frozen=True, eq=False)
class Run:
    """A finished training.

    Attributes:
        experiment: the trained experiment.
        history: one record for each recorded epoch: epoch, train_loss, seconds; for a memorised set wrong_pixels (sum
            over all images) and learnt, else valid_loss (test_loss, without a validation set) and mse of the evaluation
            set; for variational nets recon_loss and kl.
        metrics: see `aelib.metrics.EvaluationProtocol.summary`; for variational nets also `aelib.metrics.variational`.
        epochs: number of trained epochs.
        stopped: why training ended: "epochs" (all of them were trained), "learnt" or "patience" (the experiment's rule
            for early stopping), "hand" (a person stopped it) or "time" (it reached its time limit). After the last two,
            the experiment has as many epochs as were trained: see `continuation.stopped_at`.
        seconds: training time; the share of this net if several were trained together.
        device: name of the device, for display.
        created: time of the training's end, UTC, ISO 8601 with milliseconds.
        versions: versions of Python, torch, NumPy and Numba, and `engine`, the class that trained.
        weights: the model's state_dict, on the CPU.
        snapshots: the net at some epochs.
        optimizer_state: what the optimiser needs to continue from here, see `Engine.optimizer_state`; empty for a run
            that was opened without it.
    """

    experiment: Experiment
    history: list[dict[str, float]]
    metrics: dict[str, Any]
    epochs: int
    stopped: str
    seconds: float
    device: str
    created: str
    versions: dict[str, str]
    weights: dict[str, Tensor]
    snapshots: Snapshots
    optimizer_state: dict[str, Tensor] = field(default_factory=dict, repr=False)

    @functools.cached_property
    def resolved(self) -> Resolved:
        """The experiment with its data set and network on this machine."""
        return resolve(self.experiment)

    @property
    def digest(self) -> str:
        """The digest of the experiment, 16 hexadecimal digits."""
        return self.resolved.digest

    @property
    def spec(self) -> DatasetSpec:
        """The spec of the data set."""
        return self.resolved.spec

    @property
    def architecture(self) -> Architecture:
        """The layers of the net."""
        return self.resolved.architecture

    @property
    def latent_dim(self) -> int:
        """Number of latent dimensions."""
        return self.resolved.latent_dim

    @property
    def loss(self) -> float:
        """The training loss after the last epoch."""
        return self.history[-1]["train_loss"]

    @property
    def parameters(self) -> int:
        """Number of trainable parameters."""
        return self.architecture.parameters

    @functools.cached_property
    def model(self) -> Autoencoder:
        """The trained net on the CPU, in evaluation mode. It is shared: do not change it."""
        model = build(self.experiment)
        model.load_state_dict(self.weights)
        return model.eval()

    @functools.cached_property
    def images(self) -> ImageSet:
        """The evaluation set: see `datasets.evaluation_set`. Codes and reconstructions refer to these images."""
        return datasets.evaluation_set(self.spec)

    @functools.cached_property
    def normalization(self) -> Normalization:
        """The conversion between pixels (0 to 1) and the net's values, fitted to the training set."""
        return datasets.normalization(self.experiment.normalization, datasets.training_set(self.spec).pixels)

    def _in_parts(self, function: Callable[[Autoencoder, Tensor], Tensor], x: Tensor, labels: Tensor | None) -> Tensor:
        """Compute function(net, x) for a few images at a time, because feature maps need much memory. labels: for all
        of x, or one for all; they are used if the net needs them."""
        together = max(1, TOGETHER // max(math.prod(step.outputs) for step in self.architecture.steps))
        parts = torch.split(x, together)
        told = [None] * len(parts) if labels is None else torch.split(labels.expand(len(x)), together)
        return torch.cat([function(self.model.given(one), part) for part, one in zip(parts, told, strict=True)])

    def codes(self) -> Array:
        """The code of every image: images × latent_dim."""
        return self.codes_of(self.images.shown, self.images.labels)

    @torch.no_grad()
    def codes_of(self, pixels: Tensor, labels: Tensor | None = None) -> Array:
        """The codes of any images (uint8, n × channels × height × width): n × latent_dim. labels: their classes, n,
        required by a conditional net. Raises LabError if they are missing."""

        def embed(net: Autoencoder, part: Tensor) -> Tensor:
            return net.embed(self.normalization.apply(part.float() / 255.0))

        embedded: Array = self._in_parts(embed, pixels, labels).numpy()
        return embedded

    @torch.no_grad()
    def deviations(self) -> Array:
        """The standard deviation of the code of every image, of a variational net: images × latent_dim."""
        net = self.model.given(self.images.labels)
        _, log_var = net.posterior(self.normalization.apply(self.images.shown.float() / 255.0))
        found: Array = (0.5 * log_var).exp().numpy()
        return found

    @functools.cached_property
    def inputs(self) -> Tensor:
        """The net's inputs for the evaluation set, pixels from 0 to 1, with noise if the experiment evaluates with
        noise. The tensor is shared: do not change it."""
        return self.inputs_of(self.images)

    def inputs_of(self, images: ImageSet) -> Tensor:
        """The net's inputs for any images of the data set in an evaluation, pixels from 0 to 1, with noise if the
        experiment evaluates with noise."""
        return evaluation_inputs(self.experiment, images)

    @torch.no_grad()
    def restored(self, pixels: Tensor, labels: Tensor | None = None) -> Tensor:
        """The net's outputs for any images, as pixels, not clipped. pixels: n × channels × height × width, 0 to 1;
        labels: see `codes_of`."""

        def restore(net: Autoencoder, part: Tensor) -> Tensor:
            return self.normalization.pixels(net.reconstruct(self.normalization.apply(part)))

        return self._in_parts(restore, pixels, labels)

    def reconstructions(self) -> Tensor:
        """The net's outputs for the evaluation set, as pixels: images × channels × height × width."""
        return self.restored(self.inputs, self.images.labels)

    @torch.no_grad()
    def decode(self, codes: Array, labels: Tensor | None = None) -> Array:
        """Decode codes (n × latent_dim) to pixels, clipped to 0..1: n × channels × height × width. labels: the classes
        for a conditional net, n or one for all. Raises LabError if they are missing."""
        given = torch.from_numpy(np.ascontiguousarray(codes, np.float32))
        decoded = self._in_parts(lambda net, part: net.decode(part), given, labels)
        pixels: Array = self.normalization.pixels(decoded).clamp(0, 1).numpy()
        return pixels
