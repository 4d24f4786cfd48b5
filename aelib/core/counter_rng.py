"""Random numbers that are computed by an integer hash of (seed, turn, image, number), not drawn from a stream.

So they are the same on every device, for one net or for a hundred at once, and do not depend on the batch of an image.

The hash is the 32-bit finaliser `lowbias32` of Chris Wellons (https://nullprogram.com/blog/2018/07/31/, public
domain), over a counter, as in Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")


TEST = -1  # the turn whose numbers are used to evaluate a net: the same at every evaluation
_GOLDEN = -1640531527  # 2^32 / golden ratio, as int32: neighbours in a counter fall far apart
_MULTIPLIERS = (0x7FEB352D, 0x846CA68B - 2**32)


def key(seed: int, turn: int) -> tuple[int, int]:
    """Two 32-bit numbers (as int32) that stand for a seed and a turn (an epoch, or TEST)."""
    digest = hashlib.blake2b(f"noise {seed} {turn}".encode(), digest_size=8).digest()
    return (
        int.from_bytes(digest[:4], "little", signed=True),
        int.from_bytes(digest[4:], "little", signed=True),
    )


def random_bits(keys: Sequence[tuple[int, int]], images: Tensor, pixels: int, draw: int = 0) -> Tensor:
    """int32, members × images × pixels, every bit random. keys: one for each member; images: int64, the numbers of the
    images, with shape images or members × images; draw: a different number gives different bits."""
    device = images.device
    where = (images[..., None] * pixels + torch.arange(pixels, device=device)).to(torch.int32)
    first, second = torch.tensor(keys, dtype=torch.int32, device=device).T
    x: Tensor = where * _GOLDEN + (first + draw * 0x632BE5AB)[:, None, None]
    for i, (shift, multiplier) in enumerate(zip((16, 15), _MULTIPLIERS, strict=True)):
        x ^= (x >> shift) & (2 ** (32 - shift) - 1)  # the shift of a signed number copies its sign bit
        x *= multiplier
        if i == 0:
            x ^= second[:, None, None]
    x ^= (x >> 16) & 0xFFFF
    return x


def uniform(bits: Tensor) -> Tensor:
    """float32 in [0, 1): 24 of the bits, as many as a float32 holds."""
    return (bits & 0xFFFFFF).float() * 2.0**-24


def normal(bits: Callable[[int], Tensor]) -> Tensor:
    """Standard normal numbers from two draws of bits (Box & Muller 1958)."""
    radius = torch.sqrt(-2.0 * torch.log1p(-uniform(bits(0))))  # 1 - u keeps the logarithm finite
    return radius * torch.cos(2 * math.pi * uniform(bits(1)))
