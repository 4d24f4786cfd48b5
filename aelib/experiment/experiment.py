"""Experiment: one frozen, validated, JSON-able description of a run, seed included.

    >>> base = Experiment()
    >>> base.with_values({"optimizer.learning_rate": "0.01", "model.layers": "35-64-32-2"}).model.layers
    (35, 64, 32, 2)

An invalid one is refused with sentences that name the field, its value and what is allowed.
Two experiments that mean the same have the same digest: see `Experiment.digest`.
"""

import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Self, get_args

from pydantic import ValidationError, field_serializer, model_validator
from pydantic.fields import FieldInfo

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets.noise import NOISES
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS

from .architecture import Architecture, DoesNotFit, plan
from .errors import ExperimentError, declared, refuse, sentences, unknown_field
from .fields import MAX_WIDTH, Model
from .schema import REGISTRIES, Settings

MAX_PARAMETERS = 20_000_000
MAX_SNAPSHOT_NUMBERS = 20_000_000  # pixels in all snapshots of one run
SNAPSHOT_IMAGES = 32  # images of a large set whose reconstructions are kept along the way
GRID_SIDE = 15  # of the decoded plane that is kept along the way: so many points across and down
MAX_ACTIVATIONS = 150_000_000  # numbers that training keeps of one batch: twice as many with their gradients
MAX_CODE = 64  # numbers of a convolutional code that snapshots keep: pages compute larger ones from the net
MAX_JSON = 100_000  # characters

SCHEMA = 1  # in the digest: raise it when the same fields come to mean another run


