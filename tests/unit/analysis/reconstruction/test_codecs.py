"""Bits and what they buy, against references that share no code: hand-computed entropies, torch's SVD, files parsed
again by another way."""

import io
import math
import re
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage import data
from sklearn.datasets import load_digits
from torch import Tensor

from aelib.analysis.reconstruction import codecs
from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.datasets import idx
from aelib.metrics import image_quality
from tests.support.photos import photos

DIGITS = torch.from_numpy(load_digits().images[:, None] / 16).float()


@given(bits=st.integers(1, 16), seed=st.integers(0, 100), scale=st.floats(1e-3, 1e3))
def test_a_dequantised_code_is_at_most_half_a_step_away(bits: int, seed: int, scale: float) -> None:
    codes = (scale * torch.randn(50, 3, generator=generator(seed, "codes"))).numpy()
    codes[:, 2] = 0.5  # a number that says nothing
    low, high = codecs.min_max(codes)
    symbols = codecs.quantize(codes, bits, low, high)
    assert symbols.min() >= 0
    assert symbols.max() < 2**bits
    error = np.abs(codecs.dequantize(symbols, bits, low, high) - codes.astype(np.float64))
    assert (error <= (high - low) / 2**bits / 2 + 1e-6 * scale).all()
    assert (error[:, 2] == 0).all()


def test_codes_outside_the_range_of_training_go_to_its_ends() -> None:
    low, high = np.array([0.0]), np.array([4.0])
    symbols = codecs.quantize(np.array([[-9.0], [0.0], [0.99], [1.0], [3.99], [4.0], [9.0]]), 2, low, high)
    assert symbols.ravel().tolist() == [0, 0, 0, 1, 3, 3, 3]
    assert codecs.dequantize(np.arange(4)[:, None], 2, low, high).ravel().tolist() == [0.5, 1.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("codes", "bits", "low", "high", "said"),
    [
        ([[0.5]], 0, [0], [1], "bits is 0"),
        ([[0.5]], 17, [0], [1], "bits is 17"),
        ([[0.5]], 4, [1], [0], "ends below its start"),
        ([[0.5]], 4, [0], [math.inf], "not finite"),
        ([[math.nan]], 4, [0], [1], "finite number"),
    ],
)
def test_what_cannot_be_quantised_is_said(codes: list, bits: int, low: list, high: list, said: str) -> None:
    with pytest.raises(LabError, match=said):
        codecs.quantize(np.array(codes), bits, np.array(low), np.array(high))
    with pytest.raises(LabError, match="finite"):
        codecs.min_max(np.full((2, 2), math.nan))


def test_entropy_by_hand() -> None:
    half = np.array([[0], [1], [0], [1]])
    quarter = np.array([[0], [0], [0], [1]])  # −(3/4 log2 3/4 + 1/4 log2 1/4) = 2 − 3/4 log2 3
    assert codecs.entropy(half) == pytest.approx(1)
    assert codecs.entropy(quarter) == pytest.approx(2 - 0.75 * math.log2(3))
    assert codecs.entropy(np.arange(64)[:, None]) == pytest.approx(6)
    assert codecs.entropy(np.zeros((5, 3), int)) == pytest.approx(0)
    # each number has a distribution of its own, and these are summed, whatever the shape of a code
    both = np.concatenate([half + 7, quarter], axis=1)
    assert codecs.entropy(both) == pytest.approx(3 - 0.75 * math.log2(3))
    assert codecs.entropy(both.reshape(4, 1, 1, 2)) == pytest.approx(3 - 0.75 * math.log2(3))


@pytest.mark.parametrize("components", [1, 5, 64])
def test_pca_is_the_projection_on_the_first_singular_vectors(components: int) -> None:
    train, test = DIGITS[:900], DIGITS[900:]
    mean = train.flatten(1).double().mean(dim=0)
    axes = torch.linalg.svd(train.flatten(1).double() - mean, full_matrices=False).Vh[:components]
    expected = ((test.flatten(1) - mean) @ axes.T @ axes + mean).clamp(0, 1).reshape(test.shape)
    found, entropy_bits = codecs.pca(train, test, components)
    assert found.numpy() == pytest.approx(expected.numpy(), abs=1e-4)
    assert entropy_bits is None


