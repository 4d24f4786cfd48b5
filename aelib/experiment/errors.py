"""What is wrong with an experiment, in sentences that name the field, its value and what is allowed."""

from typing import NoReturn

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from aelib.core.errors import LabError


class ExperimentError(LabError):
    """An experiment that cannot be. `problems` has one sentence for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type["ExperimentError"], tuple[list[str]]]:
        return ExperimentError, (self.problems,)


def refuse(sentence: str) -> NoReturn:
    """From within a validator: this sentence as it is."""
    raise PydanticCustomError("sentence", "{text}", {"text": sentence})


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One for each field of `model` that is wrong: a list with a bad item may be too short as well."""
    found = {_field_name(one): _sentence(one, model) for one in reversed(error.errors(include_url=False))}
    return list(reversed(found.values()))


def unknown_field(path: str) -> str:
    where = "see `python -m aelib presets font-best --json` for all of them"
    return f"{path[:60]!r} is not a field of an experiment: {where}."


def declared(model: type[BaseModel], path: str) -> FieldInfo:
    """The declaration of a field by dotted path. Raises KeyError."""
    part = model
    *parents, leaf = path.split(".")
    for parent in parents:
        part = part.model_fields[parent].annotation  # type: ignore[assignment]
    return part.model_fields[leaf]


def _field_name(error: ErrorDetails) -> str:
    """Dotted path of the field an error is about."""
    return ".".join(str(step) for step in error["loc"] if not isinstance(step, int))[:60] or "experiment"


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One pydantic error as one sentence for people."""
    if error["type"] == "sentence":
        return str(error["ctx"]["text"])
    name = _field_name(error)
    if error["type"] == "extra_forbidden":
        return unknown_field(name)
    given = error["input"]
    listed_in = isinstance(given, list | tuple) and all(isinstance(item, str | int) for item in given)
    value = "empty" if given in (None, "") else "-".join(map(str, given)) if listed_in else repr(given)
    shown = value if len(value) <= 60 else value[:57] + "..."
    try:
        allowed = str(declared(model, name).json_schema_extra["allowed"])  # type: ignore[index]
    except (KeyError, TypeError, AttributeError):  # not a leaf: a whole part was something else than an object
        allowed = "give an object of fields"
    return f"{name} is {shown}: {allowed}."
