"""The parts of an experiment that describe training: optimiser, noise on the input, early stopping."""

import math
from collections import ChainMap
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from aelib.datasets.noise import NOISES
from aelib.nn.optimizers import OPTIMIZERS

from .declare import LISTED, Names, Part, Words, empty_is_none, one_of, setting

MAX_EPOCHS = 1_000_000
MAX_PIXELS = 4096  # pixels that can be painted
EPOCHS = Words("give a whole number from 1 to {most:,}", most=MAX_EPOCHS)

# a view, so that an entry that is added later appears; a ChainMap lists its last mapping first
CORRUPTIONS: Mapping[str, object] = ChainMap[str, object](NOISES, {"none": None})  # type: ignore[arg-type]


class Optimizer(Part):
    """How the weights are updated, and how the learning rate falls."""

    kind: Annotated[str, one_of(OPTIMIZERS), setting("Rule that turns gradients into steps.", Names(OPTIMIZERS))] = (
        "adam"
    )
    learning_rate: Annotated[
        float,
        setting("Size of a step.", "give a number above 0, at most 100", gt=0, le=100),
    ] = 0.001
    momentum: Annotated[
        float,
        setting(
            "Share of the last step that is added to the next (momentum, Nesterov).",
            "give a number from 0 to below 1",
            ge=0,
            lt=1,
        ),
    ] = 0.9
    weight_decay: Annotated[
        float,
        setting("Pull of every weight towards 0.", "give a number from 0 to 10", ge=0, le=10),
    ] = 0.0
    schedule: Annotated[
        Literal["constant", "step", "cosine"],
        setting("How the rate changes over the epochs.", "choose constant, step or cosine"),
    ] = "constant"
    step_every: Annotated[
        int,
        setting(
            "Epochs from one step of the rate to the next.",
            EPOCHS,
            ge=1,
            le=MAX_EPOCHS,
        ),
    ] = 1000
    step_factor: Annotated[
        float,
        setting("What a step multiplies the rate by.", "give a number above 0, at most 1", gt=0, le=1),
    ] = 0.5
    schedule_epochs: Annotated[
        Annotated[int, Field(ge=1, le=MAX_EPOCHS)] | None,
        BeforeValidator(empty_is_none),
        setting(
            "Epochs in which a cosine falls; then it starts again. Empty: all epochs, one fall.",
            Words("give a whole number from 1 to {max_epochs:,}, or nothing", max_epochs=MAX_EPOCHS),
        ),
    ] = None

    def rate_factor(self, epoch: int, epochs: int) -> float:
        """The factor of the learning rate in `epoch` (1 to `epochs`); cosine falls from 1 to near 0 in
        `schedule_epochs` and then starts again (Loshchilov & Hutter 2017, warm restarts of equal length)."""
        match self.schedule:
            case "step":
                return float(self.step_factor ** ((epoch - 1) // self.step_every))
            case "cosine":
                length = self.schedule_epochs or epochs
                return 0.5 * (1 + math.cos(math.pi * ((epoch - 1) % length) / length))
            case "constant":
                return 1.0

    def rate_factors(self, first: int, last: int, epochs: int) -> list[float]:
        """`rate_factor` of the epochs `first` to `last`."""
        if self.schedule == "constant":
            return [1.0] * (last - first + 1)
        return [self.rate_factor(epoch, epochs) for epoch in range(first, last + 1)]


class Corruption(Part):
    """How images are corrupted before the net sees them; the targets stay clean."""

    kind: Annotated[
        str,
        one_of(CORRUPTIONS),
        setting("Kind of noise.", Names(CORRUPTIONS)),
    ] = "none"
    level: Annotated[
        float,
        setting(
            "How much: the share of pixels that are hit, or the standard deviation of Gaussian noise.",
            "give a number from 0 to 1",
            ge=0,
            le=1,
        ),
    ] = 0.1
    fresh: Annotated[
        bool,
        setting("New noise in every epoch (true), or one noisy set for all of them (false).", "choose true or false"),
    ] = True
    where: Annotated[
        Literal["both", "train", "test"],
        setting(
            "Noise in training, in evaluation and testing (test), or in both.",
            "choose both, train or test",
        ),
    ] = "both"
    pixels: Annotated[
        Annotated[tuple[Annotated[int, Field(ge=0, lt=MAX_PIXELS)], ...], Field(max_length=MAX_PIXELS)],
        BeforeValidator(lambda value: () if value in (None, "") else value),
        LISTED,
        setting(
            "Numbers of the painted pixels, row by row from 0, such as 0-7-14.",
            "give numbers of pixels, or nothing",
        ),
    ] = ()


class EarlyStop(Part):
    """When to stop before the last epoch. Checked every 10 epochs."""

    kind: Annotated[
        Literal["none", "learnt", "patience"],
        setting(
            "Stop when every image is learnt, or when the loss has not fallen for a while.",
            "choose none, learnt or patience",
        ),
    ] = "none"
    wrong_pixels: Annotated[
        int,
        setting(
            "An image is learnt with at most so many wrong pixels.",
            "give a whole number from 0 to 1,024",
            ge=0,
            le=1024,
        ),
    ] = 1
    patience: Annotated[
        int,
        setting(
            "Epochs without a lower loss.",
            EPOCHS,
            ge=1,
            le=MAX_EPOCHS,
        ),
    ] = 500
    min_delta: Annotated[
        float,
        setting("A fall smaller than this does not count.", "give a number from 0 to 1", ge=0, le=1),
    ] = 1e-5
