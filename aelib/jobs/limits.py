"""Limits on what a person may train on one server.

They are set by environment variables (`AELIB_MAX_EPOCHS`, ...) or, in the app, in `.streamlit/secrets.toml` (a table
`[limits]` with `max_epochs`, ...). The environment takes precedence.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError, Problem, resolve
from aelib.training import time_estimate


@dataclass(frozen=True)
class Limits:
    """The limits of one server.

    Attributes:
        max_epochs: of one experiment.
        max_parameters: of one experiment's net.
        max_seconds: wall time of one training.
        max_jobs: jobs of one person that wait or run at the same time.
    """

    max_epochs: float = math.inf
    max_parameters: float = math.inf
    max_seconds: float = 3600.0
    max_jobs: float = 10

    def check(self, experiment: Experiment) -> None:
        """Raises LabError with the value and the limit if the experiment exceeds a limit, ExperimentError if it is
        invalid."""
        parameters = resolve(experiment).architecture.parameters
        if experiment.epochs > self.max_epochs:
            allowed = f"this server allows at most {self.max_epochs:,.0f}"
            raise ExperimentError([Problem("epochs", f"{experiment.epochs:,}", allowed)])
        if parameters > self.max_parameters:
            raise LabError(
                f"The network has {parameters:,} parameters: this server allows at most {self.max_parameters:,.0f}."
            )

    def check_duration(self, experiments: Sequence[Experiment]) -> None:
        """Raises LabError if the estimated time of all these trainings is longer than max_seconds."""
        seconds = time_estimate.seconds(experiments)
        if seconds > self.max_seconds:
            needed, allowed = map(time_estimate.duration_text, (seconds, self.max_seconds))
            raise LabError(
                f"These {len(experiments):,} trainings would take about {needed}, and this server allows {allowed}: "
                "choose fewer values, seeds or epochs."
            )


class _Settings(BaseSettings):
    """The same fields as they are set: AELIB_MAX_EPOCHS=1000 in the environment, or `max_epochs` of a table."""

    model_config = SettingsConfigDict(env_prefix="AELIB_", env_ignore_empty=True, extra="forbid")

    max_epochs: float | None = Field(None, gt=0)
    max_parameters: float | None = Field(None, gt=0)
    max_seconds: float | None = Field(None, gt=0)
    max_jobs: float | None = Field(None, gt=0, multiple_of=1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the environment wins


def read(settings: Mapping[str, Any] | None = None) -> Limits:
    """Limits from the environment and, where that has none, from `settings` (such as a table of secrets). An empty
    value counts as not set.

    Raises LabError for a value that is not a number above 0 (max_jobs: a whole one), and for a name that is not a
    limit.
    """
    try:
        found = _Settings(**{name: value for name, value in (settings or {}).items() if value not in (None, "")})
    except ValidationError as error:
        raise LabError(_sentence(error.errors(include_url=False)[0])) from None
    return Limits(**found.model_dump(exclude_none=True))


def _sentence(error: ErrorDetails) -> str:
    name = str(error["loc"][0]).lower().removeprefix("aelib_")
    if error["type"] == "extra_forbidden":
        return f"{name[:40]!r} is not a limit: use {', '.join(_Settings.model_fields)}."
    allowed = "a whole number" if error["type"] == "multiple_of" else "a number above 0"
    return f"{name} (or AELIB_{name.upper()}) is {str(error['input'])[:40]!r}: give {allowed}."
