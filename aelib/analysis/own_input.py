"""The net's response to an image that is not in its data set: a drawing or a picture of the user's."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.datasets import ImageSet
from aelib.training import Run

MOST = 1000  # images of the evaluation set that an input is compared with


class Answer(NamedTuple):
    """code: latent_dim numbers; output: channels × height × width, 0 to 1; mse: between output and input; larger: the
    share of the evaluation images with a smaller error, 0 to 1; nearest: the image with the nearest code."""

    code: NDArray[np.float32]
    output: Tensor
    mse: float
    larger: float
    nearest: int


class Known(NamedTuple):
    """At most MOST evaluation images: their codes, images × latent_dim, and their errors, images."""

    codes: Tensor
    errors: Tensor


def background(images: ImageSet) -> int:
    """The background of grey images, 0 or 1: the one that their edges are closer to."""
    some = images.images()[:MOST]
    edges = torch.cat([some[..., 0, :], some[..., -1, :], some[..., :, 0], some[..., :, -1]], dim=-1)
    return int(edges.median() > 0.5)


def known(run: Run) -> Known:
    """The images that an input is compared with."""
    some = run.images.part(slice(MOST))
    inputs = run.inputs[:MOST]
    errors = (run.restored(inputs, some.labels).clamp(0, 1) - some.images()).square().flatten(1).mean(1)
    return Known(torch.from_numpy(run.codes_of(some.shown, some.labels)).flatten(1), errors)


def answer(run: Run, image: Tensor, label: int | None, others: Known) -> Answer:
    """The net's code and output for one image (channels × height × width, 0 to 1). label: the class for a conditional
    net. Raises LabError if such a net gets no label."""
    told = None if label is None else torch.tensor([label])
    output = run.restored(image[None], told)[0].clamp(0, 1)
    code = run.codes_of((image[None] * 255).round().to(torch.uint8), told)[0].reshape(-1)
    mse = float((output - image).square().mean())
    distances = (others.codes - torch.from_numpy(code)).square().sum(1)
    return Answer(code, output, mse, float((others.errors < mse).float().mean()), int(distances.argmin()))
