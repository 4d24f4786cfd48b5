"""What the fields of an experiment must be together: by themselves (`alone`), with the images of the data set
(`with_images`), and with the net that was planned for them (`with_net`)."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aelib.datasets import DatasetSpec
from aelib.datasets.noise import NOISES
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES

from .problems import Problem, value_text

if TYPE_CHECKING:
    from .experiment import Experiment
    from .resolved import Resolved

MAX_PARAMETERS = 20_000_000
MAX_SNAPSHOT_NUMBERS = 20_000_000  # pixels in all snapshots of one run
MAX_ACTIVATIONS = 150_000_000  # numbers that training stores of one batch: twice as many with their gradients


def alone(experiment: "Experiment") -> Iterator[Problem]:
    """What is wrong whatever the data set is."""
    model, noise = experiment.model, experiment.corruption
    if model.variational and model.code_activation != "identity":
        yield Problem(
            "model.code_activation",
            repr(model.code_activation),
            "choose identity, since means and variances of a variational code have no bounds",
        )
    if model.variational and experiment.beta_warm_up > experiment.epochs:
        yield Problem(
            "beta_warm_up",
            f"{experiment.beta_warm_up:,}",
            f"give at most {experiment.epochs:,}, the {{epochs}}, or β never reaches its value",
        )
    if model.enlarges and model.variational:
        yield Problem("model.variational", "true", "choose false, since a super-resolution net has no code to sample")
    yield from _output(experiment)
    if paints(noise.kind) and noise.level > 0 and not noise.pixels:
        yield Problem(
            "corruption.pixels",
            "empty",
            "give the numbers of the pixels that are painted, row by row from 0, such as 0-7-14, or choose another "
            "{corruption.kind}",
        )
    if experiment.snapshots is not None and any(epoch < 0 for epoch in experiment.snapshots):
        yield Problem(
            "snapshots",
            str(list(experiment.snapshots)),
            "give epochs from 0 on; those after the last are left out",
        )


def with_images(experiment: "Experiment", described: DatasetSpec) -> Iterator[Problem]:
    """What keeps the net from beginning and ending with the images of the data set."""
    model = experiment.model
    if not model.dense:
        return
    shown = math.prod(described.shown_shape)
    if model.layers[0] != shown:
        yield Problem(
            "model.layers",
            value_text(model.layers),
            f"start with {shown}, the pixels of an image of {described.name}, and end with the code",
        )
    elif len(model.layers) > 2 and model.layers[-1] == model.layers[0]:
        half = value_text(model.layers[: (len(model.layers) + 1) // 2])
        yield Problem(
            "model.layers", value_text(model.layers), f"stop at the code, such as {half}; the decoder mirrors it"
        )
    elif model.decoder[0] != model.layers[-1] or model.decoder[-1] != described.pixels:
        yield Problem(
            "model.decoder_layers",
            value_text(model.decoder),
            f"start with the code's {model.layers[-1]} and end with the image's {described.pixels}",
        )


def with_net(resolved: "Resolved") -> Iterator[Problem]:
    """What is wrong with the net for these images, and with training it on them."""
    experiment, described, net = resolved.experiment, resolved.spec, resolved.architecture
    model, images = experiment.model, described.splits.train
    size = experiment.batch_size
    path, sizes = ("model.layers", model.layers) if model.dense else _channels(experiment)
    if net.parameters > MAX_PARAMETERS:
        yield Problem(
            path,
            value_text(sizes),
            f"at most {MAX_PARAMETERS:,} are allowed",
            f", which makes {net.parameters:,} parameters",
        )
    if size is not None and size > images:
        yield Problem("batch_size", str(size), f"give 1 to {images:,}, the training images of {described.name}, or all")
    elif model.batch_norm and size and images % size == 1 % size:
        yield Problem(
            "batch_size",
            str(size),
            "give another size, or all",
            ", which leaves a batch of 1 image, and {model.batch_norm} needs 2",
        )
    together = min(size or images, images)
    if not model.dense and net.activations * together > MAX_ACTIVATIONS:
        most = MAX_ACTIVATIONS // net.activations
        yield Problem(
            "batch_size",
            "all" if size is None else str(size),
            f"give at most {most:,}" if most else f"give fewer {{{path}}}",
            f", and {together:,} images through these convolutions need {net.activations * together:,} numbers at once",
        )
    stop = experiment.early_stop
    if stop.kind == "patience" and described.splits.test and not described.splits.valid:
        yield Problem(
            "early_stop.kind",
            "'patience'",
            f"choose none, since {described.name} has no validation set, and the test set must not decide when to stop",
        )
    if stop.kind == "learnt" and not described.memorised:
        yield Problem(
            "early_stop.kind",
            "'learnt'",
            f"choose none or patience, since no image of {described.name} is learnt by itself",
        )
    if any(pixel >= described.pixels for pixel in experiment.corruption.pixels):
        yield Problem(
            "corruption.pixels",
            value_text(experiment.corruption.pixels),
            f"give numbers from 0 to {described.pixels - 1}, the pixels of an image of {described.name}",
            f", which has {max(experiment.corruption.pixels)}",
        )
    stored = len(experiment.snapshots or ())
    if stored * resolved.snapshot_numbers > MAX_SNAPSHOT_NUMBERS:
        yield Problem(
            "snapshots",
            f"{stored} epochs",
            f"give at most {MAX_SNAPSHOT_NUMBERS // resolved.snapshot_numbers}, as many as fit for {described.name}",
        )


def paints(noise: str) -> bool:
    """Whether the noise hits only painted pixels."""
    return noise != "none" and NOISES[noise].painted


def _channels(experiment: "Experiment") -> tuple[str, tuple[int, ...]]:
    return "model.convolution.channels", experiment.model.convolution.channels


def _output(experiment: "Experiment") -> Iterator[Problem]:
    """The output activation must be able to give what the normalised pixels ask for."""
    name = experiment.output_activation
    output = ACTIVATIONS[name]
    low, high = {"none": (0.0, 1.0), "symmetric": (-1.0, 1.0), "standardized": (-math.inf, math.inf)}[
        experiment.normalization
    ]
    if not output.covers(low, high):
        fitting = [key for key, activation in ACTIVATIONS.items() if activation.covers(low, high)]
        pixels = {"none": "0 to 1", "symmetric": "−1 to 1", "standardized": "of any size"}[experiment.normalization]
        yield Problem(
            "model.output_activation",
            repr(name),
            f"choose auto, {', '.join(fitting)}",
            f", which cannot give pixels {pixels} ({{normalization}} {experiment.normalization!r})",
        )
        return
    probabilities = output.low == 0 and output.high == 1 and experiment.normalization == "none"
    if LOSSES[experiment.loss].of_probabilities and not probabilities:
        others = " or ".join(name for name, loss in LOSSES.items() if not loss.of_probabilities)
        yield Problem(
            "loss",
            repr(experiment.loss),
            f"choose {others}, or {{normalization}} none with {{model.output_activation}} sigmoid or saturating_linear",
            ", which compares probabilities",
        )
