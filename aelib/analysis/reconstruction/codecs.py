"""Image compression by nets, PCA, JPEG and WebP: bits per image and quality.

Images are n × channels × height × width, pixels from 0 to 1, grey or RGB. Codes are n × latent_dim, or of any further
shape that a net gives them. Bits do not include what a decoder needs only once: a net's weights, the axes of PCA, the
range of the quantiser.
"""

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
from aelib.core.language import N_
from aelib.metrics import image_quality, reconstruction
from aelib.metrics.image_quality import evenly

Codes = NDArray[np.floating[Any]]
Symbols = NDArray[np.int32]

FLOAT = 32  # bits per number without quantisation
MAX_BITS = 16  # largest number of bits per quantised number
MAX_IMAGES = 500
MAX_PIXELS = 600_000  # in all measured images together: fewer images are measured if they are large
SSIM_VALUES = 200_000  # pixels times channels on which SSIM is measured
DENSE = 1_000  # pixels times channels up to which decomposing the covariance is faster than the randomized solver
PCA_IMAGES = 5_000  # images that PCA is fitted to if they are larger than DENSE; else all
BARE = {"JPEG": N_("JPEG without headers"), "WebP": N_("WebP without headers")}
QUALITIES = (1, 2, 3, *range(5, 100, 5))


@dataclass(frozen=True)
class RatePoint:
    """Size and quality of images compressed by one method with one setting.

    Attributes:
        name: the method.
        setting: its setting in words.
        bits: bits per image, mean over images.
        mse: mean squared error over pixels and images, pixels from 0 to 1.
        psnr: PSNR in dB, the mean over images (`image_quality.mean_psnr`).
        ssim: SSIM, mean over images.
        entropy_bits: bits per image with an ideal entropy coder (see `entropy`), None without quantisation.
    """

    name: str
    setting: str
    bits: float
    mse: float
    psnr: float
    ssim: float
    entropy_bits: float | None = None


def min_max(codes: Codes) -> tuple[Codes, Codes]:
    """Smallest and largest value of each latent dimension (float64), the range of the quantiser.

    codes: n × latent_dim or any further axes, of TRAINING images. Raises LabError if there are none or not all are
    finite.
    """
    if len(codes) == 0 or not np.isfinite(codes).all():
        raise LabError("There are no codes, or not all codes are finite, so they have no range: train the net again.")
    return codes.min(axis=0).astype(np.float64), codes.max(axis=0).astype(np.float64)


def quantize(codes: Codes, bits: int, low: Codes, high: Codes) -> Symbols:
    """Uniform scalar quantisation: cell numbers from 0 to 2^bits − 1, of the shape of codes.

    The range low..high of each latent dimension is divided into 2^bits cells of equal width. Codes outside the range go
    into the first or the last cell. Raises LabError unless bits is 1 to 16, all values are finite and low ≤ high.
    """
    width = _cell(bits, low, high)
    if not np.isfinite(codes).all():
        raise LabError("Not every code is a finite number: the net diverged, train it with a smaller learning rate.")
    above = codes.astype(np.float64) - low
    cells = np.floor(np.divide(above, width, out=np.zeros_like(above), where=width > 0))
    return np.clip(cells, 0, 2**bits - 1).astype(np.int32)


def dequantize(symbols: Symbols, bits: int, low: Codes, high: Codes) -> NDArray[np.float32]:
    """The middle of each cell. Codes inside the range change by at most half a cell, (high − low) / 2^(bits + 1).
    Raises LabError like `quantize`."""
    return np.asarray(low + (symbols + 0.5) * _cell(bits, low, high), np.float32)


def _cell(bits: int, low: Codes, high: Codes) -> Codes:
    if bits not in range(1, MAX_BITS + 1):
        raise LabError("bits is {bits}: give a whole number from 1 to {most}.", bits=bits, most=MAX_BITS)
    width: Codes = (np.asarray(high, np.float64) - low) / 2**bits
    if not (np.isfinite(width) & (width >= 0)).all():
        raise LabError(
            "The range of a latent dimension is not finite or ends below its start: take it from training codes."
        )
    return width


