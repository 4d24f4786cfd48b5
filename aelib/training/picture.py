"""A net's reconstructions of a few images during training: small enough to be sent to a page several times a second."""

import base64
import binascii
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

IMAGES = 32  # reconstructions in a picture, at most
NUMBERS = 60_000  # pixels of these reconstructions together, at most
CODES = 400  # codes in a picture, at most: the net must evaluate their images too
COST = 0.03  # share of the training time that pictures may take


def images_in(numbers: int) -> int:
    """How many reconstructions a picture has, for images with this many numbers (channels · height · width): at least
    4, even if this is more than NUMBERS."""
    return max(4, min(IMAGES, NUMBERS // numbers))


@dataclass(frozen=True)
class Picture:
    """A net's reconstructions at one epoch, for the first images of the evaluation set. It can be sent as JSON.

    Attributes:
        epoch: the latest epoch that has started.
        shape: images, channels, height, width of the reconstructions.
        pixels: base64 of the reconstructions as bytes (0 to 255, clipped).
        latent_dim: how many numbers a code has; 0 if codes are not stored.
        codes: base64 of the codes (of variational nets the means), images × latent_dim, float32, little-endian.

    Raises ValueError if the parts are inconsistent: they may come from another process.
    """

    epoch: int
    shape: tuple[int, int, int, int]
    pixels: str
    latent_dim: int
    codes: str

    def __post_init__(self) -> None:
        shape = tuple(self.shape)
        sizes = [self.epoch, self.latent_dim, *shape]
        if len(shape) != 4 or any(type(size) is not int or size < 0 for size in sizes):
            raise ValueError("a picture has an epoch, four sizes and a number of latent dimensions")
        object.__setattr__(self, "shape", shape)
        pixels, codes = (len(self._decoded(text)) for text in (self.pixels, self.codes))
        if pixels != math.prod(shape) or (codes % (4 * self.latent_dim) if self.latent_dim else codes):
            raise ValueError("a picture has other bytes than its sizes say")

    @staticmethod
    def _decoded(text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, TypeError) as error:
            raise ValueError("a picture is base64") from error

    def reconstructions(self) -> NDArray[np.uint8]:
        """Images × channels × height × width, 0 to 255."""
        return np.frombuffer(self._decoded(self.pixels), np.uint8).reshape(self.shape)

    def points(self) -> NDArray[np.float32]:
        """The codes: images × latent_dim; no images if codes are not stored."""
        return np.frombuffer(self._decoded(self.codes), "<f4").reshape(-1, max(1, self.latent_dim))

    @classmethod
    def of(cls, epoch: int, pixels: Tensor, codes: Tensor) -> "Picture":
        """pixels: images × channels × height × width, 0 to 1, clipped here; codes: images × latent_dim."""
        as_bytes = (torch.nan_to_num(pixels).clamp(0, 1) * 255).round().to(torch.uint8).cpu().contiguous().numpy()
        numbers = np.ascontiguousarray(codes.cpu().numpy(), "<f4")
        texts = [base64.b64encode(part.tobytes()).decode() for part in (as_bytes, numbers)]
        count, channels, height, width = as_bytes.shape
        return cls(epoch, (count, channels, height, width), texts[0], codes.shape[-1], texts[1])

    @classmethod
    def from_json(cls, found: Any) -> "Picture | None":
        """Read a decoded JSON value, None for null. Raises ValueError or TypeError if it is not a picture."""
        return None if found is None else cls(**found)
