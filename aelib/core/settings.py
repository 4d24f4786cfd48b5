"""The environment variables: each is a field of `Settings`, or of `aelib.jobs.Limits`. Nothing else reads them.

docs/operations.md lists them for people who run a server.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .errors import LabError
from .language import N_, Lazy

_SHOWN = 40  # characters of a wrong value


def _folder(value: Any) -> Any:
    """`~` is the home folder of this user. Raises ValueError if there is none."""
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError from error


_Folder = Annotated[Path, BeforeValidator(_folder)]


class EnvironmentSettings(BaseSettings):
    """Settings whose field `name` is read from the variable `AELIB_NAME`; an empty variable counts as not set.

    `json_schema_extra` of a field says in words what is allowed.
    """

    model_config = SettingsConfigDict(env_prefix="AELIB_", env_ignore_empty=True, extra="forbid", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Give the environment precedence over values from a file."""
        return env_settings, init_settings

    @classmethod
    def variable(cls, name: str) -> str:
        """The name of a field's environment variable."""
        return f"AELIB_{name.upper()}"

    @classmethod
    def read(cls, **from_file: Any) -> Self:
        """Read the current settings: from the environment, else from these values, else the defaults.

        Raises LabError with the name, the value and what is allowed.
        """
        try:
            return cls(**from_file)
        except ValidationError as error:
            wrong = error.errors()[0]
            name = str(wrong["loc"][0])
            extra = cls.model_fields[name].json_schema_extra
            allowed = Lazy(str(extra["allowed"])) if isinstance(extra, dict) else ""
            where: str | Lazy = (
                Lazy("{name} (or {variable})", name=name, variable=cls.variable(name))
                if name in from_file
                else cls.variable(name)
            )
            raise LabError(
                "{where} is {value!r}: give {allowed}.",
                where=where,
                value=str(wrong["input"])[:_SHOWN],
                allowed=allowed,
            ) from None


class Settings(EnvironmentSettings):
    """Where files are, and where the app trains.

    Attributes:
        home: folder for runs, downloads and uploads; None: the user data folder of the platform.
        data: folder with data files that exist already; None: no such folder.
        scheduler: address of the Dask scheduler on which the app trains; None: it trains on this computer.
        profile: how much memory the app may take (`aelib.jobs.profile`); None: chosen by the memory of the machine.
    """

    home: _Folder | None = Field(None, json_schema_extra={"allowed": N_("a folder")})
    data: _Folder | None = Field(None, json_schema_extra={"allowed": N_("a folder")})
    scheduler: str | None = Field(None, json_schema_extra={"allowed": N_("an address such as tcp://10.0.0.5:8786")})
    profile: Literal["small", "full"] | None = Field(None, json_schema_extra={"allowed": N_("small or full")})


def settings() -> Settings:
    """The current settings. Raises LabError for a wrong value.

    A page calls this a hundred times, and pydantic-settings takes half a millisecond, so the settings are read again
    only when one of the variables has changed.
    """
    return _settings(*(os.environ.get(Settings.variable(name)) for name in Settings.model_fields))


@lru_cache(maxsize=1)
def _settings(*_: str | None) -> Settings:
    return Settings.read()
