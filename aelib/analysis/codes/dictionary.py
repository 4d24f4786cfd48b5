"""Which of the features that images are made of a net has found: each number of its code stands for one feature, what
the decoder draws for it."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.core.errors import LabError
from aelib.training import Run

MATCHED = 0.9  # cosine above which a planted feature counts as found


@torch.no_grad()
def learnt_features(run: Run) -> Tensor:
    """What each number of the code adds to an image, as pixels: latent_dim × channels × height × width. Of a deep
    decoder this is the change that a small step from the mean code makes."""
    if len(run.model.architecture.steps) == 2:
        zero = torch.zeros(1, run.latent_dim)
        return run.model.decode_logits(torch.eye(run.latent_dim)) - run.model.decode_logits(zero)
    mean = torch.from_numpy(run.codes().mean(axis=0, keepdims=True))
    spread = torch.from_numpy(run.codes().std(axis=0))
    return run.model.decode(mean + torch.diag(0.5 * spread)) - run.model.decode(mean)


def coherence(features: Tensor) -> Tensor:
    """How far the grey of each feature changes along one direction alone: 0 where no direction stands out, 1 for an
    edge or a stripe. features: n × height × width; the result is n.

    It is (λ₁ − λ₂) / (λ₁ + λ₂) of the eigenvalues of the structure tensor, the sum of the products of the gradient
    (Bigün and Granlund 1987).
    """
    down, across = torch.gradient(features, dim=(-2, -1))
    a, b, c = ((one * other).sum(dim=(-2, -1)) for one, other in ((down, down), (across, across), (down, across)))
    return ((a - b).square() + 4 * c.square()).sqrt() / (a + b).clamp(min=1e-12)


@dataclass(frozen=True, eq=False)
class Recovery:
    """Planted features beside those of a net.

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
        """Share of the planted features that have a learnt one with a cosine above MATCHED, 0 to 1."""
        return float((self.cosines > MATCHED).mean())


def has_planted(run: Run) -> bool:
    """Whether the features that the images are made of are known, and the net is dense."""
    return run.spec.features is not None and run.experiment.model.dense


def recovery(run: Run) -> Recovery:
    """Raises LabError where no features are known."""
    if run.spec.features is None or not has_planted(run):
        raise LabError("No features of {title} are known: choose dictionary8x8 and a dense net.", title=run.spec.title)
    planted = run.spec.features()
    found = torch.nn.functional.normalize(learnt_features(run).flatten(1), dim=1)
    cosines, nearest = (planted.flatten(1) @ found.T).max(dim=1)
    return Recovery(planted, found[nearest].view_as(planted), cosines.numpy())
