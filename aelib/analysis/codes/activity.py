"""How often the numbers of a sparse code are active, and the images for which each is largest."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from aelib.nn.penalties import active

from .features import Array
from .neighbours import Indices


@dataclass(frozen=True, eq=False)
class Activity:
    """Activity of a code over some images.

    Attributes:
        rates: share of the images in which each number is active, 0 to 1, latent_dim.
        counts: how many numbers are active in each image, n.
    """

    rates: NDArray[np.float64]
    counts: Indices

    @property
    def order(self) -> list[int]:
        """Indices of the code numbers, most active first."""
        found: list[int] = np.argsort(-self.rates, kind="stable").tolist()
        return found

    @property
    def never(self) -> int:
        """How many code numbers are never active."""
        return int((self.rates == 0).sum())


def activity(codes: Array) -> Activity:
    """Activity as defined by `aelib.nn.penalties.active`. codes: n × latent_dim."""
    on = active(torch.from_numpy(codes)).numpy()
    return Activity(on.mean(axis=0), on.sum(axis=1))


def top(codes: Array, number: int, count: int) -> list[int]:
    """The images for which a code number is largest, in descending order; images for which it is not above 0 are left
    out. codes: n × latent_dim."""
    order = np.argsort(-codes[:, number], kind="stable")[:count]
    found: list[int] = order[codes[order, number] > 0].tolist()
    return found


def purity(codes: Array, labels: Indices, count: int) -> float:
    """The share of the most frequent class among the `count` images for which a code number is largest; the mean over
    all code numbers that are ever above 0: 0 to 1; 0 if there are no such numbers. labels: n."""
    shares = []
    for number in range(codes.shape[1]):
        chosen = labels[top(codes, number, count)]
        if len(chosen):
            shares.append(np.unique(chosen, return_counts=True)[1].max() / len(chosen))
    return float(np.mean(shares)) if shares else 0.0
