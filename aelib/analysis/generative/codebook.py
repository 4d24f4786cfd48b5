"""How a net uses its codebook: the entry at each position, how many entries are in use, and what each of them draws."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.core.errors import LabError
from aelib.core.language import N_
from aelib.models import Autoencoder, Codebook
from aelib.training import Array, Run

NO_CODEBOOK = N_("This net has no codebook: choose a run with model.codebook.entries above 0.")
AT_ONCE = 500  # images


@dataclass(frozen=True, eq=False)
class Usage:
    """How often each entry occurs at each position of the codes of the evaluation set.

    Attributes:
        counts: positions × entries.
        bits: bits for one image if all entries get equally long codes: positions · log2(entries).
    """

    counts: NDArray[np.int64]
    bits: float

    @property
    def entries(self) -> int:
        return int(self.counts.shape[1])

    @property
    def used(self) -> int:
        """How many entries occur at all."""
        return int((self.counts.sum(axis=0) > 0).sum())

    @property
    def perplexity(self) -> float:
        """e to the power of the entropy of the entries' frequencies, over all positions: 1 if a single entry is used,
        the number of entries if all are equally frequent."""
        return float(np.exp(_entropy(self.counts.sum(axis=0))))

    @property
    def entropy_bits(self) -> float:
        """Bits for one image with an entropy coder that has one table for each position: at most `bits`."""
        return float(sum(_entropy(place) for place in self.counts) / np.log(2))


def _entropy(counts: NDArray[np.int64]) -> float:
    """Entropy of the relative frequencies, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def book_of(net: Autoencoder) -> Codebook:
    """The codebook of a net. Raises LabError if it has none."""
    if net.codebook is None:
        raise LabError(NO_CODEBOOK)
    return net.codebook


@torch.no_grad()
def indices(run: Run, pixels: Tensor, labels: Tensor | None = None) -> NDArray[np.int64]:
    """The entry at each position of the codes of images: n × positions. pixels: 0 to 1, n × channels × height × width;
    labels: their classes, which a conditional net needs. Raises LabError for a run without a codebook."""
    book, found = book_of(run.model), []
    for start in range(0, len(pixels), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        net = run.model.given(None if labels is None else labels[part])
        found.append(book.indices(net.unconstrained(run.normalization.apply(pixels[part]))))
    return torch.cat(found).numpy().astype(np.int64)


def codes(run: Run, chosen: NDArray[np.int64]) -> Array:
    """The codes that these entries make: n × latent_dim. chosen: the entry at each position, n × positions."""
    made: Array = book_of(run.model).made(torch.from_numpy(chosen)).numpy()
    return made


def usage(run: Run) -> Usage:
    """Usage for the images that the run is evaluated on, with its noise. Raises LabError for a run without a
    codebook."""
    return usage_on(run, run.inputs, run.images.labels)


def usage_on(run: Run, pixels: Tensor, labels: Tensor | None = None) -> Usage:
    """Usage for other images, see `indices`. Raises LabError for a run without a codebook."""
    book = book_of(run.model).book
    counts = np.stack([np.bincount(place, minlength=book.entries) for place in indices(run, pixels, labels).T])
    return Usage(counts, book.bits)


def replaced(run: Run, chosen: NDArray[np.int64], place: int, label: Tensor | None = None) -> Array:
    """One image, with each entry in turn at one of its positions: entries × channels × height × width, 0 to 1. chosen:
    the entries of the image, positions."""
    every = np.tile(chosen, (book_of(run.model).book.entries, 1))
    every[:, place] = np.arange(len(every))
    return run.decode(codes(run, every), label)


def alone(run: Run) -> Array:
    """Each entry at all positions at once: entries × channels × height × width, 0 to 1. If codes are maps, this is the
    texture that an entry represents."""
    book = book_of(run.model).book
    everywhere = np.tile(np.arange(book.entries)[:, None], (1, book.places))
    label = torch.zeros(1, dtype=torch.long) if run.experiment.model.conditional else None
    return run.decode(codes(run, everywhere), label)
