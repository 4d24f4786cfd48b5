"""Rate and distortion of a trained net: quality and bits per image, compared with JPEG, WebP and PCA.

Bits are means per image. They do not include the net itself, which encoder and decoder must both have.
"""

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aelib import datasets
from aelib.datasets import DatasetSpec, ImageSet
from aelib.metrics import image_quality
from aelib.metrics.image_quality import evenly
from aelib.training import Array, Run

from ..generative import codebook
from . import codecs
from .codecs import FLOAT, RatePoint, min_max

BITS = (FLOAT, 8, 4)  # bits per number for the comparison of nets
MAX_TEST_IMAGES = 1_000
RANGE_IMAGES = 2_000  # training images whose codes give the quantiser its range
VARIETY_IMAGES = 200
LARGE_IMAGE = 4_000  # pixels times channels above which PCA has at most MAX_COMPONENTS_OF_LARGE components
MAX_COMPONENTS_OF_LARGE = 128  # more would take too long
COMPONENTS = (1, 2, 4, 8, 16, 32, 49, 64, 128, 196, 256, 512)  # of PCA


@dataclass(frozen=True, eq=False)
class EncodedRun:
    """Codes of a run. low, high: range of each latent dimension over training images; codes: those of `test_images`
    without noise, images × latent_dim."""

    low: Array
    high: Array
    codes: Array


def test_images(which: str | DatasetSpec) -> ImageSet:
    """The images that all compressors of a data set are measured on: the test set, as for the PSNR of a run, or at most
    MAX_TEST_IMAGES of it, evenly spaced. A run's own spec has only the classes that the run was trained on."""
    images = datasets.test_set(which)
    return images.part(slice(0, None, -(-len(images) // MAX_TEST_IMAGES)))


def measured(which: str | DatasetSpec) -> int:
    """Number of test images on which PSNR and bits are measured."""
    return len(codecs.measured_images(test_images(which).pixels))


def encode_run(run: Run) -> EncodedRun:
    """The codes of a run and the range of its quantiser."""
    train, test = datasets.training_set(run.spec), test_images(run.spec)
    chosen = evenly(len(train), RANGE_IMAGES)
    low, high = min_max(run.codes_of(train.shown[chosen], train.labels[chosen]))
    codes = run.codes_of(test.shown, test.labels)
    return EncodedRun(low.astype(np.float32), high.astype(np.float32), codes)


def points(run: Run, codes: EncodedRun, bits: Sequence[int] = BITS, name: str = "net") -> list[RatePoint]:
    """`codecs.network_points` of a run: one RatePoint for each number of bits; 32 means no quantisation."""
    # the two ends stand in for the training codes, because they have the same range
    ends = np.stack([codes.low, codes.high])
    test = test_images(run.spec)
    images, labels = test.images(), test.labels[codecs.measured_images(test.pixels)]
    return codecs.network_points(ends, codes.codes, lambda kept: run.decode(kept, labels), images, bits, name)


def reconstructed(run: Run, codes: EncodedRun, chosen: Sequence[int], bits: int) -> Tensor:
    """Reconstructions from codes stored with `bits` bits per number: n × channels × height × width, 0 to 1.

    chosen: indices into `test_images`.
    """
    kept = codes.codes[list(chosen)]
    if bits != FLOAT:
        symbols = codecs.quantize(kept, bits, codes.low, codes.high)
        kept = codecs.dequantize(symbols, bits, codes.low, codes.high)
    return torch.from_numpy(run.decode(kept, test_images(run.spec).labels[list(chosen)]))


def codec_curves(which: str | DatasetSpec) -> dict[str, list[RatePoint]]:
    """`codecs.codec_curves` of JPEG and WebP on `test_images`, cached in memory."""
    return _codec_curves(datasets.spec(which) if isinstance(which, str) else which)


@functools.lru_cache(maxsize=8)
def _codec_curves(described: DatasetSpec) -> dict[str, list[RatePoint]]:
    return codecs.codec_curves(test_images(described).images())


def pca(which: str | DatasetSpec, components: Sequence[int], bits: int) -> list[RatePoint]:
    """`codecs.pca_curve` on `test_images`, fitted to training images: one RatePoint for each number of components.

    Numbers of components that the images do not allow, and above 128 for large images, are left out. bits: bits per
    coefficient.
    """
    train = datasets.training_set(which)
    if train.pixels[0].numel() > LARGE_IMAGE:
        components = [count for count in components if count <= MAX_COMPONENTS_OF_LARGE]
    fitted = train.pixels[codecs.pca_training_images(train.pixels)].float() / 255
    return codecs.pca_curve(fitted, test_images(which).images(), components, bits)


def pca_images(which: str | DatasetSpec) -> int:
    """Number of training images that `pca` is fitted to."""
    return len(codecs.pca_training_images(datasets.training_set(which).pixels))


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
class Stretch:
    """Consecutive numbers of bits at which the best net is always better than a baseline, or always worse (or equal).
    points: the best net at each number of bits, in ascending order of bits."""

    better: bool
    points: tuple[RatePoint, ...]


@dataclass(frozen=True)
class Comparison:
    """The best net at each number of bits compared with a baseline.

    Attributes:
        stretches: in ascending order of bits; better and worse ones alternate.
        incomparable: nets with fewer bits than the baseline's smallest images, in ascending order of bits.
    """

    stretches: tuple[Stretch, ...]
    incomparable: tuple[RatePoint, ...]


def compare(nets: Sequence[RatePoint], baseline: Sequence[RatePoint]) -> Comparison:
    """Compare the best of the nets at each number of bits with the baseline's curve (see `psnr_at`)."""
    best: dict[float, RatePoint] = {}
    for point in sorted(nets, key=lambda point: (point.bits, -point.psnr)):
        best.setdefault(point.bits, point)
    verdicts = [(point, psnr_at(baseline, point.bits)) for point in best.values()]
    comparable = [(point, point.psnr > there) for point, there in verdicts if there is not None]
    stretches = tuple(
        Stretch(better, tuple(point for point, _ in group))
        for better, group in itertools.groupby(comparable, key=lambda one: one[1])
    )
    return Comparison(stretches, tuple(point for point, there in verdicts if there is None))


def codebook_point(run: Run) -> RatePoint:
    """Bits and quality of a net whose codes are entries of a codebook, measured as those of all others. Raises LabError
    if it has no codebook."""
    images = test_images(run.spec)
    shown = images.shown.float() / 255
    usage = codebook.usage_on(run, shown, images.labels)
    few = codecs.measured_images(images.pixels)
    outputs, targets = run.restored(shown[few], images.labels[few]).clamp(0, 1), images.images()[few]
    places, entries = usage.counts.shape
    return RatePoint(
        "codebook",
        f"{places} × {entries} entries",
        usage.bits,
        float((outputs - targets).square().mean()),
        image_quality.mean_psnr(outputs, targets),
        float(image_quality.ssim(outputs, targets).mean()),
        usage.entropy_bits,
    )


def variety(run: Run, codes: EncodedRun) -> float:
    """How much reconstructions vary between images, relative to the images themselves: the ratio of the variances
    around the mean image. 0: all are the same picture; about 1: they vary as much as the images."""
    chosen = evenly(len(codes.codes), VARIETY_IMAGES)
    made = reconstructed(run, codes, chosen, FLOAT)
    images = test_images(run.spec).images()[chosen]
    spread, there = (float(each.var(dim=0, unbiased=False).sum()) for each in (made, images))
    return spread / there if there else 1.0