def test_quantised_pca_is_as_quantising_the_coefficients() -> None:
    train, test = DIGITS[:900], DIGITS[900:]
    mean = train.flatten(1).mean(dim=0)
    axes = torch.linalg.svd(train.flatten(1) - mean, full_matrices=False).Vh[:6]
    trained, coefficients = ((images.flatten(1) - mean) @ axes.T for images in (train, test))
    low, high = trained.amin(dim=0), trained.amax(dim=0)
    step = (high - low) / 16
    cells = ((coefficients - low) / step).floor().clamp(0, 15)
    expected = ((low + (cells + 0.5) * step) @ axes + mean).clamp(0, 1).reshape(test.shape)
    found, entropy_bits = codecs.pca(train, test, 6, bits=4)
    close = (found - expected).abs().flatten(1).amax(dim=1) < 1e-3
    assert close.float().mean() > 0.99  # a coefficient on the edge of two cells may fall into either
    assert entropy_bits is not None
    assert 6 < entropy_bits < 24
    for wrong in (0, 65):
        with pytest.raises(LabError, match="1 to 64"):
            codecs.pca(train, test, wrong)


def test_the_curve_of_pca_is_pca_with_each_number_of_components() -> None:
    train, test = DIGITS[:900], DIGITS[900:1300]
    points = codecs.pca_curve(train, test, components=(2, 8, 64, 100), bits=8)
    assert [point.bits for point in points] == [16, 64, 512]  # 100 there are not
    for point, components in zip(points, (2, 8, 64), strict=True):
        outputs, entropy_bits = codecs.pca(train, test, components, bits=8)
        error = float((outputs - test).square().mean())
        assert point.mse == pytest.approx(error, rel=1e-4)
        assert point.psnr == pytest.approx(image_quality.mean_psnr(outputs, test), rel=1e-4)
        assert point.entropy_bits == pytest.approx(entropy_bits, rel=1e-4)
        assert point.entropy_bits < point.bits
    floats = codecs.pca_curve(train, test, components=(2, 8, 64))
    assert [point.bits for point in floats] == [64, 256, 2048]
    assert [point.psnr for point in floats] == sorted(point.psnr for point in floats)


def test_pca_of_many_pixels_does_not_change_from_call_to_call() -> None:
    images = photos(32, 200)
    first, second = (codecs.pca_curve(images, images, components=(4, 16)) for _ in range(2))
    assert first == second
    flat = images.flatten(1)
    values = torch.linalg.svdvals(flat - flat.mean(dim=0))
    least = float(values[16:].square().sum() / flat.numel())  # Eckart and Young: no 16 axes leave less
    assert least * 0.9 < first[1].mse < least * 1.02  # cutting off to 0..1 may help a little


class _Jpeg:
    """A JPEG file cut at its markers: everything before the scan, the scan, the end."""

    def __init__(self, file: bytes) -> None:
        tables = re.compile(rb"\xff([\xc0\xc4\xdb\xdd\xda]|[\xe0-\xef])")
        place = 2
        while True:
            found = tables.match(file, place)
            assert found is not None, file[place : place + 4]
            (length,) = struct.unpack(">H", file[place + 2 : place + 4])
            place += 2 + length
            if found[1] == b"\xda":
                break
        end = file.rindex(b"\xff\xd9")
        self.header, self.scan, self.end = file[:place], file[place:end], file[end:]


@pytest.mark.parametrize("quality", [5, 50, 95])
@pytest.mark.parametrize("channels", [1, 3])
def test_header_scan_and_end_make_up_the_jpeg_file(channels: int, quality: int) -> None:
    images = photos(32, 12)[:, :channels]
    ((whole,), (bare,)) = codecs.jpeg(images, [quality])
    sizes, scans, errors = [], [], []
    for image in images:
        pixels = (image * 255).round().byte().permute(1, 2, 0).squeeze(-1).numpy()
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, optimize=True)
        parts = _Jpeg(buffer.getvalue())
        assert len(parts.header) + len(parts.scan) + 2 == len(buffer.getvalue())
        assert not re.search(rb"\xff[^\x00]", parts.scan)  # no marker in it: entropy-coded data alone
        assert codecs.scan_bytes(buffer.getvalue()) == len(parts.scan)
        sizes.append(len(buffer.getvalue()))
        scans.append(len(parts.scan))
        errors.append(((np.asarray(Image.open(buffer)) / 255.0 - pixels / 255.0) ** 2).mean())
    assert whole.bits == pytest.approx(8 * np.mean(sizes))
    assert bare.bits == pytest.approx(8 * np.mean(scans))
    assert whole.mse == bare.mse == pytest.approx(np.mean(errors), rel=1e-4)
    assert (whole.name, bare.name, whole.setting) == ("JPEG", "JPEG without headers", f"quality {quality}")


