"""The batches of an epoch, on the device: images in the order of the epoch, noisy where the experiment says so."""

from collections.abc import Iterator

import torch
from torch import Tensor

from .basics import generator
from .corruption import TEST, corrupt, key
from .datasets import Normalization
from .engines import Batch
from .experiment import Experiment

FIXED = 0  # the turn whose noise a fixed noisy set has
AHEAD = 64  # epochs of noise drawn at once for one net: one call of many numbers costs little more than one of few

NUMBERS = 200_000  # of noise that are drawn at once, if an epoch does not need more


class Feed:
    """For members that differ at most in seed and noise level. pixels: 0 to 1, images × channels × height × width.

    look: the batch by which nets are looked at, all images in their own order.
    """

    def __init__(
        self, members: list[Experiment], pixels: Tensor, normalization: Normalization, device: torch.device
    ) -> None:
        self.noise = members[0].corruption
        self.normalization = normalization
        self.pixels = pixels.to(device)
        self.clean = normalization.apply(self.pixels)
        self.size = members[0].batch_size or len(pixels)
        self.epochs = members[0].epochs
        self.seeds = [member.seed for member in members]
        self.levels = [member.corruption.level for member in members]
        self.order = [generator(seed, "order") for seed in self.seeds]
        noisy = self.noise.kind != "none"
        self.noisy_training = noisy and self.noise.where in ("train", "both")
        self.noisy_look = noisy and self.noise.where in ("test", "both")
        self._start()

    def _start(self) -> None:
        """What does not change from epoch to epoch, for the members as they are now."""
        clean = Batch(self.clean[None], self.clean[None])
        self.look = clean._replace(inputs=self._noisy(self.pixels, [TEST])) if self.noisy_look else clean
        if self.noisy_training and not self.noise.fresh:
            self.whole = clean._replace(inputs=self._noisy(self.pixels, [FIXED]))
        else:
            self.whole = clean
        self._ahead: dict[int, Tensor] = {}

    def _noisy(self, pixels: Tensor, turns: list[int], numbers: Tensor | None = None) -> Tensor:
        """Normalised, (turns · members) × images × channels × height × width."""
        levels = torch.tensor(self.levels * len(turns), device=self.pixels.device)
        keys = [key(seed, turn) for turn in turns for seed in self.seeds]
        return self.normalization.apply(corrupt(pixels, self.noise.kind, levels, keys, numbers, self.noise.pixels))

    def _drawn(self, epoch: int) -> Tensor:
        """All images, noisy for this epoch; those of the next epochs are drawn with them."""
        if epoch not in self._ahead:
            numbers = len(self.seeds) * self.pixels.numel()
            ahead = min(AHEAD // len(self.seeds), NUMBERS // numbers, self.epochs - epoch + 1)
            turns = list(range(epoch, epoch + max(1, ahead)))
            noisy = self._noisy(self.pixels, turns)
            noisy = noisy.view(len(turns), len(self.seeds), *noisy.shape[1:])
            self._ahead = dict(zip(turns, noisy, strict=True))
        return self._ahead.pop(epoch)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of an epoch, counted from 1."""
        fresh = self.noisy_training and self.noise.fresh
        if self.size >= len(self.pixels):
            yield self.whole._replace(inputs=self._drawn(epoch)) if fresh else self.whole
            return
        count = len(self.pixels)
        order = torch.stack([torch.randperm(count, generator=one) for one in self.order]).to(self.pixels.device)
        members = torch.arange(len(self.seeds), device=order.device)[:, None]
        for chosen in torch.split(order, self.size, dim=1):
            if fresh:
                inputs = self._noisy(self.pixels[chosen], [epoch], chosen)
            elif self.noisy_training:
                inputs = self.whole.inputs[members, chosen]
            else:
                inputs = self.clean[chosen]
            yield Batch(inputs, self.clean[chosen])

    def keep(self, rows: list[int]) -> None:
        """Go on with these members only."""
        self.seeds, self.levels = [self.seeds[row] for row in rows], [self.levels[row] for row in rows]
        self.order = [self.order[row] for row in rows]
        self._start()
