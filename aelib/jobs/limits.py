"""Limits on what a person may train on one server.

They are set by environment variables (`AELIB_MAX_EPOCHS`, ...) or, in the app, in `.streamlit/secrets.toml` (a table
`[limits]` with `max_epochs`, ...). The environment takes precedence.
"""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

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


def read(settings: Mapping[str, Any] | None = None) -> Limits:
    """Limits from `settings` (such as a table of secrets) and the environment, which takes precedence. An empty value
    leaves the default.

    Raises LabError for a value that is not a number above 0 (max_jobs: a whole one), and for a name that is not a
    limit.
    """
    names = [field.name for field in fields(Limits)]
    for name in settings or {}:
        if name not in names:
            raise LabError(f"{str(name)[:40]!r} is not a limit: use {', '.join(names)}.")
    found: dict[str, float] = {}
    for field in fields(Limits):
        variable = f"AELIB_{field.name.upper()}"
        value = os.environ.get(variable, (settings or {}).get(field.name))
        if value in (None, ""):
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not number > 0:
            raise LabError(f"{field.name} (or {variable}) is {str(value)[:40]!r}: give a number above 0.")
        if field.name == "max_jobs" and number % 1:
            raise LabError(f"max_jobs (or {variable}) is {number}: give a whole number.")
        found[field.name] = number
    return Limits(**found)
