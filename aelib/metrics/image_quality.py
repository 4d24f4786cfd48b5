"""How close images are to their targets, image by image, in the usual measures of the literature on image restoration
and compression. Images: n × channels × height × width, pixels from 0 to 1."""

import numpy as np
import torch
from torch import Tensor

from aelib.core.errors import LabError
from aelib.core.language import N_

from .reconstruction import mse

WINDOW = 11  # pixels: side of the Gaussian window of SSIM, at σ = 1.5 (Wang et al. 2004)
AT_ONCE = 2_000_000  # pixels that are filtered together, to limit memory


def evenly(count: int, most: int) -> list[int]:
    """At most `most` of the numbers below count, evenly spaced and in order."""
    return [number * count // min(count, most) for number in range(min(count, most))]


def psnr_each(outputs: Tensor, targets: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each image in dB, for a peak of 1: 10 log10(1 / MSE), with the MSE over all pixels
    and channels; infinite for a perfect image. Any leading axes. `mean_psnr` is the mean over images."""
    return -10 * torch.log10(mse(outputs, targets))


PSNR_MEANING = N_(
    "Peak signal-to-noise ratio, the mean over images of 10 log10(1 / MSE of the image), over red, green and blue, "
    "pixels from 0 to 1; higher is better."
)  # shown wherever `mean_psnr` is shown
PERFECT = 1e-10  # MSE of an image below which its PSNR is capped: 100 dB, so that a mean stays finite
PERFECT_PSNR = 99.99  # in dB; at this PSNR or above, all images are perfect


def psnr_text(psnr: float, digits: int = 0) -> str:
    """A PSNR in dB with this many digits, such as "27"; ∞ if all images are perfect."""
    return "∞" if psnr >= PERFECT_PSNR else f"{psnr:.{digits}f}"


def mean_psnr(outputs: Tensor, targets: Tensor) -> float:
    """The PSNR of a set of images in dB, as in the literature: the mean over images of each image's PSNR, at most 100
    dB each. Outputs are clipped to 0 to 1.

    Every image has the same weight, whatever its error, so this is at least the PSNR of the mean MSE.
    """
    return psnr_of_errors(mse(outputs.clamp(0, 1), targets))


def psnr_of_errors(errors: Tensor) -> float:
    """`mean_psnr`, computed from the mean squared error of each image, whose outputs were clipped to 0 to 1."""
    return float((-10 * torch.log10(errors.double().clamp(min=PERFECT))).mean())


def detail(images: Tensor) -> Tensor:
    """How much fine detail each image has: the mean absolute difference between neighbouring pixels, 0 to 1.

    An out-of-focus picture and a plain area have little.
    """
    down = (images[..., 1:, :] - images[..., :-1, :]).abs().mean(dim=(-3, -2, -1))
    across = (images[..., 1:] - images[..., :-1]).abs().mean(dim=(-3, -2, -1))
    return (down + across) / 2


def ssim(outputs: Tensor, targets: Tensor) -> Tensor:
    """Structural similarity of each image (float64, n; at most 1, which means equal images): the mean over the channels
    and over the positions where the window lies completely inside. The window is Gaussian, 11 × 11, σ 1.5; K1 0.01, K2
    0.03, as in Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment", IEEE Trans. Image
    Processing 13, 2004; computed by scikit-image's structural_similarity.

    If a side is below 11 pixels, images are mirrored at their edges and filtered with the same Gaussian, and the mean
    is over the positions where the largest odd window that fits lies inside: such values are comparable only with each
    other.

    Raises LabError if the shapes differ or there are no images.
    """
    from skimage.metrics import structural_similarity

    if outputs.shape != targets.shape or outputs.dim() != 4 or not outputs.numel():
        raise LabError(
            "Images of {outputs} and of {targets} were to be compared: give both as images × channels × height × "
            "width, of the same shape.",
            outputs=tuple(outputs.shape),
            targets=tuple(targets.shape),
        )
    height, width = outputs.shape[-2:]
    fits = min(WINDOW, height - 1 + height % 2, width - 1 + width % 2)
    # The channels are stacked in one tall picture, so that one call filters many of them. Windows inside a channel do
    # not reach its neighbours; if the Gaussian is larger than the window, mirrored rows separate the channels.
    mirrored = 0 if fits == WINDOW else WINDOW // 2
    cut = fits // 2
    found = []
    count = max(1, AT_ONCE // ((height + 2 * mirrored) * width * outputs.shape[1]))
    for start in range(0, len(outputs), count):
        pair = [
            np.pad(
                images[start : start + count].detach().cpu().double().numpy(),
                ((0, 0), (0, 0), (mirrored, mirrored), (0, 0)),
                mode="symmetric",
            )
            for images in (outputs, targets)
        ]
        shape = pair[0].shape
        tall = [images.reshape(-1, width) for images in pair]
        _, similarity = structural_similarity(  # type: ignore[no-untyped-call]
            *tall,
            win_size=fits,
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            full=True,
        )
        cut_rows = mirrored + cut
        inside = similarity.reshape(shape)[..., cut_rows : shape[2] - cut_rows, cut : width - cut]
        found.append(inside.mean(axis=(1, 2, 3)))
    return torch.from_numpy(np.concatenate(found))


def luminance(rgb: Tensor) -> Tensor:
    """The luma Y' of R'G'B' images (n × 3 × height × width, 0 to 1) as n × 1 × height × width, from 16/255 to 235/255:
    Y = (65.481 R + 128.553 G + 24.966 B + 16) / 255, Recommendation ITU-R BT.601 and MATLAB's rgb2ycbcr, not rounded.
    Super-resolution papers give the PSNR of this channel for a peak of 1, after removing a border as wide as the factor
    (C. Dong et al., "Image super-resolution using deep convolutional networks", TPAMI 2016).

    Raises LabError unless there are three channels.
    """
    if rgb.dim() < 3 or rgb.shape[-3] != 3:
        raise LabError(
            "The luma of an image of shape {shape} was asked for: give red, green and blue.", shape=tuple(rgb.shape)
        )
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=rgb.dtype, device=rgb.device) / 255
    return torch.einsum("...chw,c->...hw", rgb, weights).unsqueeze(-3) + 16 / 255
