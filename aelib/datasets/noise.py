"""Noise: turns clean images into the net's inputs. The targets stay clean.

The random numbers are computed from (seed, turn, image, pixel), see core/counter_rng.py, on the device where the images
are. One registry entry holds everything about one kind of noise; to add one, add one entry to `NOISES`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aelib.core.language import translated
from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from aelib.core import counter_rng
else:
    torch, counter_rng = lazy("torch"), lazy("aelib.core.counter_rng")


@translated("label", "about")
@dataclass(frozen=True, kw_only=True)
class Noise:
    """One kind of noise.

    Attributes:
        label: its usual name.
        about: what it does, in one sentence.
        apply: (pixels, level, bits, painted) returns noisy pixels. pixels: 0 to 1; level: 0 to 1, broadcasts with
            pixels; bits: (number of the draw) returns a random int32 for each pixel; painted: bool, true for pixels
            that the user painted, broadcasts with pixels, or None.
        script: the same in a script of plain PyTorch, with the pixels `p`, `level`, `hit` (uniform in 0 to 1 for each
            pixel), the generator `draw` and the mask `painted`; None: cannot be exported as a script.
        painted: whether it affects only the pixels in `corruption.pixels`.
        browser: whether the engine in the browser (`aelib.browser`) has it too, under the same name.
    """

    label: str
    about: str
    apply: "Callable[[Tensor, Tensor, Callable[[int], Tensor], Tensor | None], Tensor]"
    script: str | None = None
    painted: bool = False
    browser: bool = False


def _salt_pepper(x: "Tensor", level: "Tensor", bits: "Callable[[int], Tensor]", _: "Tensor | None") -> "Tensor":
    drawn = bits(0)
    return torch.where(counter_rng.uniform(drawn) < level, (drawn < 0).to(x.dtype), x)


def _gaussian(x: "Tensor", level: "Tensor", bits: "Callable[[int], Tensor]", _: "Tensor | None") -> "Tensor":
    return (x + level * counter_rng.normal(bits)).clamp_(0.0, 1.0)


def _masking(x: "Tensor", level: "Tensor", bits: "Callable[[int], Tensor]", _: "Tensor | None") -> "Tensor":
    return torch.where(counter_rng.uniform(bits(0)) < level, torch.zeros_like(x), x)


def _bit_flip(x: "Tensor", level: "Tensor", bits: "Callable[[int], Tensor]", _: "Tensor | None") -> "Tensor":
    return torch.where(counter_rng.uniform(bits(0)) < level, 1.0 - x, x)


def _painted(x: "Tensor", level: "Tensor", bits: "Callable[[int], Tensor]", painted: "Tensor | None") -> "Tensor":
    hit = counter_rng.uniform(bits(0)) < level
    return x if painted is None else torch.where(hit & painted, 1.0 - x, x)


NOISES: dict[str, Noise] = {
    "salt_pepper": Noise(
        label="salt & pepper",
        about="Each pixel is replaced with this probability, by on or off with equal chance.",
        apply=_salt_pepper,
        script="torch.where(hit < level, (torch.rand(p.shape, generator=draw) < 0.5).float(), p)",
        browser=True,
    ),
    "gaussian": Noise(
        label="Gaussian",
        about="A normal number with this standard deviation is added to each pixel; cut off at 0 and 1.",
        apply=_gaussian,
        script="(p + level * torch.randn(p.shape, generator=draw)).clamp(0, 1)",
        browser=True,
    ),
    "masking": Noise(
        label="masking",
        about="Each pixel is switched off with this probability.",
        apply=_masking,
        script="torch.where(hit < level, 0.0, p)",
        browser=True,
    ),
    "bit_flip": Noise(
        label="bit flips",
        about="Each pixel is inverted with this probability.",
        apply=_bit_flip,
        script="torch.where(hit < level, 1 - p, p)",
        browser=True,
    ),
    "painted": Noise(
        label="painted",
        about="The pixels that you paint are inverted, each with this probability.",
        apply=_painted,
        script="torch.where((hit < level) & painted, 1 - p, p)",
        painted=True,
        browser=True,
    ),
}


def corrupt(
    pixels: "Tensor",
    kind: str,
    level: "float | Tensor",
    keys: Sequence[tuple[int, int]],
    images: "Tensor | None" = None,
    painted: Sequence[int] = (),
) -> "Tensor":
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
    noisy = NOISES[kind].apply(flat, levels, lambda draw: counter_rng.random_bits(keys, images, size, draw), mask)
    return noisy.reshape(*noisy.shape[:2], *pixels.shape[-3:])
