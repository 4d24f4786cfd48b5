"""Noise: clean images -> what the net is shown. What it should give back stays clean.

The random numbers come from (seed, turn, image, pixel), see counter.py, and are made where the images are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aelib.core.counter_rng import normal, random_bits, uniform


@dataclass(frozen=True)
class Noise:
    """label and about: for people; apply(pixels, level, bits, painted) -> noisy pixels, all of one shape but `level`
    and `painted`, which broadcast. pixels: 0 to 1; level: 0 to 1; bits: a function that gives random int32 for each
    pixel, by the number of the draw; painted: 1 where the person painted."""

    label: str
    about: str
    apply: Callable[[Tensor, Tensor, Callable[[int], Tensor], Tensor | None], Tensor]


def _salt_pepper(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    drawn = bits(0)
    return torch.where(uniform(drawn) < level, (drawn < 0).to(x.dtype), x)


def _gaussian(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    return (x + level * normal(bits)).clamp_(0.0, 1.0)


def _masking(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    return torch.where(uniform(bits(0)) < level, torch.zeros_like(x), x)


def _bit_flip(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], _: Tensor | None) -> Tensor:
    return torch.where(uniform(bits(0)) < level, 1.0 - x, x)


def _painted(x: Tensor, level: Tensor, bits: Callable[[int], Tensor], painted: Tensor | None) -> Tensor:
    hit = uniform(bits(0)) < level
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
