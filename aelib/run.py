"""A finished run: what was trained, what came out, and the net itself."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import datasets
from .corruption import TEST, corrupt, key
from .datasets import ImageSet, Normalization
from .experiment import Experiment
from .models import Autoencoder, build

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Snapshots:
    """Learning as it went. epochs: int64, snapshots (0 is the untrained net); codes: float32, snapshots × images ×
    latent_dim; pixels: uint8 (0 to 255, cut off outside), snapshots × images × channels × height × width."""

    epochs: Tensor
    codes: Tensor
    pixels: Tensor


@dataclass(frozen=True, eq=False)
class Run:
    """history: one record for each epoch that was recorded, with epoch, train_loss, wrong_pixels (sum over all
    images), learnt, seconds; metrics: `aelib.metrics.summary`; stopped: "epochs" (all of them), "learnt" or
    "patience"; seconds: of training, this net's share where several were trained at once; created: UTC, ISO."""

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

    @property
    def digest(self) -> str:
        return self.experiment.digest

    @property
    def loss(self) -> float:
        """The training loss after the last epoch."""
        return self.history[-1]["train_loss"]

    @property
    def parameters(self) -> int:
        return self.experiment.model.parameter_count()

    @functools.cached_property
    def model(self) -> Autoencoder:
        """The trained net on the CPU, in evaluation mode. Shared: not to be changed."""
        model = build(self.experiment)
        model.load_state_dict(self.weights)
        return model.eval()

    @functools.cached_property
    def images(self) -> ImageSet:
        return datasets.load(self.experiment.dataset)

    @functools.cached_property
    def normalization(self) -> Normalization:
        return datasets.normalization(self.experiment.normalization, self.images.images())

    @torch.no_grad()
    def codes(self) -> Array:
        """The code of every image: images × latent_dim."""
        embedded: Array = self.model.embed(self.normalization.apply(self.images.images())).numpy()
        return embedded

    @functools.cached_property
    def inputs(self) -> Tensor:
        """The images as the net was judged by, pixels from 0 to 1: noisy where the experiment says so. Shared."""
        noise, pixels = self.experiment.corruption, self.images.images()
        if noise.kind == "none" or noise.where == "train":
            return pixels
        return corrupt(pixels, noise.kind, noise.level, [key(self.experiment.seed, TEST)], painted=noise.pixels)[0]

    @torch.no_grad()
    def restored(self, pixels: Tensor) -> Tensor:
        """Any images (pixels from 0 to 1, n × channels × height × width) through the net, as pixels."""
        return self.normalization.pixels(self.model.reconstruct(self.normalization.apply(pixels)))

    def reconstructions(self) -> Tensor:
        """Every image as the net was judged by, through the net, as pixels: images × channels × height × width."""
        return self.restored(self.inputs)

    @torch.no_grad()
    def decode(self, codes: Array) -> Array:
        """Codes (n × latent_dim) to pixels cut off to 0..1: n × channels × height × width."""
        decoded = self.model.decode(torch.from_numpy(np.ascontiguousarray(codes, np.float32)))
        pixels: Array = self.normalization.pixels(decoded).clamp(0, 1).numpy()
        return pixels
