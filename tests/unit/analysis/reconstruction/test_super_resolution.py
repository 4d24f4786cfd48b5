"""Pictures of any size through nets that saw patches only: tile by tile as at once."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from skimage import data

from aelib import datasets
from aelib.analysis.reconstruction import resizing, super_resolution
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.metrics import reconstruction
from aelib.models import build
from aelib.training import Run, Snapshots

BASE = presets.get("photographs-3-best").with_values({"model.convolution.channels": "4-4", "epochs": 1})
FIRST, LAST = {"model.convolution.upscale": "first"}, {"model.convolution.upscale": "last"}
HALVED = {"model.convolution.stride": "2"}
NETS: dict[str, dict[str, Any]] = {
    "first": FIRST,
    "last": LAST,
    "first, whole image": {**FIRST, "model.convolution.residual": False},
    "last, whole image": {**LAST, "model.convolution.residual": False},
    "strided": {**FIRST, **HALVED},
    "strided twice, last": {**LAST, "model.convolution.stride": "2-2"},
    "pooled": {**FIRST, **HALVED, "model.convolution.pooling": "max"},
    "resized": {**LAST, **HALVED, "model.convolution.upsampling": "resize"},
    "kernel 4": {**FIRST, **HALVED, "model.convolution.kernel": 4},
    "normalised": {**FIRST, "normalization": "standardized", "model.batch_norm": True},
}
SETS = ("photographs_x2", "photographs_x3")


def untrained(dataset: str, values: dict[str, Any]) -> Run:
    """A net as it is before the first step; a smooth activation, so that everything that it sees counts."""
    experiment = BASE.with_values({"dataset": dataset, "model.hidden_activation": "silu", **values})
    empty = Snapshots(torch.zeros(0), torch.zeros(0), torch.zeros(0))
    weights = build(experiment).state_dict()
    return Run(experiment, [], {}, 0, "epochs", 0.0, "cpu", "", {}, weights, empty)


def at_once(run: Run, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The whole picture through the net in one piece, filled up to where its layers meet no remainder."""
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    height, width = picture.shape[:2]
    strides = run.experiment.model.convolution.stride
    whole = math.prod(strides * 2 if len(strides) == 1 else strides)
    filled = F.pad(pixels, (0, -width % whole, 0, -height % whole), mode="replicate")
    times = run.spec.shape[1] // run.spec.shown_shape[1]
    with torch.no_grad():
        shown = run.normalization.apply(filled)
        large = run.normalization.pixels(run.model.reconstruct(shown))[0, :, : height * times, : width * times]
    found: NDArray[np.uint8] = (large.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    return found


@pytest.mark.parametrize("dataset", SETS)
@pytest.mark.parametrize("values", NETS.values(), ids=NETS)
def test_a_picture_in_tiles_is_the_picture_at_once(dataset: str, values: dict[str, Any]) -> None:
    run, photo = untrained(dataset, values), data.astronaut()
    told: list[float] = []
    for height, width in ((131, 211), (9, 250)):  # sides that no tile divides
        picture, told = photo[60 : 60 + height, 90 : 90 + width], []
        found, whole = super_resolution.enlarge(run, picture, told.append), at_once(run, picture)
        assert found.shape == (height * super_resolution.factor(run), width * super_resolution.factor(run), 3)
        apart = np.abs(found.astype(int) - whole)
        assert (apart.max() <= 1, (apart > 0).mean() < 0.001) == (True, True), "but for rounding"
        assert told == sorted(set(told))
        assert (len(told) > 1, told[-1]) == (True, 1.0)


@pytest.mark.parametrize("dataset", SETS)
@pytest.mark.parametrize("values", NETS.values(), ids=NETS)
def test_the_radius_is_how_far_the_net_sees(dataset: str, values: dict[str, Any]) -> None:
    run = untrained(dataset, values)
    radius, times = super_resolution.receptive_radius(run.architecture), super_resolution.factor(run)
    side = (2 * radius + 16) // 4 * 4
    random = torch.Generator().manual_seed(0)
    pixels = torch.rand((1, 3, side, side), generator=random)
    reach = 0
    for centre in range(side // 2, side // 2 + 4):  # where layers take steps, not all pixels see equally far
        shown = pixels.clone().requires_grad_()
        block = slice(centre * times, (centre + 1) * times)
        run.model.reconstruct(shown)[..., block, block].square().sum().backward()
        assert shown.grad is not None
        rows, columns = torch.nonzero(shown.grad[0].abs().sum(0), as_tuple=True)
        reach = max(reach, int((rows - centre).abs().max()), int((columns - centre).abs().max()))

        other = torch.rand((1, 3, side, side), generator=random)
        low, high = centre - radius, centre + radius + 1
        other[..., low:high, low:high] = pixels[..., low:high, low:high]
        with torch.no_grad():
            before, after = (run.model.reconstruct(one)[..., block, block] for one in (pixels, other))
            assert torch.allclose(before, after, atol=1e-5), "nothing beyond the radius counts"
            nearer = pixels.clone()
            nearer[..., centre + 1, centre + 1] = 1 - nearer[..., centre + 1, centre + 1]
            assert not torch.allclose(before, run.model.reconstruct(nearer)[..., block, block], atol=1e-5)
    assert reach <= radius <= 2 * reach + 5, "neither too little nor many times too much"


def test_stopping_is_heard_between_tiles() -> None:
    told: list[float] = []
    with pytest.raises(resizing.Stopped):
        super_resolution.enlarge(
            untrained("photographs_x2", FIRST), data.astronaut(), told.append, lambda: len(told) == 2
        )
    assert len(told) == 2
    assert told[-1] < 1


@pytest.mark.parametrize(
    ("dataset", "values", "says"),
    [
        ("photographs_x2", {"model.convolution.code_size": 8}, "code_size"),
        (
            "photographs_x3",
            {**LAST, "model.convolution.stride": "3", "model.convolution.upsampling": "resize"},
            "stride",
        ),
    ],
)
def test_a_net_that_takes_one_size_only_says_so(dataset: str, values: dict[str, Any], says: str) -> None:
    run = untrained(dataset, values)
    side = run.spec.shown_shape[1]
    assert run.restored(torch.zeros(1, 3, side, side)).shape == (1, 3, 48, 48)
    with pytest.raises(LabError, match=f"{side}x{side} pixels only.*{says}"):
        super_resolution.enlarge(run, data.astronaut()[:100, :100])


def test_pictures_too_small_and_too_large_are_said() -> None:
    run = untrained("photographs_x2", FIRST)
    for shape in ((7, 100, 3), (2001, 2000, 3)):
        with pytest.raises(LabError, match="pixels: take one"):
            super_resolution.enlarge(run, np.zeros(shape, np.uint8))


def test_every_way_is_measured_on_the_images_to_test_with() -> None:
    run = untrained("photographs_x2", FIRST)
    images = super_resolution.test_images(run)
    assert len(images) == len(datasets.test_set("photographs_x2")) == 200
    some = images.part(slice(0, 20))
    found = super_resolution.outputs_by_method(run, some)
    assert list(found) == [*resizing.METHODS, super_resolution.NET]
    figures = {one.name: one for one in super_resolution.evaluate(found, some.images())}
    nearest = np.repeat(np.repeat(some.shown.numpy(), 2, axis=2), 2, axis=3) / 255
    error = ((nearest - some.pixels.numpy() / 255) ** 2).mean()
    assert figures["nearest"].mse == pytest.approx(error, rel=1e-5)
    each = ((nearest - some.pixels.numpy() / 255) ** 2).mean(axis=(1, 2, 3))
    assert figures["nearest"].psnr == pytest.approx((10 * np.log10(1 / each)).mean(), abs=1e-3)
    assert figures["bicubic"].psnr > figures["nearest"].psnr
    with torch.no_grad():
        net = run.model.reconstruct(some.shown.float() / 255).clamp(0, 1)
    assert figures[super_resolution.NET].mse == pytest.approx(float(reconstruction.mse(net, some.images()).mean()))
