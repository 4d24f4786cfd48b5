"""Nets as compression: how many bits a code takes, and what PCA, JPEG and WebP give for as many. Images: n × channels ×
height × width, pixels from 0 to 1, grey or RGB; codes: n × latent_dim, or any shape that a net gives its codes.

What a decoder has once and for all is not counted: a net's weights, PCA's axes, the range of the quantiser."""

import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from aelib.core.errors import LabError
from aelib.metrics import image_quality, reconstruction
from aelib.metrics.image_quality import evenly

Codes = NDArray[np.floating[Any]]
Symbols = NDArray[np.int32]

FLOAT = 32  # bits of a number that is kept as it is
MAX_BITS = 16  # of a quantised number
MAX_IMAGES = 500
MAX_PIXELS = 600_000  # of all images together; larger images are fewer
SSIM_VALUES = 200_000  # pixels times channels that SSIM is measured on
DENSE = 1_000  # pixels times channels up to which the whole covariance is decomposed faster than a random part
PCA_IMAGES = 5_000  # that PCA is fitted to where images are larger than these; else to all
QUALITIES = (1, 2, 3, *range(5, 100, 5))


@dataclass(frozen=True)
class RatePoint:
    """One way to keep images, and what it costs. bits: of an image, mean; mse: mean over pixels and images; psnr: dB,
    of that mean, for a peak of 1; ssim: mean over images; entropy_bits: of an image, where the numbers were quantised
    and an ideal entropy coder followed (see `entropy`), else None."""

    name: str
    setting: str
    bits: float
    mse: float
    psnr: float
    ssim: float
    entropy_bits: float | None = None


def min_max(codes: Codes) -> tuple[Codes, Codes]:
    """The smallest and the largest value of each code number (float64), for the quantiser: of TRAINING codes."""
    if len(codes) == 0 or not np.isfinite(codes).all():
        raise LabError("The range of codes was asked for, and there are none or not all are finite: train anew.")
    return codes.min(axis=0).astype(np.float64), codes.max(axis=0).astype(np.float64)


def quantize(codes: Codes, bits: int, low: Codes, high: Codes) -> Symbols:
    """Uniform scalar quantisation: the range low..high of each code number is cut into 2^bits cells of equal width, and
    a code becomes the number of its cell, 0 to 2^bits − 1. Codes outside the range go into the first or the last
    cell. Raises LabError unless bits is 1 to 16, all is finite and low ≤ high."""
    width = _cell(bits, low, high)
    if not np.isfinite(codes).all():
        raise LabError("Not every code is a finite number: the net diverged, train it with a smaller learning rate.")
    above = codes.astype(np.float64) - low
    cells = np.floor(np.divide(above, width, out=np.zeros_like(above), where=width > 0))
    return np.clip(cells, 0, 2**bits - 1).astype(np.int32)


def dequantize(symbols: Symbols, bits: int, low: Codes, high: Codes) -> NDArray[np.float32]:
    """The middle of each cell: of codes inside the range at most half a cell, (high − low) / 2^(bits + 1), away."""
    return np.asarray(low + (symbols + 0.5) * _cell(bits, low, high), np.float32)


def _cell(bits: int, low: Codes, high: Codes) -> Codes:
    if bits not in range(1, MAX_BITS + 1):
        raise LabError(f"bits is {bits}: give a whole number from 1 to {MAX_BITS}.")
    width: Codes = (np.asarray(high, np.float64) - low) / 2**bits
    if not (np.isfinite(width) & (width >= 0)).all():
        raise LabError("The range of a code number is not finite or ends below its start: take it from training codes.")
    return width


def entropy(symbols: Symbols) -> float:
    """Bits an image that an ideal entropy coder needs on average if it codes each number by itself: the sum over code
    numbers of H = −Σ p log2 p (C. E. Shannon, "A mathematical theory of communication", 1948), p being how often a
    symbol occurs among these very images. symbols: images × latent_dim, or any further axes.

    An estimate, and a low one: the coder would have to know these frequencies beforehand, and of n images no number
    can come out above log2 n bits; with some (2^bits − 1) / (2 n ln 2) bits a number missing (G. Miller, 1955), many
    more images than symbols are needed. Dependence between the numbers, which could save more, is not used."""
    images = len(symbols)
    total = 0.0
    for column in symbols.reshape(images, -1).T:
        _, counts = np.unique(column, return_counts=True)
        total += math.log2(images) - float((counts * np.log2(counts)).sum()) / images
    return total


