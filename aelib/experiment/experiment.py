"""Experiment: one frozen, validated, JSON-able description of a run, seed included.

    >>> base = Experiment()
    >>> base.with_values({"optimizer.learning_rate": "0.01", "model.layers": "35-64-32-2"}).model.layers
    (35, 64, 32, 2)

An invalid one is refused with sentences that name the field, its value and what is allowed.
Two experiments that mean the same have the same digest: see `Experiment.digest`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Self, get_args

from pydantic import ValidationError, field_serializer, model_validator
from pydantic.fields import FieldInfo

from aelib import datasets
from aelib.core.errors import LabError

from . import digest, validation
from .architecture import Architecture, plan
from .digest import digest_of, flatten
from .errors import ExperimentError, declared, sentences, unknown_field
from .fields import MAX_WIDTH, Model
from .schema import REGISTRIES, Settings

SNAPSHOT_IMAGES = 32  # images of a large set whose reconstructions are kept along the way
GRID_SIDE = 15  # of the decoded plane that is kept along the way: so many points across and down
MAX_CODE = 64  # numbers of a convolutional code that snapshots keep: pages compute larger ones from the net
MAX_JSON = 100_000  # characters


class Experiment(Settings):
    """Everything that determines a run. Defaults: the 5x7 font through 35-20-10-2, sigmoid, Adam 0.001, MSE."""

    @field_serializer("batch_size")
    def _batch_size_name(self, value: int | None) -> int | str:
        return "all" if value is None else value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        validation.check(self)
        return self

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
        return digest_of(self, images)

    def effective(self) -> dict[str, Any]:
        """Dotted path -> value, for every field that has an effect and is not at its default."""
        return digest.effective(self)

    def acting(self) -> dict[str, Any]:
        """Dotted path -> value, for every field that has an effect, with one spelling for what means the same."""
        return digest.acting(self)

    def changes(self, base: "Experiment") -> dict[str, Any]:
        """Dotted path -> our value, for every field in which we differ from `base`."""
        ours, theirs = flatten(self.model_dump(mode="json")), flatten(base.model_dump(mode="json"))
        return {path: value for path, value in ours.items() if value != theirs[path]}

    def with_values(self, values: Mapping[str, Any]) -> "Experiment":
        """A copy with fields set by dotted path, texts allowed ("0.01", "35-20-2"); where the data set is changed and
        the layers are not, they begin (and those of the decoder end) with its pixels. Raises ExperimentError."""
        data = self.model_dump(mode="json")
        unknown = [path for path in values if path not in digest.defaults()]
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


def field_info(path: str) -> FieldInfo:
    """The declaration of a field by dotted path: its description and what is allowed. Raises KeyError."""
    return declared(Experiment, path)


def choices(path: str) -> tuple[str, ...]:
    """The names allowed for a field that is a choice, as declared."""
    return tuple(REGISTRIES[path]) if path in REGISTRIES else get_args(field_info(path).annotation)


def _dashes(sizes: Sequence[int]) -> str:
    return "-".join(map(str, sizes))
