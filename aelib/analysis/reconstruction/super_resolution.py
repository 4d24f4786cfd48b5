"""Super-resolution nets: compared with enlarging without a net, and applied to pictures of any size."""

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
from aelib.core.language import Lazy
from aelib.datasets import ImageSet
from aelib.experiment.architecture import Architecture
from aelib.metrics import image_quality, reconstruction
from aelib.training import Run

from . import resizing

MAX_PIXELS = 4_000_000  # of a picture to enlarge
MAX_TEST_IMAGES = 640
TILE = 96  # pixels: side of a window of the net's input without its overlap
NET = "this net"


@dataclass(frozen=True)
class Quality:
    """Quality of one method. name: the method; mse: mean over pixels and images; psnr: in dB, the mean over images
    (`image_quality.mean_psnr`); psnr_y: the same for the luminance, without a border as wide as the factor, as in
    papers; ssim: mean over images."""

    name: str
    mse: float
    psnr: float
    psnr_y: float
    ssim: float


def factor(run: Run) -> int:
    """How many times the net enlarges height and width; 1 for a net that only sharpens."""
    described = run.spec
    return described.shape[1] // described.shown_shape[1]


def test_images(run: Run) -> ImageSet:
    """The images for the evaluation: the test set, or at most MAX_TEST_IMAGES of it, evenly chosen."""
    images = datasets.test_set(run.spec)
    return images.part(slice(0, None, -(-len(images) // MAX_TEST_IMAGES)))


def telling(images: ImageSet) -> list[int]:
    """Indices of the images, most detail first: on a plain or blurred patch all methods look alike."""
    order = image_quality.detail(images.images()).argsort(descending=True, stable=True)
    return [int(place) for place in order]


def outputs_by_method(run: Run, images: ImageSet) -> dict[str, Tensor]:
    """method -> full-size images, n × channels × height × width, pixels from 0 to 1.

    The methods are the net and those of `resizing`, or the net and the unchanged input if the net does not enlarge.
    """
    small, times = run.inputs_of(images), factor(run)
    if times == 1:
        found = {"as shown to the net": small}
    else:
        found = {name: resizing.enlarge(small, times, name) for name in resizing.METHODS}
    return {**found, NET: run.restored(small).clamp(0, 1)}


def evaluate(found: dict[str, Tensor], targets: Tensor, times: int = 1) -> list[Quality]:
    """Quality of every method. found: method -> images; targets: the original images, same shape; times: the factor."""
    inside = (..., slice(times, -times), slice(times, -times)) if times > 1 else ...
    luma = image_quality.luminance(targets)[inside]
    figures = []
    for name, images in found.items():
        error = float(reconstruction.mse(images, targets).mean())
        ssim = float(image_quality.ssim(images, targets).mean())
        psnr = image_quality.mean_psnr(images, targets)
        psnr_y = image_quality.mean_psnr(image_quality.luminance(images.clamp(0, 1))[inside], luma)
        figures.append(Quality(name, error, psnr, psnr_y, ssim))
    return figures


def receptive_radius(net: Architecture) -> int:
    """Radius of the net's receptive field in pixels of its input; an upper bound."""
    # in input pixels: distance between neighbouring pixels of a layer, and radius of one pixel's receptive field
    apart, seen = 1.0, 0.0
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
    return math.ceil(seen) + 3  # 3 for the bicubic enlargement that is added to a residual net's output


def enlarge(
    run: Run,
    picture: NDArray[np.uint8],
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> NDArray[np.uint8]:
    """Apply the net to a picture, tile by tile, so that memory stays small.

    picture: height × width × 3, 0 to 255, at most MAX_PIXELS; the result is `factor(run)` times as high and wide.
    on_progress: called with the share done, 0 to 1; cancelled: True stops the work.

    Raises LabError for a picture of the wrong size and for a net that takes one size only, `resizing.Stopped` if it is
    cancelled.
    """
    net, times = run.architecture, factor(run)
    check_any_size(run)
    side = run.spec.shown_shape[1]
    whole = math.prod(
        step.stride for step in net.encoder if step.kind in ("convolution", "max_pooling", "average_pooling")
    )

    def apply(window: Tensor) -> Tensor:
        # layers that shrink images were built for one size: a window is padded until its size leaves the same
        # remainder
        height, width = window.shape[-2:]
        bottom, right = (side - height) % whole, (side - width) % whole
        filled = F.pad(window, (0, right, 0, bottom), mode="replicate")
        return run.restored(filled)[..., : height * times, : width * times].clamp(0, 1)

    overlap = receptive_radius(net)
    # windows start at multiples of the strides, as in the whole picture; otherwise seams would be visible
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
    """Raises LabError if the net takes images of one size only."""
    net = run.architecture
    height, width = net.steps[0].inputs[1:]
    only = Lazy("This net takes pictures of {width}x{height} pixels only", width=width, height=height)
    if not run.experiment.model.enlarges:
        raise LabError("{only}: train a super-resolution net for pictures of any size.", only=only)
    if any(step.kind == "dense" for step in net.steps):
        raise LabError("{only}: train one with model.convolution.code_size left empty.", only=only)
    if any(step.kind == "resize" and not step.whole for step in net.steps):
        raise LabError(
            "{only}: train one with a model.convolution.stride that divides this size, or with transposed "
            "convolutions (model.convolution.upsampling).",
            only=only,
        )


def bicubic(picture: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Bicubic enlargement without a net. picture: height × width × channels, 0 to 255."""
    pixels = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    large = resizing.enlarge(pixels, times, "bicubic")[0]
    bytes_: NDArray[np.uint8] = (large * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return bytes_
