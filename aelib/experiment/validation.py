"""What the fields of an experiment must be together: the network fits the images, the loss the outputs, and so on."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets.noise import NOISES
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES

from .architecture import DoesNotFit, plan
from .errors import refuse

if TYPE_CHECKING:
    from .experiment import Experiment

MAX_PARAMETERS = 20_000_000
MAX_SNAPSHOT_NUMBERS = 20_000_000  # pixels in all snapshots of one run
MAX_ACTIVATIONS = 150_000_000  # numbers that training keeps of one batch: twice as many with their gradients


def check(experiment: "Experiment") -> None:
    """Refuse an experiment whose fields do not fit together, by a pydantic error with one sentence."""
    described = _dataset_spec(experiment.dataset)
    model = experiment.model
    _network_fits(experiment, described)
    images = described.splits.train
    if experiment.batch_size is not None and experiment.batch_size > images:
        refuse(
            f"batch_size is {experiment.batch_size}: give 1 to {images:,}, the images of {described.name} to train on, "
            "or all."
        )
    if model.variational and model.code_activation != "identity":
        refuse(
            f"model.code_activation is {model.code_activation!r}: choose identity, since means and variances of a "
            "variational code have no bounds."
        )
    if model.variational and experiment.beta_warm_up > experiment.epochs:
        refuse(
            f"beta_warm_up is {experiment.beta_warm_up:,}: give at most {experiment.epochs:,}, the epochs, or β never "
            "reaches its value."
        )
    if experiment.early_stop.kind == "patience" and described.splits.test and not described.splits.valid:
        refuse(
            f"early_stop.kind is 'patience': choose none, since {described.name} has no images to validate with, "
            "and those to test with must not decide when to stop."
        )
    if experiment.early_stop.kind == "learnt" and not described.memorised:
        refuse(
            f"early_stop.kind is 'learnt': choose none or patience, since no image of {described.name} is learnt "
            "by itself."
        )
    if model.enlarges and model.variational:
        refuse("model.variational is true: choose false, since a super-resolution net has no code to sample.")
    if model.batch_norm and experiment.batch_size and images % experiment.batch_size == 1 % experiment.batch_size:
        refuse(
            f"batch_size is {experiment.batch_size}, which leaves a batch of 1 image, and batch norm needs 2: give "
            "another size, or all."
        )
    _output_fits(experiment)
    if paints(experiment.corruption.kind) and experiment.corruption.level > 0 and not experiment.corruption.pixels:
        refuse(
            "corruption.pixels is empty: give the numbers of the pixels that are painted, row by row from 0, such "
            "as 0-7-14, or choose another corruption.kind."
        )
    if any(pixel >= described.pixels for pixel in experiment.corruption.pixels):
        refuse(
            f"corruption.pixels has {max(experiment.corruption.pixels)}: give numbers from 0 to "
            f"{described.pixels - 1}, the pixels of an image of {described.name}."
        )
    if experiment.snapshots is not None and any(epoch < 0 for epoch in experiment.snapshots):
        refuse(f"snapshots is {list(experiment.snapshots)}: give epochs from 0 on; those after the last are left out.")
    if len(experiment.snapshots or ()) * experiment.snapshot_numbers > MAX_SNAPSHOT_NUMBERS:
        most = MAX_SNAPSHOT_NUMBERS // experiment.snapshot_numbers
        refuse(f"snapshots has {len(experiment.snapshots or ())} epochs: at most {most} fit for {described.name}.")


def _network_fits(experiment: "Experiment", described: datasets.DatasetSpec) -> None:
    """The net must begin and end with the images, and not be too large."""
    model = experiment.model
    sizes, path = model.layers, "model.layers"
    if not model.dense:
        sizes, path = model.convolution.channels, "model.convolution.channels"
    else:
        channels, height, width = described.shown_shape
        if sizes[0] != channels * height * width:
            refuse(
                f"model.layers is {_dashes(sizes)}: start with {channels * height * width}, the pixels of an image "
                f"of {described.name}, and end with the code."
            )
        if len(sizes) > 2 and sizes[-1] == sizes[0]:
            refuse(
                f"model.layers is {_dashes(sizes)}: stop at the code, such as "
                f"{_dashes(sizes[: (len(sizes) + 1) // 2])}; the decoder mirrors it."
            )
        if model.decoder[0] != sizes[-1] or model.decoder[-1] != described.pixels:
            refuse(
                f"model.decoder_layers is {_dashes(model.decoder)}: start with the code's {sizes[-1]} and end "
                f"with the image's {described.pixels}."
            )
    try:
        found = plan(experiment.resolved_model, described.shape, described.shown_shape)
    except DoesNotFit as error:
        refuse(str(error))
    if found.parameters > MAX_PARAMETERS:
        refuse(
            f"{path} is {_dashes(sizes)}, which makes {found.parameters:,} parameters: at most "
            f"{MAX_PARAMETERS:,} are allowed."
        )
    together = experiment.batch_size or described.splits.train
    if not model.dense and found.activations * together > MAX_ACTIVATIONS:
        most = MAX_ACTIVATIONS // found.activations
        advice = f"give a batch_size of at most {most:,}" if most else "give fewer channels"
        refuse(
            f"A batch of {together:,} images through these convolutions needs {found.activations * together:,} "
            f"numbers at once: {advice}."
        )


def _output_fits(experiment: "Experiment") -> None:
    """The output activation must be able to give what the normalised pixels ask for."""
    name = experiment.output_activation
    output = ACTIVATIONS[name]
    low, high = {"none": (0.0, 1.0), "symmetric": (-1.0, 1.0), "standardized": (-math.inf, math.inf)}[
        experiment.normalization
    ]
    if not output.covers(low, high):
        fitting = [key for key, activation in ACTIVATIONS.items() if activation.covers(low, high)]
        pixels = {"none": "0 to 1", "symmetric": "−1 to 1", "standardized": "of any size"}[experiment.normalization]
        refuse(
            f"model.output_activation is {name!r}, which cannot give pixels {pixels} (normalization "
            f"{experiment.normalization!r}): choose auto, {', '.join(fitting)}."
        )
    probabilities = output.low == 0 and output.high == 1 and experiment.normalization == "none"
    if LOSSES[experiment.loss].of_probabilities and not probabilities:
        others = " or ".join(name for name, loss in LOSSES.items() if not loss.of_probabilities)
        refuse(
            f"loss is {experiment.loss!r}, which compares probabilities: choose {others}, or normalization none with "
            "output activation sigmoid or saturating_linear."
        )


def paints(noise: str) -> bool:
    """Whether the noise hits only painted pixels."""
    return noise != "none" and NOISES[noise].painted


def _dataset_spec(name: str) -> datasets.DatasetSpec:
    try:
        return datasets.spec(name)
    except LabError as error:
        refuse(str(error))


def _dashes(sizes: Sequence[int]) -> str:
    return "-".join(map(str, sizes))