class Experiment(Settings):
    """Everything that determines a run. Defaults: the 5x7 font through 35-20-10-2, sigmoid, Adam 0.001, MSE."""

    @field_serializer("batch_size")
    def _batch_size_name(self, value: int | None) -> int | str:
        return "all" if value is None else value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        described = _dataset_spec(self.dataset)
        model = self.model
        self._network_fits(described)
        images = described.splits.train
        if self.batch_size is not None and self.batch_size > images:
            refuse(
                f"batch_size is {self.batch_size}: give 1 to {images:,}, the images of {described.name} to train on, "
                "or all."
            )
        if model.variational and model.code_activation != "identity":
            refuse(
                f"model.code_activation is {model.code_activation!r}: choose identity, since means and variances of a "
                "variational code have no bounds."
            )
        if model.variational and self.beta_warm_up > self.epochs:
            refuse(
                f"beta_warm_up is {self.beta_warm_up:,}: give at most {self.epochs:,}, the epochs, or β never reaches "
                "its value."
            )
        if self.early_stop.kind == "patience" and described.splits.test and not described.splits.valid:
            refuse(
                f"early_stop.kind is 'patience': choose none, since {described.name} has no images to validate with, "
                "and those to test with must not decide when to stop."
            )
        if self.early_stop.kind == "learnt" and not described.memorised:
            refuse(
                f"early_stop.kind is 'learnt': choose none or patience, since no image of {described.name} is learnt "
                "by itself."
            )
        if model.enlarges and model.variational:
            refuse("model.variational is true: choose false, since a super-resolution net has no code to sample.")
        if model.batch_norm and self.batch_size and images % self.batch_size == 1 % self.batch_size:
            refuse(
                f"batch_size is {self.batch_size}, which leaves a batch of 1 image, and batch norm needs 2: give "
                "another size, or all."
            )
        self._output_fits()
        if _paints(self.corruption.kind) and self.corruption.level > 0 and not self.corruption.pixels:
            refuse(
                "corruption.pixels is empty: give the numbers of the pixels that are painted, row by row from 0, such "
                "as 0-7-14, or choose another corruption.kind."
            )
        if any(pixel >= described.pixels for pixel in self.corruption.pixels):
            refuse(
                f"corruption.pixels has {max(self.corruption.pixels)}: give numbers from 0 to {described.pixels - 1}, "
                f"the pixels of an image of {described.name}."
            )
        if self.snapshots is not None and any(epoch < 0 for epoch in self.snapshots):
            refuse(f"snapshots is {list(self.snapshots)}: give epochs from 0 on; those after the last are left out.")
        if len(self.snapshots or ()) * self.snapshot_numbers > MAX_SNAPSHOT_NUMBERS:
            most = MAX_SNAPSHOT_NUMBERS // self.snapshot_numbers
            refuse(f"snapshots has {len(self.snapshots or ())} epochs: at most {most} fit for {described.name}.")
        return self

    def _network_fits(self, described: datasets.DatasetSpec) -> None:
        """The net must begin and end with the images, and not be too large."""
        model = self.model
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
            found = plan(self.resolved_model, described.shape, described.shown_shape)
        except DoesNotFit as error:
            refuse(str(error))
        if found.parameters > MAX_PARAMETERS:
            refuse(
                f"{path} is {_dashes(sizes)}, which makes {found.parameters:,} parameters: at most "
                f"{MAX_PARAMETERS:,} are allowed."
            )
        together = self.batch_size or described.splits.train
        if not model.dense and found.activations * together > MAX_ACTIVATIONS:
            most = MAX_ACTIVATIONS // found.activations
            advice = f"give a batch_size of at most {most:,}" if most else "give fewer channels"
            refuse(
                f"A batch of {together:,} images through these convolutions needs {found.activations * together:,} "
                f"numbers at once: {advice}."
            )

    def _output_fits(self) -> None:
        """The output activation must be able to give what the normalised pixels ask for."""
        name = self.output_activation
        output = ACTIVATIONS[name]
        low, high = {"none": (0.0, 1.0), "symmetric": (-1.0, 1.0), "standardized": (-math.inf, math.inf)}[
            self.normalization
        ]
        if not output.covers(low, high):
            fitting = [key for key, activation in ACTIVATIONS.items() if activation.covers(low, high)]
            pixels = {"none": "0 to 1", "symmetric": "−1 to 1", "standardized": "of any size"}[self.normalization]
            refuse(
                f"model.output_activation is {name!r}, which cannot give pixels {pixels} (normalization "
                f"{self.normalization!r}): choose auto, {', '.join(fitting)}."
            )
        probabilities = output.low == 0 and output.high == 1 and self.normalization == "none"
        if LOSSES[self.loss].of_probabilities and not probabilities:
            others = " or ".join(name for name, loss in LOSSES.items() if not loss.of_probabilities)
            refuse(
                f"loss is {self.loss!r}, which compares probabilities: choose {others}, or normalization none with "
                "output activation sigmoid or saturating_linear."
            )

    @property
    def output_activation(self) -> str:
        """The output activation by name, "auto" resolved."""
        if self.model.output_activation != "auto":
            return self.model.output_activation
        if self.model.enlarges:
            return "identity"  # of what is added to an image, either sign is needed
        return {"none": "sigmoid", "symmetric": "tanh", "standardized": "identity"}[self.normalization]

    @property
    def architecture(self) -> Architecture:
        """The net, step by step."""
        described = self.dataset_spec
        return plan(self.resolved_model, described.shape, described.shown_shape)

    @property
    def network(self) -> str:
        """The net in a few characters, such as 35-20-2 (to the code) or conv 32-64-1 / 2-2-1."""
        return network_name(self.model.model_dump(mode="json"))

    @property
    def latent_dim(self) -> int:
        """Numbers in a code."""
        return self.architecture.latent_dim

    @property
    def stores_codes(self) -> bool:
        """Whether snapshots have the codes along the way."""
        return self.model.dense or (not self.model.enlarges and self.latent_dim <= MAX_CODE)

    @property
    def resolved_model(self) -> Model:
        """The model with "auto" replaced by what it stands for: what `models.build` takes."""
        return self.model.model_copy(update={"output_activation": self.output_activation})

    @property
    def snapshot_images(self) -> int:
        """Images whose reconstructions snapshots store: all of a memorised set."""
        described = self.dataset_spec
        return described.images if described.memorised else SNAPSHOT_IMAGES

    @property
    def stores_grid(self) -> bool:
        """Whether the decoded plane is kept along the way too: for codes of two numbers, where images are many."""
        return self.latent_dim == 2 and not self.dataset_spec.memorised and not self.model.enlarges

    @property
    def snapshot_numbers(self) -> int:
        """Pixels in one snapshot."""
        return (self.snapshot_images + (GRID_SIDE**2 if self.stores_grid else 0)) * self.dataset_spec.pixels

    @property
    def dataset_spec(self) -> datasets.DatasetSpec:
        """Raises LabError where the data set has gone since the experiment was made."""
        return datasets.spec(self.dataset)

    @property
    def digest(self) -> str:
        """16 hexadecimal digits over everything that changes the result, stable between versions.

        Left out: what has no effect (momentum with Adam, a patience that is not used), spelling ("auto", a mirrored
        decoder written out, a batch as large as the set) and fields at their default, so that a new field does
        not rename old runs.
        """
        try:
            images = datasets.canonical(self.dataset)
        except LabError:  # gone since the experiment was made
            images = self.dataset
        return _digest(self, images)

    def effective(self) -> dict[str, Any]:
        """Dotted path -> value, for every field that has an effect and is not at its default."""
        return {path: value for path, value in self.acting().items() if value != _defaults()[path]}

    def acting(self) -> dict[str, Any]:
        """Dotted path -> value, for every field that has an effect, with one spelling for what means the same."""
        values = flatten(self.model_dump(mode="json"))
        values["dataset"] = datasets.canonical(self.dataset)
        values["model.output_activation"] = self.output_activation
        if self.snapshots is not None:
            # the last epoch is kept anyway
            values["snapshots"] = sorted({epoch for epoch in self.snapshots if epoch < self.epochs})
        if self.model.decoder_layers == self.model.layers[::-1]:
            values["model.decoder_layers"] = None
        if self.batch_size is not None and self.batch_size == self.dataset_spec.splits.train:
            values["batch_size"] = "all"
        if values["corruption.pixels"]:
            values["corruption.pixels"] = sorted(set(self.corruption.pixels))
        dense, enlarges = self.model.dense, self.model.enlarges
        steps = self.architecture.steps
        strides = self.model.convolution.stride
        if len(set(strides)) == 1:
            values["model.convolution.stride"] = list(strides[:1])
        noisy = self.corruption.kind != "none" and self.corruption.level > 0
        painted = noisy and _paints(self.corruption.kind)
        for path, matters in {
            "corruption.kind": noisy,
            "corruption.level": noisy,
            "corruption.fresh": noisy and self.corruption.where != "test",
            "corruption.where": noisy,
            "corruption.pixels": painted,
            "model.initialization_scale": INITIALIZATIONS[self.model.initialization].scaled,
            "model.hidden_activation": any(step.hidden and step.weights for step in steps),
            "model.batch_norm": any(step.hidden and step.weights for step in steps),
            "model.layers": dense,
            "model.decoder_layers": dense,
            "precision": not dense,
            "model.convolution.channels": not dense,
            "model.convolution.stride": not dense,
            "model.convolution.kernel": not dense,
            "model.convolution.pooling": not dense and max(strides) > 1,
            "model.convolution.upsampling": not dense and max(strides) > 1,
            "model.convolution.code_size": not dense,
            "model.convolution.upscale": enlarges and self.dataset_spec.shown_shape != self.dataset_spec.shape,
            "model.convolution.residual": enlarges,
            "optimizer.momentum": OPTIMIZERS[self.optimizer.kind].momentum,
            "optimizer.step_every": self.optimizer.schedule == "step",
            "optimizer.step_factor": self.optimizer.schedule == "step",
            "beta": self.model.variational,
            "beta_warm_up": self.model.variational and self.beta > 0,
            "free_bits": self.model.variational and self.beta > 0,
            "early_stop.wrong_pixels": self.early_stop.kind == "learnt",
            "early_stop.patience": self.early_stop.kind == "patience",
            "early_stop.min_delta": self.early_stop.kind == "patience",
        }.items():
            if not matters:
                values.pop(path)
        return values

    def changes(self, base: "Experiment") -> dict[str, Any]:
        """Dotted path -> our value, for every field in which we differ from `base`."""
        ours, theirs = flatten(self.model_dump(mode="json")), flatten(base.model_dump(mode="json"))
        return {path: value for path, value in ours.items() if value != theirs[path]}

    def with_values(self, values: Mapping[str, Any]) -> "Experiment":
        """A copy with fields set by dotted path, texts allowed ("0.01", "35-20-2"); where the data set is changed and
        the layers are not, they begin (and those of the decoder end) with its pixels. Raises ExperimentError."""
        data = self.model_dump(mode="json")
        unknown = [path for path in values if path not in _defaults()]
        if unknown:
            raise ExperimentError([unknown_field(path) for path in unknown])
        if "dataset" in values and "model.layers" not in values:
            values = {**self._fitted_layers(str(values["dataset"])), **values}
        for path, value in values.items():
            *parents, leaf = path.split(".")
            part = data
            for parent in parents:
                part = part[parent]
            part[leaf] = value
        return parse(data)

    def _fitted_layers(self, dataset: str) -> dict[str, Any]:
        """Layers for another data set; nothing where that is not here, which is reported later."""
        try:
            described = datasets.spec(dataset)
        except LabError:
            return {}
        if max(math.prod(described.shown_shape), described.pixels) > MAX_WIDTH:
            return {}  # too large for fully connected layers
        found: dict[str, Any] = {"model.layers": (math.prod(described.shown_shape), *self.model.layers[1:])}
        if self.model.decoder_layers:
            found["model.decoder_layers"] = (*self.model.decoder_layers[:-1], described.pixels)
        return found

    def to_json(self) -> str:
        return json.dumps(self.model_dump(mode="json"), indent=2, allow_nan=False)


