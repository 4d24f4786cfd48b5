"""Errors in an experiment, as data: the field, its value, and what is allowed.

The command line and the pages turn them into sentences, each with its own names for fields (`Problem.text`).
"""

import difflib
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from aelib.core.errors import LabError
from aelib.core.language import _

MAX_VALUE_TEXT = 60  # characters of a value in a sentence


@dataclass(frozen=True)
class Problem:
    """One error in an experiment.

    Attributes:
        path: dotted path of the field; empty if the error is not about one field.
        value: the given value, as text; without a path, the subject of the sentence.
        allowed: what to do, such as "give a whole number from 1". It refers to other fields as `{optimizer.kind}`.
        reason: why the value is refused, if `allowed` does not say it; it follows the value: ", which ...".

    Texts are in the language of the session that asked for the experiment.
    """

    path: str
    value: str
    allowed: str
    reason: str = ""

    def text(self, name: Callable[[str], str] = str) -> str:
        """One sentence. name: path of a field -> what a person calls it."""
        about = _("{field} is {value}", field=name(self.path), value=self.value) if self.path else self.value
        return f"{about}{_Names(name).format(self.reason)}: {_Names(name).format(self.allowed)}."


class _Names(string.Formatter):
    """Fills in `{path}` with the name of that field."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self.name = name

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, str]:
        return self.name(field_name), field_name


class ExperimentError(LabError):
    """An invalid experiment. `problems` lists everything that is wrong with it; the text joins their sentences."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(problem.text() for problem in self.problems))

    def __reduce__(self) -> tuple[type["ExperimentError"], tuple[list[Problem]]]:
        return ExperimentError, (self.problems,)


def refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise these problems unchanged from a validator of pydantic."""
    raise PydanticCustomError("problems", "see the context", {"problems": list(problems)})


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """One problem for each wrong field of `model`, although pydantic may report several: a list with a bad item may
    also be too short."""
    found: dict[str, list[Problem]] = {}
    for one in reversed(error.errors(include_url=False)):
        found[_field_name(one)] = one["ctx"]["problems"] if one["type"] == "problems" else [_problem(one, model)]
    return [problem for problems in reversed(found.values()) for problem in problems]


def unknown_field(path: str, known: Iterable[str] = ("epochs", "model.layers")) -> Problem:
    """The problem for a path that is not a field. known: the message suggests the nearest of these paths."""
    fields = list(known)
    near = difflib.get_close_matches(path[:MAX_VALUE_TEXT], fields, n=2)
    found = _("write {names}", names=either(near)) if near else ""
    allowed = found or _("write a path such as {names}", names=either(fields[:2]))
    return Problem("", repr(path[:MAX_VALUE_TEXT]), allowed, _(" is not a field of an experiment"))


def either(names: Sequence[str]) -> str:
    """The names, joined with "or"."""
    return _(" or ").join(names)


def declared(model: type[BaseModel], path: str) -> FieldInfo:
    """The declaration of a field, by dotted path. Raises KeyError."""
    part = model
    *parents, leaf = path.split(".")
    for parent in parents:
        part = part.model_fields[parent].annotation  # type: ignore[assignment]
    return part.model_fields[leaf]


def value_text(value: object) -> str:
    """A value as a sentence shows it: a list as 35-20-2, a text in quotes, at most MAX_VALUE_TEXT characters."""
    listed_in = isinstance(value, list | tuple) and all(isinstance(item, str | int) for item in value)
    text = _("empty") if value in (None, "", (), []) else "-".join(map(str, value)) if listed_in else repr(value)  # type: ignore[call-overload]
    return text if len(text) <= MAX_VALUE_TEXT else text[: MAX_VALUE_TEXT - 3] + "..."


def _field_name(error: ErrorDetails) -> str:
    """Dotted path of the field that an error is about."""
    name = ".".join(str(step) for step in error["loc"] if not isinstance(step, int))
    return name[:MAX_VALUE_TEXT] or "experiment"


def _problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    """The problem for an error of pydantic's own."""
    name = _field_name(error)
    if error["type"] == "extra_forbidden":
        return unknown_field(name)
    try:
        allowed = _(str(declared(model, name).json_schema_extra["allowed"]))  # type: ignore[index]
    except (KeyError, TypeError, AttributeError):  # not a leaf: the value of a whole part was not an object
        allowed = _("give an object of fields")
    return Problem(name, value_text(error["input"]), allowed)