def network_points(
    codes_train: Codes,
    codes_test: Codes,
    decode: Callable[[Codes], Codes | Tensor],
    images: Tensor,
    bits: Sequence[int] = (FLOAT, 8, 4),
    name: str = "network",
) -> list[RatePoint]:
    """Compress images with a net: its codes with a given number of bits per latent dimension, one RatePoint for each
    entry of bits.

    Entropy is measured on all test codes, the error on at most 500 evenly chosen images (600,000 pixels), SSIM on some
    of these (200,000 values). Raises LabError where codes and images do not belong together, and as `quantize`.

    Args:
        codes_train: codes of training images, n × latent_dim or any further axes; they give the quantiser its range.
        codes_test: codes of `images`, one for each, in the same order.
        decode: codes (float32) to pixels.
        images: the test images.
        bits: 32 stores float32 values as they are; 1 to 16 quantises them.
        name: the name of the points.
    """
    if len(codes_test) != len(images) or codes_train.shape[1:] != codes_test.shape[1:]:
        raise LabError(
            f"{len(codes_test)} codes of {codes_test.shape[1:]} were given for {len(images)} images, with training "
            f"codes of {codes_train.shape[1:]}: give one code for each image, of one net."
        )
    chosen = _measured_images(images)
    low, high = min_max(codes_train)
    numbers = math.prod(codes_test.shape[1:])
    points = []
    for each in bits:
        kept, entropy_bits = _stored_codes(codes_test, each, low, high)
        outputs = torch.as_tensor(decode(kept[chosen]))
        points.append(_point(name, f"{each} bits", numbers * each, outputs, images[chosen], entropy_bits))
    return points


def _stored_codes(codes: Codes, bits: int, low: Codes, high: Codes) -> tuple[NDArray[np.float32], float | None]:
    """Codes after being kept with so many bits a number, and what an entropy coder would make of these."""
    if bits == FLOAT:
        return codes.astype(np.float32), None
    symbols = quantize(codes, bits, low, high)
    return dequantize(symbols, bits, low, high), entropy(symbols)


def pca(train: Tensor, test: Tensor, components: int, bits: int = FLOAT) -> tuple[Tensor, float | None]:
    """Reconstruct test images from their first principal components, fitted to `pca_training_images`.

    Each coefficient is stored with this many bits, as in `network_points`; the pixels are clipped to 0..1, as a net's
    are. Returns the images and the entropy in bits per image (None at 32 bits). One image takes components × bits bits.

    Raises LabError where there are fewer training images or pixels than components."""
    most = min(len(pca_training_images(train)), math.prod(train.shape[1:]))
    if not 1 <= components <= most:
        raise LabError(f"{components} principal components were asked for: there are 1 to {most} of these images.")
    axes, mean, fitted = _fit_pca(train, components)
    coefficients = (_flat(test) - mean) @ axes.T
    kept, entropy_bits = _stored_codes(coefficients, bits, *min_max(fitted))
    return _unflat(kept @ axes + mean, test), entropy_bits


def pca_curve(
    train: Tensor, test: Tensor, components: Sequence[int] = (2, 4, 8, 16, 32, 64), bits: int = FLOAT
) -> list[RatePoint]:
    """`pca` with several numbers of components, as Points; those that the images do not have are left out. Images are
    chosen and measured as in `network_points`."""
    axes, mean, fitted = _fit_pca(train, max(components))
    low, high = min_max(fitted)
    chosen = _measured_images(test)
    coefficients = (_flat(test) - mean) @ axes.T
    points = []
    for count in components:
        if not 1 <= count <= len(axes):
            continue
        kept, entropy_bits = _stored_codes(coefficients[:, :count], bits, low[:count], high[:count])
        outputs = _unflat(kept[chosen] @ axes[:count] + mean, test)
        setting = f"{count} component{'s' * (count > 1)}, {bits} bits each"
        points.append(_point("PCA", setting, count * bits, outputs, test[chosen], entropy_bits))
    return points


def pca_training_images(train: Tensor) -> list[int]:
    """The images that PCA is fitted to: all, but of larger ones at most 5,000, evenly chosen."""
    return evenly(len(train), len(train) if math.prod(train.shape[1:]) <= DENSE else PCA_IMAGES)


def _fit_pca(train: Tensor, components: int) -> tuple[Codes, Codes, Codes]:
    """Axes (as many as there are, at most components; × pixels), mean, and the coefficients of the images fitted to."""
    from sklearn.decomposition import PCA

    images = _flat(train[pca_training_images(train)])
    solver = "covariance_eigh" if images.shape[1] <= DENSE else "randomized"
    model = PCA(max(1, min(components, *images.shape)), svd_solver=solver, random_state=0)
    fitted = model.fit_transform(images)
    return model.components_.astype(np.float32), model.mean_.astype(np.float32), fitted


def _flat(images: Tensor) -> NDArray[np.float32]:
    return images.detach().cpu().flatten(1).float().numpy()


def _unflat(pixels: Codes, like: Tensor) -> Tensor:
    return torch.from_numpy(np.asarray(pixels, np.float32)).clamp(0, 1).reshape(-1, *like.shape[1:])


