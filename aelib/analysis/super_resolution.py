"""What a super-resolution net does for images: beside enlarging without one, and for pictures of any size."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import ImageSet
from aelib.experiment.architecture import Architecture
from aelib.metrics import image_quality, reconstruction
from aelib.training import Run

from . import resizing

MAX_PIXELS = 4_000_000  # of a picture to enlarge
MAX_TEST_IMAGES = 640  # images at most
TILE = 96  # pixels of a window's side, where the net is shown small images
NET = "this net"


@dataclass(frozen=True)
class Quality:
    """One way to make an image. mse, psnr (dB, of this mean): over pixels and images; ssim: mean over images."""

    name: str
    mse: float
    psnr: float
    ssim: float


def factor(run: Run) -> int:
    """How many times as high and wide images become."""
    described = run.spec
    return described.shape[1] // described.shown_shape[1]


def test_images(run: Run) -> ImageSet:
    """Images that the net is judged by: all, or MAX_TEST_IMAGES of them, evenly chosen."""
    images = datasets.test_set(run.experiment.dataset)
    return images.part(slice(0, None, -(-len(images) // MAX_TEST_IMAGES)))


def outputs_by_method(run: Run, images: ImageSet) -> dict[str, Tensor]:
    """What the net is shown, made in every way: without a net (nothing done where it is full size already), and by the
    net; pixels from 0 to 1, images × channels × height × width."""
    small, times = run.inputs_of(images), factor(run)
    if times == 1:
        found = {"as shown to the net": small}
    else:
        found = {name: resizing.enlarge(small, times, name) for name in resizing.METHODS}
    return {**found, NET: run.restored(small).clamp(0, 1)}


def evaluate(found: dict[str, Tensor], targets: Tensor) -> list[Quality]:
    """Every way, measured against what it should have given."""
    figures = []
    for name, images in found.items():
        error = float(reconstruction.mse(images, targets).mean())
        ssim = float(image_quality.ssim(images, targets).mean())
        figures.append(Quality(name, error, reconstruction.psnr(max(error, 1e-10)), ssim))
    return figures


def receptive_radius(net: Architecture) -> int:
    """How many pixels of its input around a pixel the net sees, at most."""
    apart, seen = 1.0, 0.0  # pixels of the input between two neighbours, and around one
    for step in net.steps:
        match step.kind:
            case "convolution":
                seen += step.kernel // 2 * apart
                apart *= step.stride
            case "max_pooling" | "average_pooling":
                seen += (step.stride - 1) * apart
                apart *= step.stride
            case "transposed" | "resize":
                apart /= step.stride
                seen += max(step.kernel, step.stride) * apart
            case "enlarge":
                seen += 2 * apart
                apart /= step.stride
    return math.ceil(seen) + 3  # and the bicubic enlargement that is added


def enlarge(
    run: Run,
    picture: NDArray[np.uint8],
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> NDArray[np.uint8]:
    """A picture (height × width × 3) of at most MAX_PIXELS through the net, tile by tile, so that memory stays small.
    Raises LabError, also for a net that takes one size only, and resampling.Stopped."""
    net, times = run.architecture, factor(run)
    check_any_size(run)
    side = run.spec.shown_shape[1]
    whole = math.prod(
        step.stride for step in net.encoder if step.kind in ("convolution", "max_pooling", "average_pooling")
    )

    def apply(window: Tensor) -> Tensor:
        # layers that make images smaller were built for one size: others are filled up to one that leaves the same
        # remainders
        height, width = window.shape[-2:]
        bottom, right = (side - height) % whole, (side - width) % whole
        filled = F.pad(window, (0, right, 0, bottom), mode="replicate")
        return run.restored(filled)[..., : height * times, : width * times].clamp(0, 1)

    overlap = receptive_radius(net)
    # windows begin where layers that take steps would take them in the whole picture, or seams would show
    return resizing.tiled_bytes(
        apply,
        picture,
        times,
        tile=max(TILE, 2 * whole) + 2 * overlap,
        overlap=overlap,
        on_progress=lambda done, total: on_progress(done / total),
        cancelled=cancelled,
        multiple=whole,
    )


def check_any_size(run: Run) -> None:
    """Raises LabError where the net was built for one size of images."""
    net = run.architecture
    height, width = net.steps[0].inputs[1:]
    only = f"This net takes pictures of {width}x{height} pixels only"
    if not run.experiment.model.enlarges:
        raise LabError(f"{only}: train a super-resolution net for pictures of any size.")
    if any(step.kind == "dense" for step in net.steps):
        raise LabError(f"{only}: train one with model.convolution.code_size left empty.")
    if any(step.kind == "resize" and not step.whole for step in net.steps):
        raise LabError(
            f"{only}: train one with a model.convolution.stride that divides this size, or with transposed "
            "convolutions (model.convolution.upsampling)."
        )


def bicubic(picture: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """The same without a net."""
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    large = resizing.enlarge(pixels, times, "bicubic")[0]
    bytes_: NDArray[np.uint8] = (large * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return bytes_
