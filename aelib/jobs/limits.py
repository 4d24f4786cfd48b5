"""Limits on what a person may train on one server.

They are set by environment variables (`AELIB_MAX_EPOCHS`, ...) or, in the app, in `.streamlit/secrets.toml` (a table
`[limits]` with `max_epochs`, ...). The environment takes precedence.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from aelib.core.durations import duration_text
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.core.settings import EnvironmentSettings
from aelib.experiment import Experiment, ExperimentError, Problem, resolve
from aelib.training import time_estimate


def _whole(number: float) -> float:
    """Raises ValueError unless the number is whole or infinite."""
    if math.isfinite(number) and number % 1:
        raise ValueError
    return number


_Number = Annotated[float, Field(gt=0, json_schema_extra={"allowed": N_("a number above 0")})]
_WholeNumber = Annotated[
    float, Field(gt=0, json_schema_extra={"allowed": N_("a whole number above 0")}), AfterValidator(_whole)
]


class Limits(BaseModel):
    """The limits of one server.

    Attributes:
        max_epochs: of one experiment.
        max_parameters: of one experiment's net.
        max_seconds: wall time of one training.
        max_jobs: jobs of one person that wait or run at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_epochs: _Number = math.inf
    max_parameters: _Number = math.inf
    max_seconds: _Number = 3600.0
    max_jobs: _WholeNumber = 10

    def check(self, experiment: Experiment) -> None:
        """Raises LabError with the value and the limit if the experiment exceeds a limit, ExperimentError if it is
        invalid."""
        parameters = resolve(experiment).architecture.parameters
        if experiment.epochs > self.max_epochs:
            allowed = _("this server allows at most {max_epochs:,.0f}", max_epochs=self.max_epochs)
            raise ExperimentError([Problem("epochs", f"{experiment.epochs:,}", allowed)])
        if parameters > self.max_parameters:
            raise LabError(
                "The network has {parameters:,} parameters: this server allows at most {max_parameters:,.0f}.",
                parameters=parameters,
                max_parameters=self.max_parameters,
            )

    def check_jobs(self, count: int) -> None:
        """Raises LabError if a person with this many waiting and running jobs may not start another one."""
        if count >= self.max_jobs:
            raise LabError(
                "You have {count} trainings waiting or running, and this server allows {most:,.0f} at a time: wait for "
                "one to end, or stop one.",
                count=count,
                most=self.max_jobs,
            )

    def check_duration(self, experiments: Sequence[Experiment]) -> None:
        """Raises LabError if the estimated time of all these trainings is longer than max_seconds."""
        seconds = time_estimate.seconds(experiments)
        if seconds > self.max_seconds:
            needed, allowed = map(duration_text, (seconds, self.max_seconds))
            raise LabError(
                "These {experiments:,} trainings would take about {needed}, and this server allows "
                "{allowed}: choose fewer values, seeds or epochs.",
                experiments=len(experiments),
                needed=needed,
                allowed=allowed,
            )


class _LimitSettings(EnvironmentSettings, Limits):
    """The same limits, read from the environment."""

    model_config = EnvironmentSettings.model_config


def read(settings: Mapping[str, Any] | None = None) -> Limits:
    """Limits from the environment, which takes precedence, and from `settings` (such as a table of secrets). An empty
    value leaves the default.

    Raises LabError for a value that is not a number above 0 (max_jobs: a whole one), and for a name that is not a
    limit.
    """
    given = {name: value for name, value in (settings or {}).items() if value not in (None, "")}
    for name in given:
        if name not in Limits.model_fields:
            raise LabError(
                "{name} is not a limit: use {model_fields}.",
                name=repr(str(name)[:40]),
                model_fields=", ".join(Limits.model_fields),
            )
    return Limits(**_LimitSettings.read(**given).model_dump())