def entropy(symbols: Symbols) -> float:
    """Mean bits per image for an ideal entropy coder that codes each latent dimension separately.

    It is the sum over latent dimensions of H = −Σ p log2 p (C. E. Shannon, "A mathematical theory of communication",
    1948), where p is the relative frequency of a symbol in these images. symbols: images × latent_dim or any further
    axes.

    The estimate is low, because the coder would have to know these frequencies in advance. For n images H is at most
    log2 n bits per latent dimension, and about (2^bits − 1) / (2 n ln 2) bits per dimension are missing (G. Miller,
    1955), so many more images than symbols are needed. Dependence between dimensions, which could save bits, is not
    used.
    """
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

    Entropy is measured on all test codes, the error on at most 500 evenly spaced images (600,000 pixels), SSIM on some
    of these (200,000 values). Raises LabError if codes and images do not belong together, and like `quantize`.

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
            "{codes} codes of {shape} were given for {count} images, with training codes of {trained}: give one "
            "code for each image, of one net.",
            codes=len(codes_test),
            shape=codes_test.shape[1:],
            count=len(images),
            trained=codes_train.shape[1:],
        )
    chosen = measured_images(images)
    low, high = min_max(codes_train)
    numbers = math.prod(codes_test.shape[1:])
    points = []
    for each in bits:
        kept, entropy_bits = _stored_codes(codes_test, each, low, high)
        outputs = torch.as_tensor(decode(kept[chosen]))
        setting = f"{each} bit{'s' * (each > 1)}"
        points.append(_point(name, setting, numbers * each, outputs, images[chosen], entropy_bits))
    return points


def _stored_codes(codes: Codes, bits: int, low: Codes, high: Codes) -> tuple[NDArray[np.float32], float | None]:
    """Codes after storage with `bits` bits per number, and their entropy in bits per image (None for 32 bits)."""
    if bits == FLOAT:
        return codes.astype(np.float32), None
    symbols = quantize(codes, bits, low, high)
    return dequantize(symbols, bits, low, high), entropy(symbols)


def pca(train: Tensor, test: Tensor, components: int, bits: int = FLOAT) -> tuple[Tensor, float | None]:
    """Reconstruct test images from their first principal components, fitted to `pca_training_images`.

    Each coefficient is stored with this many bits, as in `network_points`; the pixels are clipped to 0..1, like a
    net's. Returns the images and the entropy in bits per image (None at 32 bits). One image takes components × bits
    bits.

    Raises LabError if there are fewer training images or pixels than components."""
    most = min(len(pca_training_images(train)), math.prod(train.shape[1:]))
    if not 1 <= components <= most:
        raise LabError(
            "{components} principal components were asked for: there are 1 to {most} of these images.",
            components=components,
            most=most,
        )
    axes, mean, fitted = _fit_pca(train, components)
    coefficients = (_flat(test) - mean) @ axes.T
    kept, entropy_bits = _stored_codes(coefficients, bits, *min_max(fitted))
    return _unflat(kept @ axes + mean, test), entropy_bits


def pca_curve(
    train: Tensor, test: Tensor, components: Sequence[int] = (2, 4, 8, 16, 32, 64), bits: int = FLOAT
) -> list[RatePoint]:
    """`pca` for several numbers of components, one RatePoint each. Numbers that the images do not allow are left out.
    Images are chosen and measured as in `network_points`."""
    axes, mean, fitted = _fit_pca(train, max(components))
    low, high = min_max(fitted)
    chosen = measured_images(test)
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
    """Indices of the images that PCA is fitted to: all, or at most 5,000, evenly chosen, if images are large."""
    return evenly(len(train), len(train) if math.prod(train.shape[1:]) <= DENSE else PCA_IMAGES)


