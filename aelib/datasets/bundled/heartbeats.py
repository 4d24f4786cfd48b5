"""Synthetic curves that look like single heartbeats of an electrocardiogram: sums of five waves (P, Q, R, S, T), each a
Gaussian bump, as in the model of McSharry et al. 2003 (https://doi.org/10.1109/TBME.2003.808805). They are for lessons,
not for medicine.

An image is one pixel high: its WIDTH values are the curve. Class 0 is the normal beat; in class 1 the beat is early and
wide, without a P wave; in class 2 the line between S and T is raised; in class 3 there is no beat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aelib.core.lazy import lazy
from aelib.core.random import generator
from aelib.datasets.imageset import DatasetSpec, ImageSet, Splits

if TYPE_CHECKING:
    import torch
    from torch import Generator, Tensor
else:
    torch = lazy("torch")

NAME = "heartbeats"
WIDTH = 96
KINDS = ("normal", "early", "raised", "missing")
TRAIN, TEST = (1000, 200, 200, 200), (200, 60, 60, 60)  # of each class
SPLITS = Splits(train=sum(TRAIN), test=sum(TEST))
# wave: position and width as shares of the curve, height; each varies a little from beat to beat
_WAVES = {
    "P": (0.22, 0.035, 0.12),
    "Q": (0.385, 0.012, -0.10),
    "R": (0.42, 0.016, 0.55),
    "S": (0.455, 0.014, -0.18),
    "T": (0.68, 0.06, 0.22),
}
_WIDE = {"R": (0.34, 0.05, 0.50), "S": (0.46, 0.05, -0.25), "T": (0.66, 0.07, -0.20)}
BASE, NOISE = 0.3, 0.012  # level of the line without a wave, and standard deviation of the noise


def _beats(kind: str, count: int, random: Generator) -> Tensor:
    """The curves, count × WIDTH, with values around BASE."""
    time = torch.linspace(0, 1, WIDTH)
    curves = torch.full((count, WIDTH), BASE)

    def varied(share: float) -> Tensor:
        return 1 + share * torch.randn(count, 1, generator=random)

    shift = 0.02 * torch.randn(count, 1, generator=random)
    for place, width, height in {"early": _WIDE, "missing": {}}.get(kind, _WAVES).values():
        centre = place * varied(0.02) + shift
        curves += height * varied(0.12) * torch.exp(-0.5 * ((time - centre) / (width * varied(0.1))).square())
    if kind == "raised":
        rise = torch.sigmoid((time - 0.47 - shift) / 0.012) - torch.sigmoid((time - 0.64 - shift) / 0.02)
        curves += 0.16 * varied(0.2) * rise
    wander = 0.02 * torch.randn(count, 1, generator=random) * torch.sin(2 * torch.pi * time + 6 * shift)
    return curves + wander + NOISE * torch.randn(count, WIDTH, generator=random)


def _load() -> ImageSet:
    random = generator(0, NAME)
    curves, labels = [], []
    for counts in (TRAIN, TEST):
        part = torch.cat([_beats(kind, count, random) for kind, count in zip(KINDS, counts, strict=True)])
        order = torch.randperm(len(part), generator=random)
        curves.append(part[order])
        labels.append(torch.arange(len(KINDS)).repeat_interleave(torch.tensor(counts))[order])
    label = torch.cat(labels)
    pixels = (torch.cat(curves).clamp(0, 1) * 255).round().to(torch.uint8).view(-1, 1, 1, WIDTH)
    names = tuple(f"{KINDS[one]} (beat {i})" for i, one in enumerate(label.tolist()))
    return ImageSet(pixels, names, label)


SPEC = DatasetSpec(
    name=NAME,
    title=f"{sum(SPLITS):,} heartbeat-like curves of {WIDTH} values",
    shape=(1, 1, WIDTH),
    splits=SPLITS,
    classes=len(KINDS),
    by_class=tuple(Splits(train, test=held) for train, held in zip(TRAIN, TEST, strict=True)),
    source="computed by this module",
    licence="MIT",
    load=_load,
)
