"""What a class-conditional net generates from a class and a code: one style in every class, and whether the class is
right."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import N_
from aelib.metrics import latent_space
from aelib.training import Array, Run

from . import generation

NOT_TOLD = N_("This net is not told the class: choose a run with model.conditional true.")


@dataclass(frozen=True)
class Obedience:
    """asked, found: the requested classes, and the classes of the nearest training images: n."""

    asked: NDArray[np.int64]
    found: NDArray[np.int64]

    def share(self, label: int | None = None) -> float:
        """Share of the images of a class, or of all, whose nearest training image has the requested class, 0 to 1."""
        chosen = slice(None) if label is None else self.asked == label
        return float((self.asked[chosen] == self.found[chosen]).mean())


def _check(run: Run) -> None:
    if not run.experiment.model.conditional:
        raise LabError(NOT_TOLD)


def styles(run: Run, chosen: list[int]) -> Array:
    """The code of each chosen image of the evaluation set, decoded as every class: n × classes × channels × height ×
    width, 0 to 1. Raises LabError for a net that does not receive the class."""
    _check(run)
    classes = run.spec.classes
    codes = run.codes_of(run.images.shown[chosen], run.images.labels[chosen])
    decoded = run.decode(np.repeat(codes, classes, axis=0), torch.arange(classes).repeat(len(chosen)))
    made: Array = decoded.reshape(len(chosen), classes, *decoded.shape[1:])
    return made


def plane(run: Run, label: int, side: int) -> Array:
    """The bulk of the prior, decoded as one class, for a code of two numbers: side² × channels × height × width, row 0
    at the top."""
    _check(run)
    points = latent_space.cells(latent_space.extent(run.codes(), run.experiment.model.variational), side)
    return run.decode(points, torch.tensor([label]))


def drawn(run: Run, label: int, count: int, seed: int) -> Array:
    """Codes from N(0, 1), decoded as one class: count × channels × height × width."""
    _check(run)
    return run.decode(latent_space.prior(count, run.latent_dim, seed).numpy(), torch.tensor([label]))


def obedience(run: Run, count: int, seed: int = 0) -> Obedience:
    """Request each class `count` times, with codes from N(0, 1), and find the nearest training images."""
    _check(run)
    asked = np.repeat(np.arange(run.spec.classes), count)
    codes = latent_space.prior(len(asked), run.latent_dim, seed).numpy()
    images = torch.from_numpy(run.decode(codes, torch.from_numpy(asked)))
    return Obedience(asked, generation.evaluate(images, run.experiment.dataset).labels)
