"""Items: questions of a lesson whose answer is read from a run.

An item defines the question that it asks about an experiment, the answers that it takes, and the right answer that a
run gives, its outcome. An answer is a number, one of some choices, or one of the images.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from aelib.core.errors import LabError
from aelib.core.language import _, number
from aelib.experiment import Experiment, resolve, with_point
from aelib.experiment.architecture import shape_text

if TYPE_CHECKING:
    from aelib.experiment import Resolved
    from aelib.training import Run

MAX_ANSWER = 200  # characters


def always(_resolved: Resolved) -> bool:
    """Fits every experiment."""
    return True


class Outcome(NamedTuple):
    """The answer that a run gives. answers: the right answers, empty where the answer is a number; number: the figure,
    None where the answer is not a number. It has no text, so that it can be kept for every language."""

    answers: tuple[str, ...] = ()
    number: float | None = None


class Verdict(NamedTuple):
    """An answer beside the outcome. right: whether it is right, or near enough; text: both in one sentence."""

    right: bool
    text: str


class Predicted(NamedTuple):
    """A prediction for a report. question, answer, outcome: for people; why: the person's explanation, or empty."""

    question: str
    answer: str
    outcome: str
    why: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Item(ABC):
    """A question.

    Attributes:
        name: under which answers are stored.
        text: the question; `{images}`, `{code}` and `{latent}` stand for the number of images, the shape of a code and
            how many numbers it has.
        hint: what the answer means, such as what 0 % and 100 % are.
        fits: which experiments it can be asked of.
        why: the explanation, which is shown with the outcome.
    """

    name: str
    text: str
    hint: str = ""
    fits: Callable[[Resolved], bool] = always
    why: str = ""

    def asked(self, experiment: Experiment) -> str:
        """The question for this experiment."""
        return _(self.text, **_facts(resolve(experiment)))

    @abstractmethod
    def read(self, given: object, experiment: Experiment) -> str:
        """An answer in the form in which it is stored. Raises LabError, with one sentence, for an invalid answer."""

    @abstractmethod
    def said(self, answer: str) -> str:
        """A stored answer, or a right one, as a text for people."""

    @abstractmethod
    def outcome(self, run: Run) -> Outcome:
        """The answer that the run gives. Computing it may take a second."""

    def came(self, outcome: Outcome) -> str:
        """The answer that a run gives, as a text for people."""
        return " / ".join(map(self.said, outcome.answers))

    def judge(self, answer: str, outcome: Outcome) -> Verdict:
        """A stored answer beside the outcome."""
        right = answer in outcome.answers
        values = {"answer": self.said(answer), "outcome": self.came(outcome)}
        if right and len(outcome.answers) == 1:
            return Verdict(True, _("Your prediction: {answer}. It came true.", **values))
        return Verdict(right, _("Your prediction: {answer}. What came: {outcome}.", **values))


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberItem(Item):
    """Asks for a number.

    Attributes:
        figure: the number of a run.
        unit: behind it, with its space, such as " dB".
        low, high: the answers that make sense; high may depend on the experiment.
        digits: decimal places that are shown.
        near: how far an answer may be from the outcome and count as right.
    """

    figure: Callable[[Run], float]
    unit: str = ""
    low: float = 0.0
    high: float | Callable[[Resolved], float] = 100.0
    digits: int = 0
    near: float = 0.0

    def limits(self, experiment: Experiment) -> tuple[float, float]:
        """The smallest and the largest answer."""
        return self.low, self.high(resolve(experiment)) if callable(self.high) else self.high

    def read(self, given: object, experiment: Experiment) -> str:
        low, high = self.limits(experiment)
        try:
            value = float(with_point(str(given)[:MAX_ANSWER].strip()))
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise LabError("Give a number from {low:,.0f} to {high:,.0f}.", low=low, high=high)
        return repr(value)

    def said(self, answer: str) -> str:
        return self._number(float(answer))

    def outcome(self, run: Run) -> Outcome:
        return Outcome(number=float(self.figure(run)))

    def came(self, outcome: Outcome) -> str:
        has_none = outcome.number is None or math.isnan(outcome.number)
        return _("no figure") if has_none else self._number(outcome.number or 0.0)

    def judge(self, answer: str, outcome: Outcome) -> Verdict:
        guess, value = float(answer), outcome.number
        values = {"answer": self.said(answer), "outcome": self.came(outcome)}
        if value is None or math.isnan(value):
            return Verdict(False, _("Your prediction: {answer}. This run has no such figure.", **values))
        away = abs(guess - value)
        values["away"] = self._number(away)
        if values["answer"] == values["outcome"]:
            text = _("Your prediction: {answer}. It came true.", **values)
        elif value > guess:
            text = _("Your prediction: {answer}. What came: {outcome}, {away} more.", **values)
        else:
            text = _("Your prediction: {answer}. What came: {outcome}, {away} less.", **values)
        return Verdict(away <= self.near, text)

    def _number(self, value: float) -> str:
        return f"{number(value, f',.{self.digits}f')}{self.unit}"


@dataclass(frozen=True, kw_only=True, eq=False)
class ChoiceItem(Item):
    """Asks for one of some choices. choices: name -> label; right: the names that are right for a run."""

    choices: Mapping[str, str]
    right: Callable[[Run], tuple[str, ...]]

    def read(self, given: object, experiment: Experiment) -> str:
        if given not in self.choices:
            raise LabError("Choose one of: {choices}.", choices=", ".join(map(self.said, self.choices)))
        return str(given)

    def said(self, answer: str) -> str:
        return _(self.choices.get(answer, answer))

    def outcome(self, run: Run) -> Outcome:
        return Outcome(self.right(run))


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageItem(Item):
    """Asks for one of the images by its name; of a large data set for a class. right: the names that are right."""

    right: Callable[[Run], tuple[str, ...]]

    def options(self, experiment: Experiment) -> list[str]:
        """Names of the images, or the numbers of the classes."""
        from aelib import datasets

        spec = resolve(experiment).spec
        images = datasets.evaluation_set(spec)
        return list(images.names) if spec.memorised else [str(one) for one in sorted(set(images.labels.tolist()))]

    def read(self, given: object, experiment: Experiment) -> str:
        if given not in self.options(experiment):
            raise LabError("Choose one of the images on this page.")
        return str(given)

    def said(self, answer: str) -> str:
        return answer

    def outcome(self, run: Run) -> Outcome:
        return Outcome(self.right(run))


def asked_of(items: tuple[Item, ...], experiment: Experiment) -> Item | None:
    """The first of the items that fits the experiment, if there is one."""
    resolved = resolve(experiment)
    return next((one for one in items if one.fits(resolved)), None)


def _facts(resolved: Resolved) -> dict[str, Any]:
    return {
        "images": resolved.spec.images,
        "code": shape_text(resolved.architecture.code_shape),
        "latent": resolved.latent_dim,
    }
