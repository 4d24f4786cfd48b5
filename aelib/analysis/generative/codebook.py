"""How a net with a codebook uses it: which entry stands where, how many are in use, and what each of them draws."""

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
    """How often each entry stands at each place of the codes of the evaluation set.

    Attributes:
        counts: places × entries.
        bits: of one image, as many for every entry: places · log2(entries).
    """

    counts: NDArray[np.int64]
    bits: float

    @property
    def entries(self) -> int:
        return int(self.counts.shape[1])

    @property
    def used(self) -> int:
        """Entries that stand anywhere."""
        return int((self.counts.sum(axis=0) > 0).sum())

    @property
    def perplexity(self) -> float:
        """e to the entropy of the shares of the entries, over all places: 1 where one entry stands everywhere, the
        number of entries where all are as frequent."""
        return float(np.exp(_entropy(self.counts.sum(axis=0))))

    @property
    def entropy_bits(self) -> float:
        """Bits of one image that an entropy coder needs, with one table for each place: at most `bits`."""
        return float(sum(_entropy(place) for place in self.counts) / np.log(2))


def _entropy(counts: NDArray[np.int64]) -> float:
    """Of shares, nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def book_of(net: Autoencoder) -> Codebook:
    """Raises LabError for a net without a codebook."""
    if net.codebook is None:
        raise LabError(NO_CODEBOOK)
    return net.codebook


@torch.no_grad()
def indices(run: Run, pixels: Tensor, labels: Tensor | None = None) -> NDArray[np.int64]:
    """The entry that stands at each place of the codes of images: n × places. pixels: 0 to 1, n × channels × height ×
    width; labels: their classes, which a conditional net needs. Raises LabError for a run without a codebook."""
    book, found = book_of(run.model), []
    for start in range(0, len(pixels), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        net = run.model.given(None if labels is None else labels[part])
        found.append(book.indices(net.unconstrained(run.normalization.apply(pixels[part]))))
    return torch.cat(found).numpy().astype(np.int64)


def codes(run: Run, chosen: NDArray[np.int64]) -> Array:
    """The codes that entries make: n × latent_dim. chosen: the entry of each place, n × places."""
    made: Array = book_of(run.model).made(torch.from_numpy(chosen)).numpy()
    return made


def usage(run: Run) -> Usage:
    """Of the images that the run is evaluated on, with its noise. Raises LabError for a run without a codebook."""
    return usage_on(run, run.inputs, run.images.labels)


def usage_on(run: Run, pixels: Tensor, labels: Tensor | None = None) -> Usage:
    """Of other images, see `indices`. Raises LabError for a run without a codebook."""
    book = book_of(run.model).book
    counts = np.stack([np.bincount(place, minlength=book.entries) for place in indices(run, pixels, labels).T])
    return Usage(counts, book.bits)


def replaced(run: Run, chosen: NDArray[np.int64], place: int, label: Tensor | None = None) -> Array:
    """One image with each entry in turn at one of its places: entries × channels × height × width, 0 to 1. chosen: the
    entries of the image, places."""
    every = np.tile(chosen, (book_of(run.model).book.entries, 1))
    every[:, place] = np.arange(len(every))
    return run.decode(codes(run, every), label)


def alone(run: Run) -> Array:
    """Each entry at all places at once: entries × channels × height × width, 0 to 1. Of maps this is the texture that
    an entry stands for."""
    book = book_of(run.model).book
    everywhere = np.tile(np.arange(book.entries)[:, None], (1, book.places))
    label = torch.zeros(1, dtype=torch.long) if run.experiment.model.conditional else None
    return run.decode(codes(run, everywhere), label)
