"""Experiment: one frozen description of a run that can be written as JSON, including its seed.

    >>> base = Experiment()
    >>> base.with_values({"optimizer.learning_rate": "0.01", "model.layers": "35-64-32-2"}).model.layers
    (35, 64, 32, 2)

It is pure: its fields are checked by themselves, and nothing is looked up. `resolve` finds out what it means on this
machine (data set, network and digest) and whether all of that fits together: see resolved.py.
"""

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, get_args

from pydantic import ValidationError, field_serializer, model_validator
from pydantic.fields import FieldInfo

from aelib.core.language import _

from . import digest, validation
from .digest import flatten
from .fields import Model
from .problems import ExperimentError, Problem, declared, problems_of, refuse, unknown_field
from .schema import REGISTRIES, Settings

if TYPE_CHECKING:
    from aelib.datasets import DatasetSpec

    from .resolved import Resolved

MAX_JSON = 100_000  # characters


class Experiment(Settings):
    """Everything that determines a run. Defaults: the 5x7 font through 35-20-10-2, sigmoid, Adam 0.001, MSE.

    Raises pydantic's ValidationError; `parse` and `with_values` raise ExperimentError instead.
    """

    @field_serializer("batch_size")
    def _batch_size_name(self, value: int | None) -> int | str:
        return "all" if value is None else value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if problems := list(validation.alone(self)):
            refuse(problems)
        return self

    @property
    def output_activation(self) -> str:
        """The name of the output activation, with "auto" resolved."""
        if self.model.output_activation != "auto":
            return self.model.output_activation
        if self.model.enlarges:
            return "identity"  # the output is added to an image, so it must be able to have either sign
        return {"none": "sigmoid", "symmetric": "tanh", "standardized": "identity"}[self.normalization]

    @property
    def network(self) -> str:
        """A short text for the net, such as 35-20-2 (layers to the code) or conv 32-64-1 / 2-2-1."""
        return network_name(self.model.model_dump(mode="json"))

    @property
    def resolved_model(self) -> Model:
        """The model with "auto" replaced by what it stands for."""
        return self.model.model_copy(update={"output_activation": self.output_activation})

    @property
    def digest(self) -> str:
        """See `resolved.digest_of`. Notebooks that were submitted with version 0.1.0 use this name."""
        return _resolve(self).digest

    @property
    def dataset_spec(self) -> "DatasetSpec":
        """See `Resolved.spec`. Notebooks that were submitted with version 0.1.0 use this name."""
        return _resolve(self).spec

    def changes(self, base: "Experiment") -> dict[str, Any]:
        """Dotted path -> this experiment's value, for every field that differs from `base`."""
        ours, theirs = flatten(self.model_dump(mode="json")), flatten(base.model_dump(mode="json"))
        return {path: value for path, value in ours.items() if value != theirs[path]}

    def with_values(self, values: Mapping[str, Any]) -> "Experiment":
        """A copy with these fields set by dotted path; texts are allowed ("0.01", "35-20-2"). Raises
        ExperimentError."""
        data = self.model_dump(mode="json")
        unknown = [path for path in values if path not in digest.defaults()]
        if unknown:
            raise ExperimentError([unknown_field(path, digest.defaults()) for path in unknown])
        for path, value in values.items():
            *parents, leaf = path.split(".")
            part = data
            for parent in parents:
                part = part[parent]
            part[leaf] = value
        return parse(data)

    def to_json(self) -> str:
        return json.dumps(self.model_dump(mode="json"), indent=2, allow_nan=False)


def parse(data: object) -> Experiment:
    """An Experiment from plain values (dicts, lists, numbers, texts). Raises ExperimentError."""
    try:
        return Experiment.model_validate(data)
    except ValidationError as error:
        raise ExperimentError(problems_of(error, Experiment)) from None


def from_json(text: str) -> Experiment:
    """An Experiment from JSON. Raises ExperimentError."""
    if len(text) > MAX_JSON:
        size = _(" has {text:,} characters", text=len(text))
        raise ExperimentError(
            [Problem("", _("The experiment"), _("give at most {max_json:,}", max_json=MAX_JSON), size)]
        )
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = _(" is not JSON ({error})", error=error).replace("{", "{{").replace("}", "}}")
        raise ExperimentError([Problem("", _("The experiment"), _("give what `to_json` writes"), why)]) from None
    return parse(data)


def network_name(model: Mapping[str, Any]) -> str:
    """A short text for a net, from its fields as plain values (the run's images need not be on this machine)."""
    if model.get("kind", "dense") == "dense":
        return _dashes(model["layers"])
    about = model["convolution"]
    kind = "conv" if model["kind"] == "convolutional" else "sr"
    strides = _dashes(about["stride"])
    code = _(", code {code_size}", code_size=about["code_size"]) if about["code_size"] else ""
    return f"{kind} {_dashes(about['channels'])} / {strides}{code}"


def field_info(path: str) -> FieldInfo:
    """The declaration of a field, by dotted path: its description and what is allowed. Raises KeyError."""
    return declared(Experiment, path)


def choices(path: str) -> tuple[str, ...]:
    """The allowed names of a field that is a choice, as declared."""
    return tuple(REGISTRIES[path]) if path in REGISTRIES else get_args(field_info(path).annotation)


def _resolve(experiment: Experiment) -> "Resolved":
    from .resolved import resolve

    message = "Experiment.digest and .dataset_spec stay for notebooks of version 0.1.0: use aelib.resolve(experiment)"
    warnings.warn(message, DeprecationWarning, stacklevel=3)
    return resolve(experiment)


def _dashes(sizes: Sequence[int]) -> str:
    return "-".join(map(str, sizes))
