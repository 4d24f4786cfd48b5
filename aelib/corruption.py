"""Noise: clean images -> what the net is shown. What it should give back stays clean.

The numbers are not drawn from a stream but computed from (seed, turn, image, pixel) by an integer hash, so they are
the same on every device, for one net or for a hundred at once, and whatever batch an image falls into. They are drawn
where the images are.

The hash is the 32-bit finaliser `lowbias32` of Chris Wellons (https://nullprogram.com/blog/2018/07/31/, public
domain), over a counter, as in Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

TEST = -1  # the turn whose noise is used to look at a net: the same at every look
_GOLDEN = -1640531527  # 2^32 / golden ratio, as int32: neighbours in a counter fall far apart
_MULTIPLIERS = (0x7FEB352D, 0x846CA68B - 2**32)


@dataclass(frozen=True)
class Noise:
    """label and about: for people; apply(pixels, level, bits, painted) -> noisy pixels, all of one shape but `level`
    and `painted`, which broadcast. pixels: 0 to 1; level: 0 to 1; bits: a function that gives random int32 for each
    pixel, by the number of the draw; painted: 1 where the person painted."""

    label: str
    about: str
    apply: Callable[[Tensor, Tensor, Callable[[int], Tensor], Tensor | None], Tensor]


def _uniform(bits: Tensor) -> Tensor:
    """float32 in [0, 1): 24 of the bits, as many as a float32 holds."""
    return (bits & 0xFFFFFF).float() * 2.0**-24


def _salt_pepper(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    drawn = bits(0)
    return torch.where(_uniform(drawn) < level, (drawn < 0).to(x.dtype), x)


def _gaussian(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    # Box & Muller 1958; 1 - u keeps the logarithm finite
    radius = torch.sqrt(-2.0 * torch.log1p(-_uniform(bits(0))))
    return (x + level * radius * torch.cos(2 * math.pi * _uniform(bits(1)))).clamp_(0.0, 1.0)


def _masking(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    return torch.where(_uniform(bits(0)) < level, torch.zeros_like(x), x)


def _bit_flip(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    return torch.where(_uniform(bits(0)) < level, 1.0 - x, x)


def _painted(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], painted: Tensor | None) -> Tensor:
    hit = _uniform(bits(0)) < level
    return x if painted is None else torch.where(hit & painted, 1.0 - x, x)


NOISES: dict[str, Noise] = {
    "salt_pepper": Noise(
        "salt & pepper", "Each pixel is replaced with this probability, by on or off with equal chance.", _salt_pepper
    ),
    "gaussian": Noise(
        "Gaussian",
        "A normal number with this standard deviation is added to each pixel; cut off at 0 and 1.",
        _gaussian,
    ),
    "masking": Noise("masking", "Each pixel is switched off with this probability.", _masking),
    "bit_flip": Noise("bit flips", "Each pixel is inverted with this probability.", _bit_flip),
    "painted": Noise("painted", "The pixels that you paint are inverted, each with this probability.", _painted),
}


def key(seed: int, turn: int) -> tuple[int, int]:
    """Two 32-bit numbers (as int32) that stand for a seed and a turn (an epoch, or TEST)."""
    digest = hashlib.blake2b(f"noise {seed} {turn}".encode(), digest_size=8).digest()
    return (
        int.from_bytes(digest[:4], "little", signed=True),
        int.from_bytes(digest[4:], "little", signed=True),
    )


def random_bits(keys: Sequence[tuple[int, int]], images: Tensor, pixels: int, draw: int = 0) -> Tensor:
    """int32, members × images × pixels, every bit random. keys: one for each member; images: int64, the numbers of the
    images, images or members × images; draw: another number gives other bits."""
    device = images.device
    where = (images[..., None] * pixels + torch.arange(pixels, device=device)).to(torch.int32)
    first, second = torch.tensor(keys, dtype=torch.int32, device=device).T
    x: Tensor = where * _GOLDEN + (first + draw * 0x632BE5AB)[:, None, None]
    for i, (shift, multiplier) in enumerate(zip((16, 15), _MULTIPLIERS, strict=True)):
        x ^= (x >> shift) & (2 ** (32 - shift) - 1)  # the shift of a signed number drags its sign along
        x *= multiplier
        if i == 0:
            x ^= second[:, None, None]
    x ^= (x >> 16) & 0xFFFF
    return x


def corrupt(
    pixels: Tensor,
    kind: str,
    level: float | Tensor,
    keys: Sequence[tuple[int, int]],
    images: Tensor | None = None,
    painted: Sequence[int] = (),
) -> Tensor:
    """Noisy pixels, members × images × channels × height × width.

    pixels: 0 to 1, images × channels × height × width or members × the same; kind: in NOISES; level: 0 to 1, one number
    or one for each member; keys: `key(seed, turn)`, one for each member; images: the numbers of the images (int64,
    images or members × images), counted from 0 where not given; painted: numbers of pixels, for "painted".
    """
    flat = (pixels if pixels.dim() == 5 else pixels[None]).flatten(2)
    count, size = flat.shape[1:]
    if images is None:
        images = torch.arange(count, device=pixels.device)
    levels = torch.as_tensor(level, dtype=torch.float32, device=pixels.device).reshape(-1, 1, 1)
    mask = None
    if painted:
        mask = torch.zeros(size, dtype=torch.bool, device=pixels.device)
        mask[torch.tensor(painted)] = True
    noisy = NOISES[kind].apply(flat, levels, lambda draw: random_bits(keys, images, size, draw), mask)
    return noisy.reshape(*noisy.shape[:2], *pixels.shape[-3:])
