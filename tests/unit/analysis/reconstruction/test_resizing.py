"""Resizing, compared with other implementations; large pictures in tiles."""

import numpy as np
import pytest
import torch
from skimage import data
from torch import Tensor
from torch.nn import functional as F

from aelib.analysis.reconstruction import resizing
from aelib.core.errors import LabError
from aelib.core.random import generator
from tests.support.photos import photos, psnr


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_enlarging_repeats_pixels_or_interpolates_between_them(factor: int) -> None:
    images = photos(12, 4)
    repeated = images.repeat_interleave(factor, dim=2).repeat_interleave(factor, dim=3)
    assert torch.equal(resizing.enlarge(images, factor, "nearest"), repeated)
    between = F.interpolate(images, scale_factor=factor, mode="bilinear", align_corners=False)
    assert resizing.enlarge(images, factor, "bilinear").numpy() == pytest.approx(between.numpy(), abs=1e-5)
    # torch's antialiased bicubic is a second implementation of a = −0.5, also at the edges
    cubic = F.interpolate(images, scale_factor=factor, mode="bicubic", antialias=True).clamp(0, 1)
    assert resizing.enlarge(images, factor, "bicubic").numpy() == pytest.approx(cubic.numpy(), abs=1e-4)
    large = images.repeat_interleave(12, dim=2).repeat_interleave(12, dim=3)
    smaller = F.interpolate(large, scale_factor=1 / factor, mode="bicubic", antialias=True).clamp(0, 1)
    assert resizing.shrink(large, factor).numpy() == pytest.approx(smaller.numpy(), abs=1e-4)


def test_better_methods_come_nearer_to_a_photograph_and_stay_pixels() -> None:
    images = photos(64, 16)
    small = resizing.shrink(images, 2)
    assert small.shape == (16, 3, 32, 32)
    psnrs = [psnr(resizing.enlarge(small, 2, method), images) for method in resizing.METHODS]
    assert psnrs == sorted(psnrs)
    edges = (images > 0.5).float()
    for method in ("bicubic", "lanczos"):  # these overshoot
        found = resizing.enlarge(edges, 3, method)
        assert (found.min(), found.max()) == (0, 1)


class _Net(torch.nn.Module):
    """Sees 4 pixels far, zero padding as nets have, enlarges by pixel shuffle."""

    sees = 4

    def __init__(self, factor: int, channels: int = 3) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(channels, 6, 5, padding=2),
            torch.nn.Tanh(),
            torch.nn.Conv2d(6, channels * factor**2, 5, padding=2),
            torch.nn.PixelShuffle(factor),
        ).double()
        random = generator(0, "net")
        for parameter in self.parameters():
            parameter.data = 0.4 * torch.randn(parameter.shape, generator=random, dtype=torch.float64)
        self.largest = 0

    def forward(self, batch: Tensor) -> Tensor:
        self.largest = max(self.largest, *batch.shape[-2:])
        found: Tensor = self.layers(batch.double())
        return found


SIZES = [(1, 1), (1, 40), (57, 1), (8, 8), (20, 20), (21, 60), (64, 33), (41, 97), (20, 21), (32, 32)]


@pytest.mark.parametrize("overlap", [4, 6])
@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_tiles_give_what_the_whole_picture_gives(height: int, width: int, factor: int, overlap: int) -> None:
    net = _Net(factor)
    picture = torch.rand((3, height, width), generator=generator(1, "picture"), dtype=torch.float64)
    with torch.no_grad():
        whole = net(picture.unsqueeze(0))[0]
    net.largest, told = 0, []
    found = resizing.tiled(net, picture, factor, 20, overlap, lambda done, total: told.append((done, total)))
    assert found.numpy() == pytest.approx(whole.numpy(), abs=1e-12)
    assert net.largest <= 20
    assert told == [(done + 1, len(told)) for done in range(len(told))]


