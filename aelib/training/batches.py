"""The batches of an epoch, on the device: images in the order of the epoch, with noise if the experiment has it, and
the random numbers of variational nets.

The images are stored on the device once, as bytes. Inputs and targets are computed from them there, batch by batch, so
nothing is copied to the device during training.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from aelib.core.counter_rng import TEST, key, normal, random_bits
from aelib.core.random import generator
from aelib.datasets import ImageSet, Normalization
from aelib.datasets.noise import corrupt
from aelib.experiment import Experiment, resolve

from .engines.base import Batch

FIXED = 0  # the turn (see `counter_rng.key`) of the noise of a fixed noisy set
AHEAD = 64  # epochs of noise drawn at once for one net: one call for many numbers takes little longer than one for few

NUMBERS = 200_000  # random numbers drawn at once, unless an epoch needs more
FLOATS = 4_000_000  # pixels: training sets up to this size are stored as normalised floats


def floats(pixels: Tensor) -> Tensor:
    """Bytes (0 to 255) as float32 from 0 to 1."""
    return pixels.float().div_(255.0)


class BatchLoader:
    """The batches of members that train together (see `trainer.MEMBER_FIELDS`).

    images: the training set; normalization: that of the training set.
    """

    def __init__(
        self, members: list[Experiment], images: ImageSet, normalization: Normalization, device: torch.device
    ) -> None:
        first = members[0]
        self.noise = first.corruption
        self.normalization, self.device = normalization, device
        self.bytes = images.pixels.to(device)
        self.labels = images.labels.to(device) if first.model.conditional else None
        # the inputs of a data set of pairs, which differ from the targets
        self.given = None if images.inputs is None else images.inputs.to(device)
        self.size = first.batch_size or len(images)
        self.epochs = first.epochs
        self.latent_dim = resolve(first).latent_dim if first.model.variational else 0
        self.samples = first.importance_samples if first.model.variational else 1
        self.seeds = [member.seed for member in members]
        self.levels = [member.corruption.level for member in members]
        self.order = [generator(seed, "order") for seed in self.seeds]
        noisy = self.noise.kind != "none"
        self.noisy_training = noisy and self.noise.where in ("train", "both")
        self.noisy_evaluation = noisy and self.noise.where in ("test", "both")
        # a small set is stored as floats too: pixels from 0 to 1, and normalised
        whole = self.size >= len(images) or images.pixels.numel() + images.shown.numel() <= FLOATS
        self.pixels = floats(self.bytes if self.given is None else self.given) if whole else None
        # always the same tensors, so that engines recognise them
        self._clean = normalization.apply(self.pixels)[None] if self.pixels is not None else None
        self._targets = self._clean
        if whole and self.given is not None:
            self._targets = normalization.apply(floats(self.bytes))[None]
        self._start()

    def _start(self) -> None:
        """Set up what is the same in all epochs, for the current members."""
        self.whole: Batch | None = None
        if self.pixels is not None and self._clean is not None and self._targets is not None:
            self.whole = Batch(self._clean, self._targets, labels=None if self.labels is None else self.labels[None])
            if self.noisy_training and not self.noise.fresh:
                self.whole = self.whole._replace(inputs=self._noisy(self.pixels, [FIXED]))
        self._noise_ahead: dict[int, Tensor] = {}
        self._eps_ahead: dict[int, Tensor] = {}

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.bytes) // self.size)

    @property
    def steady(self) -> Batch | None:
        """The batch that all epochs share; None if an epoch has several batches, or if the batch changes between
        epochs."""
        fresh = (self.noisy_training and self.noise.fresh) or self.latent_dim > 0
        return self.whole if self.size >= len(self.bytes) and not fresh else None

    def evaluation_batch(self, images: ImageSet | None = None, first: int = 0) -> Batch:
        """The batch for an evaluation: these images in order, None for the training set.

        Noise and random numbers are the same in every evaluation. They depend on the index of an image in its set;
        first: the index of the first of these images.
        """
        if images is None and self.whole is not None and self.pixels is not None and self._clean is not None:
            shown, clean, targets = self.pixels, self._clean, self.whole.targets
        else:
            pixels = self.bytes if images is None else images.pixels
            given = self.given if images is None else images.inputs
            shown = floats((pixels if given is None else given).to(self.device))
            clean = targets = self.normalization.apply(shown)[None]
            if given is not None:
                targets = self.normalization.apply(floats(pixels.to(self.device)))[None]
        numbers = torch.arange(first, first + len(shown), device=self.device)
        inputs = self._noisy(shown, [TEST], numbers) if self.noisy_evaluation else clean
        labels = self.labels
        if labels is not None and images is not None:
            labels = images.labels.to(self.device)
        return Batch(inputs, targets, self._eps([TEST], numbers), None if labels is None else labels[None])

    def sample(self, step: int) -> Batch:
        """Every `step`-th image of the training set, for evaluation."""
        inputs = None if self.given is None else self.given[::step].cpu()
        pixels = self.bytes[::step].cpu()
        labels = torch.empty(0) if self.labels is None else self.labels[::step].cpu()
        return self.evaluation_batch(ImageSet(pixels, (), labels, inputs))

    def _noisy(self, pixels: Tensor, turns: list[int], numbers: Tensor | None = None) -> Tensor:
        """Pixels with noise, normalised: (turns · members) × images × channels × height × width. numbers: indices of
        the images."""
        levels = torch.tensor(self.levels * len(turns), device=pixels.device)
        keys = [key(seed, turn) for turn in turns for seed in self.seeds]
        return self.normalization.apply(corrupt(pixels, self.noise.kind, levels, keys, numbers, self.noise.pixels))

    def _eps(self, turns: list[int], images: Tensor, samples: int = 1) -> Tensor | None:
        """Standard normal numbers, (turns · members) × images × (samples · latent_dim), determined by the indices of
        the images; None for nets that are not variational."""
        if not self.latent_dim:
            return None
        keys = [key(seed, turn) for turn in turns for seed in self.seeds]
        # draw numbers that the pixel noise does not use, so that the two are independent
        return normal(lambda draw: random_bits(keys, images, samples * self.latent_dim, draw + 2))

    def _turns(self, epoch: int, numbers: int) -> list[int]:
        """The epochs to draw at once, from `epoch` on. numbers: random numbers of one epoch."""
        ahead = min(AHEAD // len(self.seeds), NUMBERS // numbers, self.epochs - epoch + 1)
        return list(range(epoch, epoch + max(1, ahead)))

    def _drawn(self, epoch: int, pixels: Tensor) -> Tensor:
        """All images with the noise of this epoch. The noise of the next epochs is drawn with it."""
        if epoch not in self._noise_ahead:
            turns = self._turns(epoch, len(self.seeds) * pixels.numel())
            noisy = self._noisy(pixels, turns)
            self._noise_ahead = dict(zip(turns, noisy.view(len(turns), len(self.seeds), *noisy.shape[1:]), strict=True))
        return self._noise_ahead.pop(epoch)

    @property
    def _drawn_by_batch(self) -> bool:
        """Whether every batch draws the random numbers of its own codes; the numbers are the same either way."""
        return self.samples > 1 and self.size < len(self.bytes)

    def _codes_noise(self, epoch: int) -> Tensor | None:
        """Standard normal numbers of this epoch, members × images × (samples · latent_dim). None for nets that are not
        variational, and if there are so many that every batch draws its own (`_drawn_by_batch`). The numbers of the
        next epochs are drawn in the same call."""
        if not self.latent_dim or self._drawn_by_batch:
            return None
        if epoch not in self._eps_ahead:
            images = torch.arange(len(self.bytes), device=self.device)
            turns = self._turns(epoch, len(self.seeds) * len(images) * self.samples * self.latent_dim)
            eps = self._eps(turns, images, self.samples)
            assert eps is not None  # noqa: S101 - for the type checker: latent_dim is not 0
            self._eps_ahead = dict(zip(turns, eps.view(len(turns), len(self.seeds), *eps.shape[1:]), strict=True))
        return self._eps_ahead.pop(epoch)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of an epoch. epoch: counted from 1, in order."""
        fresh = self.noisy_training and self.noise.fresh
        eps = self._codes_noise(epoch)
        count = len(self.bytes)
        if self.size >= count:
            assert self.whole is not None and self.pixels is not None  # noqa: S101, PT018 - for the type checker
            inputs = self._drawn(epoch, self.pixels) if fresh else self.whole.inputs
            yield Batch(inputs, self.whole.targets, eps, self.whole.labels)
            return
        order = torch.stack([torch.randperm(count, generator=one) for one in self.order]).to(self.device)
        members = torch.arange(len(self.seeds), device=self.device)[:, None]
        for chosen in torch.split(order, self.size, dim=1):
            if self.pixels is not None:
                shown = self.pixels[chosen]
            else:
                shown = (self.bytes if self.given is None else self.given)[chosen].float().div_(255.0)
            clean = targets = self.normalization.apply(shown)
            if self.given is not None:
                targets = self.normalization.apply(self.bytes[chosen].float().div_(255.0))
            if fresh:
                inputs = self._noisy(shown, [epoch], chosen)
            elif self.noisy_training:
                inputs = (
                    self._noisy(shown, [FIXED], chosen) if self.whole is None else self.whole.inputs[members, chosen]
                )
            else:
                inputs = clean
            labels = None if self.labels is None else self.labels[chosen]
            if self._drawn_by_batch:
                yield Batch(inputs, targets, self._eps([epoch], chosen, self.samples), labels)
            else:
                yield Batch(inputs, targets, None if eps is None else eps[members, chosen], labels)

    def skip(self, epochs: int) -> None:
        """Skip this many epochs before the first one: only their order is drawn, because nothing else depends on
        earlier epochs."""
        if self.size < len(self.bytes):
            for _ in range(epochs):
                for one in self.order:
                    torch.randperm(len(self.bytes), generator=one)

    def retain(self, rows: list[int]) -> None:
        """Continue with these members only."""
        self.seeds, self.levels = [self.seeds[row] for row in rows], [self.levels[row] for row in rows]
        self.order = [self.order[row] for row in rows]
        self._start()