def test_the_payload_of_a_webp_file_is_what_its_chunks_leave() -> None:
    image = Image.fromarray(data.astronaut()[:40, :33])
    for lossless in (False, True):
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=40, lossless=lossless)
        file = buffer.getvalue()
        payload = codecs.payload_bytes(file)
        assert len(file) == 12 + 8 + payload + payload % 2
        # with a chunk of metadata before and behind it
        image.save(
            buffer := io.BytesIO(), "WEBP", quality=40, lossless=lossless, exif=b"Exif\0\0abc", icc_profile=b"x" * 9
        )
        assert buffer.getvalue()[12:16] == b"VP8X"
        assert codecs.payload_bytes(buffer.getvalue()) == payload


@pytest.mark.parametrize("images", [DIGITS[:30], photos(32, 20)], ids=["grey", "RGB"])
def test_a_codec_gives_more_for_more_bits(images: Tensor) -> None:
    curves = codecs.codec_curves(images)
    assert list(curves) == ["JPEG", "JPEG without headers", "WebP", "WebP without headers"]
    for name, points in curves.items():
        assert {point.name for point in points} == {name}
        bits, psnrs = [point.bits for point in points], [point.psnr for point in points]
        assert bits == sorted(bits)
        assert psnrs[-1] > psnrs[len(psnrs) // 2] > psnrs[0]
        assert 0 < points[0].ssim < points[-1].ssim <= 1
    for kind in ("JPEG", "WebP"):
        pairs = zip(curves[kind], curves[f"{kind} without headers"], strict=True)
        assert all(bare.bits < whole.bits and bare.psnr == whole.psnr for whole, bare in pairs)
    with pytest.raises(LabError, match="grey and RGB"):
        codecs.jpeg(torch.zeros(2, 2, 8, 8))
    with pytest.raises(LabError, match="no images"):
        codecs.webp(torch.zeros(0, 1, 8, 8))


def test_codes_of_a_net_that_loses_nothing_lose_by_quantising_alone() -> None:
    images = DIGITS[:600]
    codes = images.flatten(1).numpy() * 6 - 3
    seen = []

    def decode(some: np.ndarray) -> Tensor:
        seen.append(len(some))
        return torch.from_numpy((some + 3) / 6).reshape(-1, 1, 8, 8)

    whole, eight, four, one = codecs.network_points(codes, codes, decode, images, (32, 8, 4, 1), name="ours")
    assert [point.bits for point in (whole, eight, four, one)] == [64 * 32, 64 * 8, 64 * 4, 64]
    assert whole.psnr == pytest.approx(100)
    assert whole.entropy_bits is None
    assert whole.psnr > eight.psnr > four.psnr > one.psnr
    reach = images.amax(dim=0) - images.amin(dim=0)
    assert 0 < eight.mse <= float((reach / 2**9).square().mean()) * 1.01  # half a step at most
    assert max(seen) <= codecs.MAX_IMAGES
    # 17 grey values: an entropy coder needs less than 4 bits a pixel, and as much for the 8 bits that tell them apart
    each = [np.bincount((column * 16).round().int().numpy()) / len(images) for column in images.flatten(1).T]
    expected = sum(-(p[p > 0] * np.log2(p[p > 0])).sum() for p in each)
    assert eight.entropy_bits == pytest.approx(expected)
    assert one.entropy_bits is not None
    assert one.entropy_bits < 64


def test_codes_of_any_shape_and_codes_that_do_not_belong() -> None:
    images = DIGITS[:40]
    found = codecs.network_points(images.numpy(), images.numpy(), torch.from_numpy, images, (4,))
    flat = codecs.network_points(
        images.flatten(1).numpy(), images.flatten(1).numpy(), lambda some: some.reshape(-1, 1, 8, 8), images, (4,)
    )
    assert found == flat
    with pytest.raises(LabError, match="one code for each image"):
        codecs.network_points(images.numpy(), images[:3].numpy(), torch.from_numpy, images)
    with pytest.raises(LabError, match="of one net"):
        codecs.network_points(images.flatten(1).numpy(), images.numpy(), torch.from_numpy, images)


def test_on_real_letters_headers_cost_more_than_pixels(real_data: Path) -> None:
    images = idx.read(real_data / "notmnist" / "t10k-images-idx3-ubyte.gz", (10_000, 28, 28)).unsqueeze(1) / 255
    curves = codecs.codec_curves(images)
    assert curves["JPEG"][0].bits > 2 * curves["JPEG without headers"][0].bits
    (letters,) = codecs.pca_curve(images[:5000], images[5000:], components=(32,), bits=8)
    assert letters.entropy_bits < letters.bits == 256
