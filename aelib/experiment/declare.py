"""How a field of an experiment is declared: its description, what is allowed (in words), and the texts that users
type."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from aelib.core.language import _


class Names:
    """What is allowed for a name in a registry, in words; it reads the registry when it is shown."""

    def __init__(self, registry: Mapping[str, object]) -> None:
        self.registry = registry

    def __str__(self) -> str:
        return _("choose {names}", names=", ".join(self.registry))


class Words:
    """What is allowed, in words with numbers: `Words("give {low} to {high}", low=1, high=9)`."""

    def __init__(self, text: str, **values: object) -> None:
        self.text, self.values = text, values

    def __str__(self) -> str:
        return _(self.text, **self.values)


def setting(text: str, allowed: str | Names | Words, **limits: Any) -> Any:
    """A field: its description, what is allowed (both in words), and pydantic's limits."""
    return Field(description=text, json_schema_extra={"allowed": allowed}, **limits)  # type: ignore[dict-item]


def one_of(names: Mapping[str, object]) -> BeforeValidator:
    """A validator: the value must be a name in a registry."""

    def check(value: object) -> object:
        if not isinstance(value, str) or value not in names:
            raise PydanticCustomError("name", "unknown name")
        return value

    return BeforeValidator(check)


_BETWEEN = re.compile(r"\s*[-–,]\s*|\s+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


def parts(text: str) -> list[str]:
    """The items of a list as users type it: 35-20-2, 35,20,2 or 35 20 2."""
    return _BETWEEN.split(text.strip()) if text.strip() else []


def with_point(text: str) -> str:
    """Convert a number with a decimal comma to Python's form: 0,01 -> 0.01. Ambiguous texts stay unchanged (1,000 means
    a thousand to some people and one to others)."""
    is_number = _DECIMAL_COMMA.fullmatch(text.strip()) and not _THOUSANDS.fullmatch(text.strip())
    return text.replace(",", ".") if is_number else text


def _split(value: object) -> object:
    return tuple(parts(value)) or None if isinstance(value, str) else value


LISTED = BeforeValidator(_split)  # accepts a text as well as a list; an empty text is None


class Part(BaseModel):
    """A frozen model that refuses unknown fields, NaN and infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _decimal_commas(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        numbers = {name for name, field in cls.model_fields.items() if field.annotation is float}
        return {
            name: with_point(value) if name in numbers and isinstance(value, str) else value
            for name, value in data.items()
        }


def empty_is_none(value: object) -> object:
    """A form sends an empty text for a field without a value."""
    return None if value == "" else value
