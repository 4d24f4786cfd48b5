"""A trained net as a way to keep images: its codes with so many bits a number, and what JPEG, WebP and PCA need for as
good images. Bits are of one image on average; the net itself, which both sides must have, is not in them."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.metrics.image_quality import evenly
from aelib.training import Array, Run

from . import codecs as compression
from .codecs import FLOAT, Point, min_max

BITS = (FLOAT, 8, 4)  # of a number, where nets are compared
TRAINED_ON = 2_000  # training images whose codes give the quantiser its range
LARGE, FEW = 4_000, 128  # pixels times channels above which PCA of more components takes too long to wait for
COMPONENTS = (1, 2, 4, 8, 16, 32, 49, 64, 128, 196, 256, 512)  # of PCA


@dataclass(frozen=True, eq=False)
class Coded:
    """low, high: the range of each code number, of training images; codes: of `run.images` (without noise), images ×
    latent_dim."""

    low: Array
    high: Array
    codes: Array


def coded(run: Run) -> Coded:
    """The codes of a run, and the range that its quantiser cuts into cells."""
    train = datasets.training_set(run.experiment.dataset).shown
    found = run.codes_of(train[evenly(len(train), TRAINED_ON)])
    low, high = min_max(found)
    return Coded(low.astype(np.float32), high.astype(np.float32), run.codes())


def points(run: Run, codes: Coded, bits: Sequence[int] = BITS, name: str = "net") -> list[Point]:
    """`compression.of_codes` of a run: one Point for each number of bits; 32 keeps codes as they are."""
    # the two ends of the range have the range of all codes that it was taken from
    ends = np.stack([codes.low, codes.high])
    return compression.of_codes(ends, codes.codes, run.decode, run.images.images(), bits, name)


def reconstructed(run: Run, codes: Coded, chosen: Sequence[int], bits: int) -> Tensor:
    """Some of `run.images` from their codes with so many bits a number: n × channels × height × width, 0 to 1."""
    kept = codes.codes[list(chosen)]
    if bits != FLOAT:
        symbols = compression.quantize(kept, bits, codes.low, codes.high)
        kept = compression.dequantize(symbols, bits, codes.low, codes.high)
    return torch.from_numpy(run.decode(kept))


def codecs(dataset: str) -> dict[str, list[Point]]:
    """JPEG and WebP on the images that nets are looked at by: `compression.codec_curves`."""
    return compression.codec_curves(datasets.evaluation_set(dataset).images())


def pca(dataset: str, components: Sequence[int], bits: int) -> list[Point]:
    """PCA of the training images with so many numbers (those that the images do not have are left out), each kept with
    so many bits: on the images that nets are looked at by."""
    train = datasets.training_set(dataset)
    if train.pixels[0].numel() > LARGE:
        components = [count for count in components if count <= FEW]
    fitted = train.pixels[compression.fitted_to(train.pixels)].float() / 255
    return compression.pca_curve(fitted, datasets.evaluation_set(dataset).images(), components, bits)


def pca_images(dataset: str) -> int:
    """How many training images `pca` is fitted to."""
    return len(compression.fitted_to(datasets.training_set(dataset).pixels))


def bits_for(rival: Sequence[Point], psnr: float) -> float | None:
    """With how many bits a rival's images are as good, by straight lines between its points (PSNR against log bits): at
    most the bits of its smallest images, where already these are as good; None where none of its images is."""
    ordered = sorted(rival, key=lambda point: point.bits)
    if not ordered or ordered[0].psnr >= psnr:
        return ordered[0].bits if ordered else None
    for before, after in itertools.pairwise(ordered):
        if before.psnr < psnr <= after.psnr:
            if math.isinf(after.psnr):
                return after.bits
            share = (psnr - before.psnr) / (after.psnr - before.psnr)
            return math.exp(math.log(before.bits) + share * math.log(after.bits / before.bits))
    return None


def psnr_at(rival: Sequence[Point], bits: float) -> float | None:
    """How good a rival's images are with so many bits, by the same lines; None where it has none so small."""
    ordered = sorted(rival, key=lambda point: point.bits)
    if not ordered or bits < ordered[0].bits:
        return None
    for before, after in itertools.pairwise(ordered):
        if before.bits <= bits <= after.bits:
            if math.isinf(after.psnr):  # a line to perfection has no height
                return before.psnr if bits < after.bits else after.psnr
            width = math.log(after.bits / before.bits)
            share = math.log(bits / before.bits) / width if width else 1.0
            return before.psnr + share * (after.psnr - before.psnr)
    return ordered[-1].psnr


@dataclass(frozen=True)
class Duel:
    """Points of nets beside a rival, by their bits. won, lost: with a better PSNR than the rival has at as many bits,
    or not; alone: with fewer bits than the rival's smallest images, so that nothing can be compared."""

    won: tuple[Point, ...]
    lost: tuple[Point, ...]
    alone: tuple[Point, ...]


def duel(nets: Sequence[Point], rival: Sequence[Point]) -> Duel:
    """Every point of the nets against the rival's curve (see `psnr_at`)."""
    won, lost, alone = [], [], []
    for point in sorted(nets, key=lambda point: point.bits):
        there = psnr_at(rival, point.bits)
        if there is None:
            alone.append(point)
        elif point.psnr > there:
            won.append(point)
        else:
            lost.append(point)
    return Duel(tuple(won), tuple(lost), tuple(alone))