def test_too_small_an_overlap_shows() -> None:
    net = _Net(2)
    picture = torch.rand((3, 50, 50), generator=generator(1, "picture"), dtype=torch.float64)
    with torch.no_grad():
        whole = net(picture.unsqueeze(0))[0]
    wrong = (resizing.tiled(net, picture, 2, 20, 3) - whole).abs().amax(dim=0) > 1e-9
    assert wrong.any()
    assert not wrong[: 2 * (20 - 3 - 2), : 2 * (20 - 3 - 2)].any()  # away from the seams all is well


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_net_that_halves_its_input_gets_windows_that_it_can_halve(height: int, width: int) -> None:
    seen = []

    def halving(batch: Tensor) -> Tensor:
        seen.append(tuple(batch.shape[-2:]))
        assert all(side % 4 == 0 for side in batch.shape[-2:])
        return F.avg_pool2d(batch, 4).repeat_interleave(8, dim=2).repeat_interleave(8, dim=3)  # twice as large

    picture = torch.rand((1, height, width), generator=generator(1, "picture"), dtype=torch.float64)
    padded = F.pad(picture[None], (0, -width % 4, 0, -height % 4), mode="replicate")
    whole = halving(padded)[0, :, : 2 * height, : 2 * width]
    seen.clear()
    found = resizing.tiled(halving, picture, 2, tile=22, overlap=4, multiple=4)
    assert found.numpy() == pytest.approx(whole.numpy(), abs=1e-12)
    assert len(set(seen)) == 1
    assert max(seen[0]) <= 20


def test_bytes_go_in_and_come_out() -> None:
    photo = data.astronaut()[:70, :90]
    for picture in (photo, photo[:, :, 0], photo[:, :, :1], photo[:, ::-1]):
        found = resizing.tiled_bytes(lambda batch: resizing.enlarge(batch, 2), picture, 2, tile=32, overlap=4)
        assert found.dtype == np.uint8
        channels = torch.from_numpy(picture.reshape(70, 90, -1).copy()).permute(2, 0, 1) / 255
        whole = resizing.enlarge(channels[None], 2)[0].permute(1, 2, 0).numpy().reshape(140, 180, *picture.shape[2:])
        assert found.shape == whole.shape
        assert np.abs(found / 255 - whole).max() < 0.51 / 255
    unchanged = resizing.tiled_bytes(lambda batch: batch, photo, 1, tile=16, overlap=3)
    assert np.array_equal(unchanged, photo)
    over = resizing.tiled_bytes(lambda batch: batch * 4 - 1, photo, 1)
    assert (over.min(), over.max()) == (0, 255)  # cut off, not wrapped around


def test_stopping_between_tiles() -> None:
    told: list[int] = []
    picture = torch.zeros(1, 100, 100)
    with pytest.raises(resizing.Stopped):
        resizing.tiled(
            lambda batch: batch, picture, 1, 20, 2, lambda done, _: told.append(done), lambda: len(told) == 3
        )
    assert told == [1, 2, 3]


def test_what_cannot_be_resampled_is_said() -> None:
    images = photos(10, 2)
    for call, said in (
        (lambda: resizing.enlarge(images, 2, "magic"), "choose nearest"),
        (lambda: resizing.enlarge(images, 0), "factor is 0"),
        (lambda: resizing.enlarge(images[0], 2), "images × channels"),
        (lambda: resizing.shrink(images, 3), "multiple"),
        (lambda: resizing.tiled(lambda x: x, torch.zeros(1, 2001, 2000), 1), "4 megapixels"),
        (lambda: resizing.tiled(lambda x: x, images, 1), "channels × height"),
        (lambda: resizing.tiled(lambda x: x, images[0], 1, tile=8, overlap=4), "two overlaps"),
        (lambda: resizing.tiled(lambda x: x, images[0], 2), "enlarges by 2"),
        (lambda: resizing.tiled_bytes(lambda x: x, np.zeros((7, 100, 3), np.uint8), 1), "at least 8 × 8"),
        (lambda: resizing.tiled_bytes(lambda x: x, np.zeros((2001, 2000), np.uint8), 1), "4 megapixels"),
        (lambda: resizing.tiled_bytes(lambda x: x, np.zeros((20, 20)), 1), "bytes"),
    ):
        with pytest.raises(LabError, match=said):
            call()
    assert resizing.tiled(lambda x: x, torch.zeros(1, 2000, 2000), 1, tile=2000).shape == (1, 2000, 2000)