def _fit_pca(train: Tensor, components: int) -> tuple[Codes, Codes, Codes]:
    """Axes (at most `components` × pixels), mean, and coefficients of the images that PCA is fitted to."""
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
    """The images as JPEG files at each quality (1 to 95): RatePoints for whole files, and for files without headers.

    The encoder is Pillow's: baseline, Huffman tables fitted to each image, colour at half resolution. Without headers
    only the entropy-coded scan counts, from the end of the scan header to the end-of-image marker. This favours JPEG,
    since the decoder would also need the fitted tables. At most 500 images, evenly chosen, are measured.

    Raises LabError for images that are neither grey nor RGB.
    """
    return _codec_points(images, "JPEG", qualities, lambda quality: {"quality": quality, "optimize": True}, scan_bytes)


def webp(images: Tensor, qualities: Iterable[int] = QUALITIES) -> tuple[list[RatePoint], list[RatePoint]]:
    """The images as lossy WebP files at each quality (0 to 100): RatePoints for whole files, and without headers.

    The encoder is Pillow's with method 6, the slowest and best. Without headers only the content of the VP8 chunk
    counts, without RIFF and chunk headers but with the 10 bytes of VP8's frame header. WebP has no grey mode, but
    constant colour channels take almost no bits. Images are chosen and errors raised as in `jpeg`.
    """
    return _codec_points(images, "WebP", qualities, lambda quality: {"quality": quality, "method": 6}, payload_bytes)


def codec_curves(images: Tensor) -> dict[str, list[RatePoint]]:
    """name -> RatePoints of JPEG and WebP at every quality of QUALITIES, with and without headers.

    500 images of 28 × 28, or of 32 × 32 in colour, take about five seconds on one core.
    """
    with_jpeg, without_jpeg = jpeg(images)
    with_webp, without_webp = webp(images)
    return {points[0].name: points for points in (with_jpeg, without_jpeg, with_webp, without_webp)}


def scan_bytes(file: bytes) -> int:
    """Bytes of entropy-coded data in a baseline JPEG file, from the end of the scan header to the end (ITU-T T.81)."""
    place = 2  # after the start-of-image marker
    while True:
        marker, length = file[place + 1], int.from_bytes(file[place + 2 : place + 4], "big")
        place += 2 + length
        if marker == 0xDA:  # start of scan
            return len(file) - place - 2


def payload_bytes(file: bytes) -> int:
    """Bytes in the VP8 or VP8L chunk of a WebP file (RFC 9649)."""
    place = 12  # after "RIFF", the size and "WEBP"
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
        raise LabError(
            "{kind} was asked for images of {shape}: only grey and RGB images have it.",
            kind=kind,
            shape=tuple(images.shape[1:]),
        )
    targets = images[measured_images(images)]
    mode = "L" if targets.shape[1] == 1 else "RGB"
    pixels = (targets.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    whole, bare = [], []
    for each in qualities:
        files = [_file(image, kind, options(each)) for image in pixels]
        decoded = np.stack([np.asarray(Image.open(io.BytesIO(file)).convert(mode)) for file in files])
        outputs = torch.from_numpy(decoded).reshape(pixels.shape).permute(0, 3, 1, 2) / 255
        bits, bare_bits = (8 * sum(map(count, files)) / len(files) for count in (len, without_headers))
        whole.append(_point(kind, f"quality {each}", bits, outputs, targets))
        bare.append(replace(whole[-1], name=BARE[kind], bits=bare_bits))
    return whole, bare


def _file(pixels: NDArray[np.uint8], kind: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def measured_images(images: Tensor) -> list[int]:
    """Indices of the images that are measured. Raises LabError for no images."""
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
    psnr = image_quality.mean_psnr(outputs, targets)
    return RatePoint(name, setting, float(bits), error, psnr, similarity, entropy_bits)
