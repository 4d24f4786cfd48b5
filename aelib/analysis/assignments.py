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
from aelib.core.language import N_, _, number
from aelib.experiment import Experiment, resolve, with_point
from aelib.training import Run

from .reconstruction import decibels

MAX_TEXT = 300  # characters
MAX_CONDITIONS = 8  # conditions


def _equal(found: float, value: float) -> bool:
    return math.isclose(found, value, rel_tol=1e-6)


# operator as in an address -> its words with the value, and its function
OPERATORS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    ">=": (N_("at least {value}"), operator.ge),
    "<=": (N_("at most {value}"), operator.le),
    ">": (N_("more than {value}"), operator.gt),
    "<": (N_("less than {value}"), operator.lt),
    "=": (N_("exactly {value}"), _equal),
}
_CONDITION = re.compile(r"\s*([A-Za-z_]+)\s*(>=|<=|>|<|=)\s*([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d{1,3})?)\s*")


@dataclass(frozen=True)
class Metric:
    """A figure that conditions can use.

    Attributes:
        label: its name on pages.
        phrase: part of a sentence with `{bound}`.
        goal: whether the figure is a goal to reach; else it is a limit to keep to.
        of: the figure of a run, None if the run has none.
    """

    label: str
    phrase: str
    goal: bool
    of: Callable[[Run], float | None]


METRICS: dict[str, Metric] = {
    "learnt": Metric(N_("Learnt"), N_("{bound} learnt images"), True, lambda run: run.metrics.get("learnt")),
    "wrong_pixels": Metric(
        N_("Wrong pixels over all images"),
        N_("{bound} wrong pixels"),
        True,
        lambda run: run.metrics.get("wrong_pixels_total"),
    ),
    "mse": Metric(N_("MSE"), N_("an MSE of {bound}"), True, lambda run: run.metrics["mse"]),
    "psnr": Metric(N_("PSNR"), N_("a PSNR of {bound} dB"), True, decibels.psnr),
    "elbo": Metric(N_("ELBO"), N_("an ELBO of {bound}"), True, lambda run: run.metrics.get("elbo")),
    "loss": Metric(N_("Training loss"), N_("a loss of {bound}"), True, lambda run: run.loss),
    "parameters": Metric(N_("Parameters"), N_("{bound} parameters"), False, lambda run: run.parameters),
    "latent_dim": Metric(N_("Latent dimensions"), N_("{bound} latent dimensions"), False, lambda run: run.latent_dim),
    "epochs": Metric(N_("Epochs"), N_("{bound} epochs"), False, lambda run: run.epochs),
    "seconds": Metric(N_("Seconds of training"), N_("{bound} seconds of training"), False, lambda run: run.seconds),
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
        return _(OPERATORS[self.operator][0], value=number_text(self.value))

    def describe(self, experiment: Experiment) -> str:
        """The condition as part of a sentence."""
        if self.metric == "learnt" and resolve(experiment).spec.memorised:
            return _("{bound} of {total:,}", bound=self.bound, total=resolve(experiment).spec.images)
        return _(METRICS[self.metric].phrase, bound=self.bound)

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
        label, bound = _(METRICS[self.condition.metric].label), self.condition.bound
        if self.found is None:
            return _("{label}: this network has no such figure (asked: {bound})", label=label, bound=bound)
        return _("{label}: {found} (asked: {bound})", label=label, found=number_text(self.found), bound=bound)


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
            return _("Train a network with {limits}.", limits=_joined(limits))
        if not limits:
            return _("Reach {goals}.", goals=_joined(goals))
        return _("Reach {goals} with {limits}.", goals=_joined(goals), limits=_joined(limits))

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
        raise LabError("The task has {count:,} characters: give at most {most}.", count=len(text), most=MAX_TEXT)
    parts = [part for part in re.split(r";|,(?!\d)", text) if part.strip()]
    if not parts:
        raise LabError("The task is empty: write conditions such as learnt>=30;parameters<=1500.")
    if len(parts) > MAX_CONDITIONS:
        raise LabError("The task has {count} conditions: give at most {most}.", count=len(parts), most=MAX_CONDITIONS)
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
            "{shown!r} in the task is no condition: write a figure, one of {operators} and a number, such as "
            "learnt>=30.",
            shown=shown,
            operators=" ".join(OPERATORS),
        )
    name, sign, number = found.groups()
    if name.lower() not in METRICS:
        raise LabError(
            "{name!r} in the task is no figure of a run: choose one of {metrics}.",
            name=name[:60],
            metrics=", ".join(METRICS),
        )
    try:
        value = float(with_point(number))
    except ValueError:
        raise LabError(
            "{shown!r} in the task can be read in two ways: write the number without a comma.", shown=shown
        ) from None
    if not math.isfinite(value):
        raise LabError("{shown!r} in the task has an infinite number: give a smaller one.", shown=shown)
    return Condition(name.lower(), sign, value)


def number_text(value: float) -> str:
    """A figure for display: integers in full, other numbers with four significant digits."""
    return number(value, ",.0f" if value == round(value) and abs(value) < 1e15 else ".4g")


def _plainly(value: float) -> str:
    """A number as text from which the same number is read."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else repr(value)


def _joined(words: Sequence[str]) -> str:
    return _(" and ").join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
