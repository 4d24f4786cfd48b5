"""Rules that the fields of an experiment must satisfy: by themselves (`alone`), with the images of the data set
(`with_images`), and with the net that was planned for them (`with_net`)."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from aelib import datasets
from aelib.core.language import _
from aelib.datasets import DatasetSpec
from aelib.datasets.noise import NOISES
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES

from .problems import Problem, either, value_text

if TYPE_CHECKING:
    from .experiment import Experiment
    from .fields import Model
    from .resolved import Resolved

MIN_CLASSES = 2  # with fewer classes there is nothing to compare
MAX_PARAMETERS = 20_000_000
MAX_SNAPSHOT_NUMBERS = 20_000_000  # pixels in all snapshots of one run
MAX_LISTED = 12  # classes that a sentence lists
MAX_ACTIVATIONS = 150_000_000  # numbers that training stores for one batch: twice as many with their gradients


def alone(experiment: "Experiment") -> Iterator[Problem]:
    """Problems that do not depend on the data set."""
    model, noise = experiment.model, experiment.corruption
    if model.variational and model.code_activation != "identity":
        yield Problem(
            "model.code_activation",
            repr(model.code_activation),
            _("choose identity, since means and variances of a variational code have no bounds"),
        )
    if model.variational and experiment.beta_warm_up > experiment.epochs:
        yield Problem(
            "beta_warm_up",
            f"{experiment.beta_warm_up:,}",
            _("give at most {epochs:,}, the {{epochs}}, or β never reaches its value", epochs=experiment.epochs),
        )
    if model.variational and experiment.importance_samples > 1 and experiment.free_bits > 0:
        yield Problem(
            "free_bits",
            f"{experiment.free_bits:g}",
            _("give 0, since the bound of {{importance_samples}} has no KL of each code number"),
        )
    if model.enlarges and model.variational:
        yield Problem(
            "model.variational", "true", _("choose false, since a super-resolution net has no code to sample")
        )
    yield from _output(experiment)
    yield from _code(experiment)
    if model.conditional and experiment.classes:
        yield Problem(
            "classes", value_text(experiment.classes), _("leave it empty, since a conditional net knows them all")
        )
    yield from _told(model)
    yield from _codebook(model)
    if paints(noise.kind) and noise.level > 0 and not noise.pixels:
        yield Problem(
            "corruption.pixels",
            _("empty"),
            _(
                "give the numbers of the pixels that are painted, row by row from 0, such as 0-7-14, or choose "
                "another {corruption.kind}"
            ),
        )
    if experiment.snapshots is not None and any(epoch < 0 for epoch in experiment.snapshots):
        yield Problem(
            "snapshots",
            str(list(experiment.snapshots)),
            _("give epochs from 0 on; those after the last are left out"),
        )


def with_classes(experiment: "Experiment", described: DatasetSpec) -> Iterator[Problem]:
    """Problems of the chosen classes: a net cannot be trained on them. Raises LabError if the images are not on this
    machine."""
    there = datasets.trainable_classes(described)
    missing = sorted(set(experiment.classes) - set(there))
    if missing:
        listed = ", ".join(map(str, there)) if len(there) <= MAX_LISTED else f"{there[0]} to {there[-1]}"
        yield Problem(
            "classes",
            value_text(experiment.classes),
            _("give some of {listed}, or nothing", listed=listed) if there else _("leave it empty"),
            _(
                ", and {name} has no images of class {missing} to train and to test on",
                name=described.name,
                missing=missing[0],
            ),
        )


def with_images(experiment: "Experiment", described: DatasetSpec) -> Iterator[Problem]:
    """Problems if the net's input or output does not match the images of the data set."""
    model = experiment.model
    if model.conditional and not MIN_CLASSES <= described.classes < described.images:
        few = described.classes < MIN_CLASSES
        labels = _(", and the images of {name} have no labels", name=described.name)
        alone = _(", and every image of {name} is a class of its own", name=described.name)
        other = _("choose false, or a {dataset} with classes of several images")
        yield Problem("model.conditional", "true", other, labels if few else alone)
    if not model.dense:
        return
    shown = math.prod(described.shown_shape)
    if model.layers[0] != shown:
        yield Problem(
            "model.layers",
            value_text(model.layers),
            _(
                "start with {shown}, the pixels of an image of {name}, and end with the code",
                shown=shown,
                name=described.name,
            ),
        )
    elif len(model.layers) > 2 and model.layers[-1] == model.layers[0]:
        half = value_text(model.layers[: (len(model.layers) + 1) // 2])
        yield Problem(
            "model.layers",
            value_text(model.layers),
            _("stop at the code, such as {half}; the decoder mirrors it", half=half),
        )
    elif model.decoder[0] != model.layers[-1] or model.decoder[-1] != described.pixels:
        yield Problem(
            "model.decoder_layers",
            value_text(model.decoder),
            _(
                "start with the code's {layers} and end with the image's {pixels}",
                layers=model.layers[-1],
                pixels=described.pixels,
            ),
        )


def with_net(resolved: "Resolved") -> Iterator[Problem]:
    """Problems of the net with these images, and of training it on them."""
    experiment, described, net = resolved.experiment, resolved.spec, resolved.architecture
    model, images = experiment.model, described.splits.train
    size = experiment.batch_size
    path, sizes = ("model.layers", model.layers) if model.dense else _channels(experiment)
    if net.parameters > MAX_PARAMETERS:
        yield Problem(
            path,
            value_text(sizes),
            _("at most {max_parameters:,} are allowed", max_parameters=MAX_PARAMETERS),
            _(", which makes {parameters:,} parameters", parameters=net.parameters),
        )
    if size is not None and size > images:
        yield Problem(
            "batch_size",
            str(size),
            _("give 1 to {images:,}, the training images of {name}, or all", images=images, name=described.name),
        )
    elif model.batch_norm and size and images % size == 1 % size:
        yield Problem(
            "batch_size",
            str(size),
            _("give another size, or all"),
            _(", which leaves a batch of 1 image, and {model.batch_norm} needs 2"),
        )
    together = min(size or images, images)
    drawn = experiment.importance_samples if model.variational else 1
    if drawn > 1 and net.activations * together * drawn > MAX_ACTIVATIONS:
        yield Problem(
            "importance_samples",
            f"{drawn:,}",
            _("give at most {most:,}", most=max(1, MAX_ACTIVATIONS // (net.activations * together))),
            _(", or smaller batches: {together:,} images need too many numbers at once", together=together),
        )
    elif not model.dense and net.activations * together > MAX_ACTIVATIONS:
        most = MAX_ACTIVATIONS // net.activations
        yield Problem(
            "batch_size",
            _("all") if size is None else str(size),
            _("give at most {most:,}", most=most) if most else _("give fewer {{{path}}}", path=path),
            _(
                ", and {together:,} images through these convolutions need {activations:,} numbers at once",
                together=together,
                activations=net.activations * together,
            ),
        )
    if net.book is not None and net.book.entries > images:
        yield Problem(
            "model.codebook.entries",
            f"{net.book.entries:,}",
            _("give at most {images:,}, the training images of {name}", images=images, name=described.name),
            _(", which is a codebook larger than the images"),
        )
    penalty = model.penalty
    if penalty.entry is not None and "active" in penalty.entry.settings and penalty.active > resolved.latent_dim:
        yield Problem(
            "model.penalty.active",
            str(penalty.active),
            _("give at most {latent_dim}, the numbers of the code", latent_dim=resolved.latent_dim),
        )
    stop = experiment.early_stop
    if stop.kind == "patience" and described.splits.test and not described.splits.valid:
        yield Problem(
            "early_stop.kind",
            "'patience'",
            _(
                "choose none, since {name} has no validation set, and the test set must not decide when to stop",
                name=described.name,
            ),
        )
    if stop.kind == "learnt" and not described.memorised:
        yield Problem(
            "early_stop.kind",
            "'learnt'",
            _("choose none or patience, since no image of {name} is learnt by itself", name=described.name),
        )
    if any(pixel >= described.pixels for pixel in experiment.corruption.pixels):
        yield Problem(
            "corruption.pixels",
            value_text(experiment.corruption.pixels),
            _(
                "give numbers from 0 to {pixels}, the pixels of an image of {name}",
                pixels=described.pixels - 1,
                name=described.name,
            ),
            _(", which has {pixels}", pixels=max(experiment.corruption.pixels)),
        )
    stored = len(experiment.snapshots or ())
    if stored * resolved.snapshot_numbers > MAX_SNAPSHOT_NUMBERS:
        yield Problem(
            "snapshots",
            _("{stored} epochs", stored=stored),
            _(
                "give at most {max_snapshot_numbers}, as many as fit for {name}",
                max_snapshot_numbers=MAX_SNAPSHOT_NUMBERS // resolved.snapshot_numbers,
                name=described.name,
            ),
        )


def _code(experiment: "Experiment") -> Iterator[Problem]:
    """Problems if the rest of the net makes the penalty or constraint on the code impossible."""
    model, penalty = experiment.model, experiment.model.penalty
    if model.tied and not model.dense:
        yield Problem(
            "model.tied", "true", _("choose false, since only a dense decoder can have the encoder's weights")
        )
    elif model.tied and model.variational:
        yield Problem("model.tied", "true", _("choose false, since the encoder of a variational net gives two codes"))
    elif model.tied and model.decoder_layers not in (None, model.layers[::-1]):
        mirrored = _(
            "leave it empty, or give {layers}, since {{model.tied}} mirrors the encoder",
            layers=value_text(model.layers[::-1]),
        )
        yield Problem("model.decoder_layers", value_text(model.decoder_layers), mirrored)
    if model.dropout and not model.dense:
        yield Problem("model.dropout", f"{model.dropout:g}", _("give 0, since only dense nets have dropout"))
    if penalty.entry is None:
        return
    if model.variational or model.enlarges:
        why = _(", and the code of a variational net pays for its KL already") if model.variational else ""
        allowed = _("choose none") if model.variational else _("choose none, since a super-resolution net has no code")
        yield Problem("model.penalty.kind", repr(penalty.kind), allowed, why)
        return
    activation = ACTIVATIONS[model.code_activation]
    if not (penalty.entry.low <= activation.low and activation.high <= penalty.entry.high):
        fitting = [
            name for name, one in ACTIVATIONS.items() if penalty.entry.low <= one.low and one.high <= penalty.entry.high
        ]
        yield Problem(
            "model.code_activation",
            repr(model.code_activation),
            _("choose {fitting}", fitting=either(fitting)),
            _(
                ", and {{model.penalty.kind}} {kind} needs numbers from {low:g} to {high:g}",
                kind=repr(penalty.kind),
                low=penalty.entry.low,
                high=penalty.entry.high,
            ),
        )
    if penalty.entry.of_jacobian and not model.dense:
        yield Problem(
            "model.penalty.kind",
            repr(penalty.kind),
            _("choose another, since its norm is exact for dense encoders only"),
        )
    elif penalty.entry.of_jacobian and (model.batch_norm or model.dropout):
        other = "model.batch_norm" if model.batch_norm else "model.dropout"
        value = "true" if model.batch_norm else f"{model.dropout:g}"
        yield Problem(
            other,
            value,
            _("choose {value}", value="false" if model.batch_norm else "0"),
            _(
                ", and the Jacobian of {{model.penalty.kind}} {kind} is that of one image by itself",
                kind=repr(penalty.kind),
            ),
        )
    elif penalty.entry.of_jacobian and ACTIVATIONS[model.hidden_activation].learnt_slope:
        yield Problem(
            "model.hidden_activation",
            repr(model.hidden_activation),
            _("choose an activation without a slope that is learnt"),
            _(", and {model.penalty.kind} 'contractive' differentiates it twice"),
        )


def _told(model: "Model") -> Iterator[Problem]:
    """Settings that are not possible for a net that receives the class."""
    if not model.conditional:
        return
    if not model.dense:
        yield Problem("model.conditional", "true", _("choose false, since only dense nets are told the class"))
    elif model.tied:
        yield Problem(
            "model.tied", "true", _("choose false"), _(", and {model.conditional} makes two layers different")
        )
    elif model.penalty.entry is not None and model.penalty.entry.of_jacobian:
        why = _(", and its Jacobian is that of a net that is not told the class ({model.conditional})")
        yield Problem("model.penalty.kind", repr(model.penalty.kind), _("choose another"), why)


def _codebook(model: "Model") -> Iterator[Problem]:
    """Settings that are not possible for a net with a codebook."""
    entries = str(model.codebook.entries)
    if model.codebook.entries == 1:
        yield Problem("model.codebook.entries", entries, _("give 0 for no codebook, or 2 and more"))
    elif model.codebook.entries and model.variational:
        why = _(", and the code of a variational net is a distribution")
        yield Problem("model.codebook.entries", entries, _("give 0, or {model.variational} false"), why)
    elif model.codebook.entries and model.enlarges:
        yield Problem("model.codebook.entries", entries, _("give 0, since a super-resolution net has no code"))
    elif model.codebook.entries and model.penalty.entry is not None:
        why = _(", and of a code that is made of entries no penalty is asked")
        yield Problem("model.penalty.kind", repr(model.penalty.kind), _("choose none"), why)


def paints(noise: str) -> bool:
    """Whether the noise hits only painted pixels."""
    return noise != "none" and NOISES[noise].painted


def _channels(experiment: "Experiment") -> tuple[str, tuple[int, ...]]:
    return "model.convolution.channels", experiment.model.convolution.channels


def _output(experiment: "Experiment") -> Iterator[Problem]:
    """Problems if the output activation cannot give the values of the normalised pixels."""
    name = experiment.output_activation
    output = ACTIVATIONS[name]
    low, high = {"none": (0.0, 1.0), "symmetric": (-1.0, 1.0), "standardized": (-math.inf, math.inf)}[
        experiment.normalization
    ]
    if not output.covers(low, high):
        fitting = [key for key, activation in ACTIVATIONS.items() if activation.covers(low, high)]
        pixels = {"none": _("0 to 1"), "symmetric": _("−1 to 1"), "standardized": _("of any size")}[
            experiment.normalization
        ]
        yield Problem(
            "model.output_activation",
            repr(name),
            _("choose auto, {fitting}", fitting=", ".join(fitting)),
            _(
                ", which cannot give pixels {pixels} ({{normalization}} {normalization})",
                pixels=pixels,
                normalization=repr(experiment.normalization),
            ),
        )
        return
    probabilities = output.low == 0 and output.high == 1 and experiment.normalization == "none"
    if LOSSES[experiment.loss].of_probabilities and not probabilities:
        others = either([name for name, loss in LOSSES.items() if not loss.of_probabilities])
        yield Problem(
            "loss",
            repr(experiment.loss),
            _(
                "choose {others}, or {{normalization}} none with {{model.output_activation}} sigmoid or "
                "saturating_linear",
                others=others,
            ),
            _(", which compares probabilities"),
        )
