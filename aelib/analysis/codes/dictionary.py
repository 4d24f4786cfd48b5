"""Which of the features that make up the images a net has found. Each code number represents one feature: the decoder's
output for it."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.core.errors import LabError
from aelib.training import Run

MATCHED = 0.9  # a planted feature counts as found above this cosine


@torch.no_grad()
def learnt_features(run: Run) -> Tensor:
    """The contribution of each code number to an image, as pixels: latent_dim × channels × height × width. For a deep
    decoder it is the change caused by a small step from the mean code."""
    if len(run.model.architecture.steps) == 2:
        zero = torch.zeros(1, run.latent_dim)
        return run.model.decode_logits(torch.eye(run.latent_dim)) - run.model.decode_logits(zero)
    mean = torch.from_numpy(run.codes().mean(axis=0, keepdims=True))
    spread = torch.from_numpy(run.codes().std(axis=0))
    return run.model.decode(mean + torch.diag(0.5 * spread)) - run.model.decode(mean)


def coherence(features: Tensor) -> Tensor:
    """How strongly the grey values of each feature vary along a single direction: 0 if no direction dominates, 1 for an
    edge or a stripe. features: n × height × width; the result is n.

    It is (λ₁ − λ₂) / (λ₁ + λ₂) of the eigenvalues of the structure tensor, the sum of the products of the gradient
    (Bigün and Granlund 1987).
    """
    down, across = torch.gradient(features, dim=(-2, -1))
    a, b, c = ((one * other).sum(dim=(-2, -1)) for one, other in ((down, down), (across, across), (down, across)))
    return ((a - b).square() + 4 * c.square()).sqrt() / (a + b).clamp(min=1e-12)


@dataclass(frozen=True, eq=False)
class Recovery:
    """Planted features and the nearest features of a net.

    Attributes:
        planted: features × channels × height × width, of length 1.
        learnt: the nearest of the net's features to each, same shape, of length 1 or 0.
        cosines: of each pair, −1 to 1.
    """

    planted: Tensor
    learnt: Tensor
    cosines: NDArray[np.float32]

    @property
    def recovered(self) -> float:
        """Share of the planted features whose nearest learnt feature has a cosine above MATCHED, 0 to 1."""
        return float((self.cosines > MATCHED).mean())


def has_planted(run: Run) -> bool:
    """Whether the features that make up the images are known, and the net is dense."""
    return run.spec.features is not None and run.experiment.model.dense


def recovery(run: Run) -> Recovery:
    """The net's features compared with the planted ones. Raises LabError if no features are known."""
    if run.spec.features is None or not has_planted(run):
        raise LabError("No features of {title} are known: choose dictionary8x8 and a dense net.", title=run.spec.title)
    planted = run.spec.features()
    found = torch.nn.functional.normalize(learnt_features(run).flatten(1), dim=1)
    cosines, nearest = (planted.flatten(1) @ found.T).max(dim=1)
    return Recovery(planted, found[nearest].view_as(planted), cosines.numpy())
