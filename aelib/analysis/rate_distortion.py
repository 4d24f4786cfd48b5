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

from . import codecs
from .codecs import FLOAT, RatePoint, min_max

BITS = (FLOAT, 8, 4)  # of a number, where nets are compared
RANGE_IMAGES = 2_000  # training images whose codes give the quantiser its range
LARGE_IMAGE, MAX_COMPONENTS_OF_LARGE = (
    4_000,
    128,
)  # pixels times channels above which PCA of more components takes too long to wait for
COMPONENTS = (1, 2, 4, 8, 16, 32, 49, 64, 128, 196, 256, 512)  # of PCA


@dataclass(frozen=True, eq=False)
class EncodedRun:
    """low, high: the range of each code number, of training images; codes: of `run.images` (without noise), images ×
    latent_dim."""

    low: Array
    high: Array
    codes: Array


def encode_run(run: Run) -> EncodedRun:
    """The codes of a run, and the range that its quantiser cuts into cells."""
    train = datasets.training_set(run.experiment.dataset).shown
    found = run.codes_of(train[evenly(len(train), RANGE_IMAGES)])
    low, high = min_max(found)
    return EncodedRun(low.astype(np.float32), high.astype(np.float32), run.codes())


def points(run: Run, codes: EncodedRun, bits: Sequence[int] = BITS, name: str = "net") -> list[RatePoint]:
    """`codecs.network_points` of a run: one RatePoint for each number of bits; 32 keeps codes as they are."""
    # the two ends of the range have the range of all codes that it was taken from
    ends = np.stack([codes.low, codes.high])
    return codecs.network_points(ends, codes.codes, run.decode, run.images.images(), bits, name)


def reconstructed(run: Run, codes: EncodedRun, chosen: Sequence[int], bits: int) -> Tensor:
    """Some of `run.images` from their codes with so many bits a number: n × channels × height × width, 0 to 1."""
    kept = codes.codes[list(chosen)]
    if bits != FLOAT:
        symbols = codecs.quantize(kept, bits, codes.low, codes.high)
        kept = codecs.dequantize(symbols, bits, codes.low, codes.high)
    return torch.from_numpy(run.decode(kept))


def codec_curves(dataset: str) -> dict[str, list[RatePoint]]:
    """JPEG and WebP on the images that nets are looked at by: `codecs.codec_curves`."""
    return codecs.codec_curves(datasets.evaluation_set(dataset).images())


def pca(dataset: str, components: Sequence[int], bits: int) -> list[RatePoint]:
    """PCA of the training images with so many numbers (those that the images do not have are left out), each kept with
    so many bits: on the images that nets are looked at by."""
    train = datasets.training_set(dataset)
    if train.pixels[0].numel() > LARGE_IMAGE:
        components = [count for count in components if count <= MAX_COMPONENTS_OF_LARGE]
    fitted = train.pixels[codecs.pca_training_images(train.pixels)].float() / 255
    return codecs.pca_curve(fitted, datasets.evaluation_set(dataset).images(), components, bits)


def pca_images(dataset: str) -> int:
    """How many training images `pca` is fitted to."""
    return len(codecs.pca_training_images(datasets.training_set(dataset).pixels))


def bits_for(baseline: Sequence[RatePoint], psnr: float) -> float | None:
    """How many bits per image the baseline needs for this PSNR (dB), by linear interpolation between its points (PSNR
    against log bits). The bits of its smallest images where even these reach the PSNR; None where it never does."""
    ordered = sorted(baseline, key=lambda point: point.bits)
    if not ordered or ordered[0].psnr >= psnr:
        return ordered[0].bits if ordered else None
    for before, after in itertools.pairwise(ordered):
        if before.psnr < psnr <= after.psnr:
            if math.isinf(after.psnr):
                return after.bits
            share = (psnr - before.psnr) / (after.psnr - before.psnr)
            return math.exp(math.log(before.bits) + share * math.log(after.bits / before.bits))
    return None


def psnr_at(baseline: Sequence[RatePoint], bits: float) -> float | None:
    """How good a baseline's images are with so many bits, by the same lines; None where it has none so small."""
    ordered = sorted(baseline, key=lambda point: point.bits)
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
class Comparison:
    """Points of nets against a baseline, by rising bits.

    Attributes:
        better: with a higher PSNR than the baseline has at the same number of bits.
        worse: with the same PSNR or a lower one.
        incomparable: with fewer bits than the baseline's smallest images.
    """

    better: tuple[RatePoint, ...]
    worse: tuple[RatePoint, ...]
    incomparable: tuple[RatePoint, ...]


def compare(nets: Sequence[RatePoint], baseline: Sequence[RatePoint]) -> Comparison:
    """Every point of the nets against the baseline's curve (see `psnr_at`)."""
    better, worse, incomparable = [], [], []
    for point in sorted(nets, key=lambda point: point.bits):
        there = psnr_at(baseline, point.bits)
        if there is None:
            incomparable.append(point)
        elif point.psnr > there:
            better.append(point)
        else:
            worse.append(point)
    return Comparison(tuple(better), tuple(worse), tuple(incomparable))
