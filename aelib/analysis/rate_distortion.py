"""Rate and distortion of a trained net: quality and bits per image, compared with JPEG, WebP and PCA.

Bits are means per image. They do not include the net itself, which encoder and decoder must both have.
"""

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

BITS = (FLOAT, 8, 4)  # bits per number for the comparison of nets
RANGE_IMAGES = 2_000  # training images whose codes give the quantiser its range
LARGE_IMAGE = 4_000  # pixels times channels above which PCA has at most MAX_COMPONENTS_OF_LARGE components
MAX_COMPONENTS_OF_LARGE = 128  # more would take too long
COMPONENTS = (1, 2, 4, 8, 16, 32, 49, 64, 128, 196, 256, 512)  # of PCA


@dataclass(frozen=True, eq=False)
class EncodedRun:
    """Codes of a run. low, high: range of each latent dimension over training images; codes: those of `run.images`
    without noise, images × latent_dim."""

    low: Array
    high: Array
    codes: Array


def encode_run(run: Run) -> EncodedRun:
    """The codes of a run and the range of its quantiser."""
    train = datasets.training_set(run.experiment.dataset).shown
    found = run.codes_of(train[evenly(len(train), RANGE_IMAGES)])
    low, high = min_max(found)
    return EncodedRun(low.astype(np.float32), high.astype(np.float32), run.codes())


def points(run: Run, codes: EncodedRun, bits: Sequence[int] = BITS, name: str = "net") -> list[RatePoint]:
    """`codecs.network_points` of a run: one RatePoint for each number of bits; 32 means no quantisation."""
    # the ends of the range stand for the training codes: they have the same range
    ends = np.stack([codes.low, codes.high])
    return codecs.network_points(ends, codes.codes, run.decode, run.images.images(), bits, name)


def reconstructed(run: Run, codes: EncodedRun, chosen: Sequence[int], bits: int) -> Tensor:
    """Reconstructions from codes stored with `bits` bits per number: n × channels × height × width, 0 to 1.

    chosen: indices into `run.images`.
    """
    kept = codes.codes[list(chosen)]
    if bits != FLOAT:
        symbols = codecs.quantize(kept, bits, codes.low, codes.high)
        kept = codecs.dequantize(symbols, bits, codes.low, codes.high)
    return torch.from_numpy(run.decode(kept))


def codec_curves(dataset: str) -> dict[str, list[RatePoint]]:
    """`codecs.codec_curves` of JPEG and WebP on the evaluation set."""
    return codecs.codec_curves(datasets.evaluation_set(dataset).images())


def pca(dataset: str, components: Sequence[int], bits: int) -> list[RatePoint]:
    """`codecs.pca_curve` on the evaluation set, fitted to training images: one RatePoint for each number of components.

    Numbers of components that the images do not allow, and above 128 for large images, are left out. bits: bits per
    coefficient.
    """
    train = datasets.training_set(dataset)
    if train.pixels[0].numel() > LARGE_IMAGE:
        components = [count for count in components if count <= MAX_COMPONENTS_OF_LARGE]
    fitted = train.pixels[codecs.pca_training_images(train.pixels)].float() / 255
    return codecs.pca_curve(fitted, datasets.evaluation_set(dataset).images(), components, bits)


def pca_images(dataset: str) -> int:
    """Number of training images that `pca` is fitted to."""
    return len(codecs.pca_training_images(datasets.training_set(dataset).pixels))


def bits_for(baseline: Sequence[RatePoint], psnr: float) -> float | None:
    """Bits per image that the baseline needs for this PSNR (dB), by linear interpolation of PSNR over log bits.

    If the baseline's smallest images already reach the PSNR, the result is their bits. None if the baseline never
    reaches it.
    """
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
    """PSNR (dB) of the baseline at this number of bits per image, interpolated as in `bits_for`; None below the bits of
    its smallest images."""
    ordered = sorted(baseline, key=lambda point: point.bits)
    if not ordered or bits < ordered[0].bits:
        return None
    for before, after in itertools.pairwise(ordered):
        if before.bits <= bits <= after.bits:
            if math.isinf(after.psnr):  # there is no line to a point with infinite PSNR
                return before.psnr if bits < after.bits else after.psnr
            width = math.log(after.bits / before.bits)
            share = math.log(bits / before.bits) / width if width else 1.0
            return before.psnr + share * (after.psnr - before.psnr)
    return ordered[-1].psnr


@dataclass(frozen=True)
class Comparison:
    """Points of nets compared with a baseline, by rising bits.

    Attributes:
        better: with a higher PSNR than the baseline has at the same number of bits.
        worse: with the same PSNR or a lower one.
        incomparable: with fewer bits than the baseline's smallest images.
    """

    better: tuple[RatePoint, ...]
    worse: tuple[RatePoint, ...]
    incomparable: tuple[RatePoint, ...]


def compare(nets: Sequence[RatePoint], baseline: Sequence[RatePoint]) -> Comparison:
    """Compare every point of the nets with the baseline's curve (see `psnr_at`)."""
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