def parse(data: object) -> Experiment:
    """An Experiment from plain values (dicts, lists, numbers, texts). Raises ExperimentError."""
    try:
        return Experiment.model_validate(data)
    except ValidationError as error:
        raise ExperimentError(sentences(error, Experiment)) from None


def from_json(text: str) -> Experiment:
    """An Experiment from JSON. Raises ExperimentError."""
    if len(text) > MAX_JSON:
        raise ExperimentError([f"The experiment has {len(text):,} characters: give at most {MAX_JSON:,}."])
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExperimentError([f"The experiment is not JSON ({error})."]) from None
    return parse(data)


def network_name(model: Mapping[str, Any]) -> str:
    """A net in a few characters, from its fields as plain values (of a run whose images need not be here)."""
    if model.get("kind", "dense") == "dense":
        return _dashes(model["layers"])
    about = model["convolution"]
    kind = "conv" if model["kind"] == "convolutional" else "sr"
    strides = _dashes(about["stride"])
    code = f", code {about['code_size']}" if about["code_size"] else ""
    return f"{kind} {_dashes(about['channels'])} / {strides}{code}"


def flatten(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested dicts -> {dotted path: value}."""
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


@functools.lru_cache(maxsize=32_768)
def _digest(experiment: Experiment, images: str) -> str:
    """Cached outside the experiments: a changed copy (`model_copy`) must not carry the old one along.
    images: the canonical name of the data set, which other files under the same name change."""
    values = experiment.effective() | ({"dataset": images} if images != _defaults()["dataset"] else {})
    words = json.dumps([SCHEMA, sorted(values.items())], separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


@functools.cache
def _defaults() -> dict[str, Any]:
    values = flatten(Experiment().model_dump(mode="json"))
    values["model.output_activation"] = Experiment().output_activation
    return values


def field_info(path: str) -> FieldInfo:
    """The declaration of a field by dotted path: its description and what is allowed. Raises KeyError."""
    return declared(Experiment, path)


def choices(path: str) -> tuple[str, ...]:
    """The names allowed for a field that is a choice, as declared."""
    return tuple(REGISTRIES[path]) if path in REGISTRIES else get_args(field_info(path).annotation)


def _paints(noise: str) -> bool:
    return noise != "none" and NOISES[noise].painted


def _dataset_spec(name: str) -> datasets.DatasetSpec:
    try:
        return datasets.spec(name)
    except LabError as error:
        refuse(str(error))


def _dashes(sizes: Sequence[int]) -> str:
    return "-".join(map(str, sizes))
