"""Tasks for a class, such as `learnt>=30;parameters<=1500`: conditions that a run must meet, and the check.

task      = condition ((";" | ",") condition)*
condition = metric operator number, spaces allowed
metric    = learnt | mse | psnr | wrong_pixels | elbo | loss | parameters | latent_dim | epochs | seconds
operator  = ">=" | "<=" | ">" | "<" | "="
number    = 30 | -85.5 | 1e-3 | 0,5
"""

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aelib.core.errors import LabError
from aelib.experiment import Experiment, resolve, with_point
from aelib.training import Run

from . import decibels

MAX_TEXT = 300  # characters
MAX_CONDITIONS = 8  # conditions


def _equal(found: float, value: float) -> bool:
    return math.isclose(found, value, rel_tol=1e-6)


# operator as in an address -> its words and its function
OPERATORS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    ">=": ("at least", operator.ge),
    "<=": ("at most", operator.le),
    ">": ("more than", operator.gt),
    "<": ("less than", operator.lt),
    "=": ("exactly", _equal),
}
_CONDITION = re.compile(r"\s*([A-Za-z_]+)\s*(>=|<=|>|<|=)\s*([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d{1,3})?)\s*")


@dataclass(frozen=True)
class Metric:
    """A figure that conditions can use.

    Attributes:
        label: its name on pages.
        phrase: part of a sentence with `{}` for the bound.
        goal: whether the figure is a goal to reach; else it is a limit to keep to.
        of: the figure of a run, None if the run has none.
    """

    label: str
    phrase: str
    goal: bool
    of: Callable[[Run], float | None]


METRICS: dict[str, Metric] = {
    "learnt": Metric("Learnt", "{} learnt images", True, lambda run: run.metrics.get("learnt")),
    "wrong_pixels": Metric(
        "Wrong pixels over all images", "{} wrong pixels", True, lambda run: run.metrics.get("wrong_pixels_total")
    ),
    "mse": Metric("MSE", "an MSE of {}", True, lambda run: run.metrics["mse"]),
    "psnr": Metric("PSNR", "a PSNR of {} dB", True, decibels.psnr),
    "elbo": Metric("ELBO", "an ELBO of {}", True, lambda run: run.metrics.get("elbo")),
    "loss": Metric("Training loss", "a loss of {}", True, lambda run: run.loss),
    "parameters": Metric("Parameters", "{} parameters", False, lambda run: run.parameters),
    "latent_dim": Metric("Latent dimensions", "{} latent dimensions", False, lambda run: run.latent_dim),
    "epochs": Metric("Epochs", "{} epochs", False, lambda run: run.epochs),
    "seconds": Metric("Seconds of training", "{} seconds of training", False, lambda run: run.seconds),
}


@dataclass(frozen=True)
class Condition:
    """One condition. metric, operator: keys of METRICS and OPERATORS."""

    metric: str
    operator: str
    value: float

    def __str__(self) -> str:
        return f"{self.metric}{self.operator}{_plainly(self.value)}"

    @property
    def bound(self) -> str:
        """The bound in words, such as "at least 30"."""
        return f"{OPERATORS[self.operator][0]} {number_text(self.value)}"

    def describe(self, experiment: Experiment) -> str:
        """The condition as part of a sentence."""
        if self.metric == "learnt" and resolve(experiment).spec.memorised:
            return f"{self.bound} of {resolve(experiment).spec.images:,}"
        return METRICS[self.metric].phrase.format(self.bound)

    def met(self, found: float | None) -> bool:
        """Whether a figure meets the condition; None and NaN do not."""
        return found is not None and not math.isnan(found) and OPERATORS[self.operator][1](found, self.value)


@dataclass(frozen=True)
class ConditionResult:
    """A condition with a run's figure.

    found: the figure, None if the run has none (a data set that is not memorised has no wrong pixels); met: whether the
    condition is met.
    """

    condition: Condition
    found: float | None
    met: bool

    def __str__(self) -> str:
        label = METRICS[self.condition.metric].label
        if self.found is None:
            return f"{label}: this network has no such figure (asked: {self.condition.bound})"
        return f"{label}: {number_text(self.found)} (asked: {self.condition.bound})"


@dataclass(frozen=True)
class Assignment:
    """A task: conditions that must all be met."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        """The text for an address; `parse` gives the same task."""
        return ";".join(map(str, self.conditions))

    def describe(self, experiment: Experiment) -> str:
        """The task in one sentence: first the goals, then the limits."""
        goals = [one.describe(experiment) for one in self.conditions if METRICS[one.metric].goal]
        limits = [one.describe(experiment) for one in self.conditions if not METRICS[one.metric].goal]
        if not goals:
            return f"Train a network with {_joined(limits)}."
        return f"Reach {_joined(goals)}{f' with {_joined(limits)}' if limits else ''}."

    def check(self, run: Run) -> list[ConditionResult]:
        """The result of every condition for a run."""
        found = [(one, METRICS[one.metric].of(run)) for one in self.conditions]
        return [ConditionResult(one, value, one.met(value)) for one, value in found]

    def before(self, experiment: Experiment) -> list[ConditionResult]:
        """The results that are known before training: parameters, latent dimensions, and epochs without early
        stopping."""
        net = resolve(experiment).architecture
        known: dict[str, float] = {"parameters": net.parameters, "latent_dim": net.latent_dim}
        if experiment.early_stop.kind == "none":
            known["epochs"] = experiment.epochs
        conditions = [one for one in self.conditions if one.metric in known]
        return [ConditionResult(one, known[one.metric], one.met(known[one.metric])) for one in conditions]


def parse(text: str) -> Assignment:
    """The task in a text (for the grammar see the top of this module). Raises LabError for an invalid text."""
    if len(text) > MAX_TEXT:
        raise LabError(f"The task has {len(text):,} characters: give at most {MAX_TEXT}.")
    parts = [part for part in re.split(r";|,(?!\d)", text) if part.strip()]
    if not parts:
        raise LabError("The task is empty: write conditions such as learnt>=30;parameters<=1500.")
    if len(parts) > MAX_CONDITIONS:
        raise LabError(f"The task has {len(parts)} conditions: give at most {MAX_CONDITIONS}.")
    conditions = [_condition(part) for part in parts]
    twice = {(one.metric, one.operator) for one in conditions}
    if len(twice) < len(conditions):
        raise LabError("The task has the same condition twice: give every bound once.")
    return Assignment(tuple(conditions))


def _condition(text: str) -> Condition:
    shown = text.strip()[:60]
    found = _CONDITION.fullmatch(text.replace("≥", ">=").replace("≤", "<=").replace("==", "="))
    if found is None:
        raise LabError(
            f"{shown!r} in the task is no condition: write a figure, one of {' '.join(OPERATORS)} and a number, "
            "such as learnt>=30."
        )
    name, sign, number = found.groups()
    if name.lower() not in METRICS:
        raise LabError(f"{name[:60]!r} in the task is no figure of a run: choose one of {', '.join(METRICS)}.")
    try:
        value = float(with_point(number))
    except ValueError:
        raise LabError(f"{shown!r} in the task can be read in two ways: write the number without a comma.") from None
    if not math.isfinite(value):
        raise LabError(f"{shown!r} in the task has an infinite number: give a smaller one.")
    return Condition(name.lower(), sign, value)


def number_text(value: float) -> str:
    """A figure for display: integers in full, other numbers with four significant digits."""
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.4g}"


def _plainly(value: float) -> str:
    """A number as text from which the same number is read."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else repr(value)


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