def jpeg(images: Tensor, qualities: Iterable[int] = QUALITIES) -> tuple[list[RatePoint], list[RatePoint]]:
    """The images as JPEG files (Pillow: baseline, Huffman tables fitted to each image, colour at half resolution) at
    each quality from 1 to 95: once with whole files counted, once without headers.

    Without headers only the entropy-coded scan counts, from behind the header of the scan to the end-of-image marker.
    That is generous to JPEG, since the tables, fitted as they are, would have to be known to the decoder.
    At most 500 images, evenly chosen; raises LabError for other than grey or RGB images."""
    return _codec_points(images, "JPEG", qualities, lambda quality: {"quality": quality, "optimize": True}, scan_bytes)


def webp(images: Tensor, qualities: Iterable[int] = QUALITIES) -> tuple[list[RatePoint], list[RatePoint]]:
    """The images as lossy WebP files (Pillow: method 6, the slowest and best) at each quality from 0 to 100: once with
    whole files counted, once only with what the VP8 chunk holds, without RIFF and chunk headers (10 bytes of VP8's own
    frame header stay). WebP has no grey; its flat colour channels cost next to nothing. Otherwise as `jpeg`."""
    return _codec_points(images, "WebP", qualities, lambda quality: {"quality": quality, "method": 6}, payload_bytes)


def codec_curves(images: Tensor) -> dict[str, list[RatePoint]]:
    """JPEG and WebP at every quality of QUALITIES, with and without headers, by name. 500 images of 28 × 28 or of
    32 × 32 in colour take about five seconds on one core."""
    with_jpeg, without_jpeg = jpeg(images)
    with_webp, without_webp = webp(images)
    return {points[0].name: points for points in (with_jpeg, without_jpeg, with_webp, without_webp)}


def scan_bytes(file: bytes) -> int:
    """Bytes of entropy-coded data in a baseline JPEG file: between the header of its scan and its end (ITU-T T.81)."""
    place = 2  # behind the start-of-image marker
    while True:
        marker, length = file[place + 1], int.from_bytes(file[place + 2 : place + 4], "big")
        place += 2 + length
        if marker == 0xDA:  # start of scan
            return len(file) - place - 2


def payload_bytes(file: bytes) -> int:
    """Bytes in the VP8 or VP8L chunk of a WebP file (RFC 9649)."""
    place = 12  # behind "RIFF", the size and "WEBP"
    while file[place : place + 4] not in (b"VP8 ", b"VP8L"):
        size = int.from_bytes(file[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    return int.from_bytes(file[place + 4 : place + 8], "little")


def _codec_points(
    images: Tensor,
    kind: str,
    qualities: Iterable[int],
    options: Callable[[int], dict[str, Any]],
    without_headers: Callable[[bytes], int],
) -> tuple[list[RatePoint], list[RatePoint]]:
    if images.dim() != 4 or images.shape[1] not in (1, 3):
        raise LabError(f"{kind} was asked for images of {tuple(images.shape[1:])}: only grey and RGB images have it.")
    targets = images[_measured_images(images)]
    mode = "L" if targets.shape[1] == 1 else "RGB"
    pixels = (targets.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    whole, bare = [], []
    for each in qualities:
        files = [_file(image, kind, options(each)) for image in pixels]
        decoded = np.stack([np.asarray(Image.open(io.BytesIO(file)).convert(mode)) for file in files])
        outputs = torch.from_numpy(decoded).reshape(pixels.shape).permute(0, 3, 1, 2) / 255
        bits, bare_bits = (8 * sum(map(count, files)) / len(files) for count in (len, without_headers))
        whole.append(_point(kind, f"quality {each}", bits, outputs, targets))
        bare.append(replace(whole[-1], name=f"{kind} without headers", bits=bare_bits))
    return whole, bare


def _file(pixels: NDArray[np.uint8], kind: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def _measured_images(images: Tensor) -> list[int]:
    """The numbers of the images that are measured."""
    if not len(images):
        raise LabError("There are no images to measure: give one at least.")
    return evenly(len(images), max(1, min(MAX_IMAGES, MAX_PIXELS // math.prod(images.shape[-2:]))))


def _point(
    name: str, setting: str, bits: float, outputs: Tensor, targets: Tensor, entropy_bits: float | None = None
) -> RatePoint:
    outputs = outputs.detach().cpu().float().clamp(0, 1)
    targets = targets.detach().cpu().float()
    error = float(reconstruction.mse(outputs, targets).double().mean())
    few = evenly(len(targets), max(1, SSIM_VALUES // targets[0].numel()))
    similarity = float(image_quality.ssim(outputs[few], targets[few]).mean())
    return RatePoint(name, setting, float(bits), error, reconstruction.psnr(error), similarity, entropy_bits)
