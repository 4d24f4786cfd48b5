"""The parts of a question: two experiments that differ in one thing, the measured values, and the answer that they
support."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aelib.experiment import Experiment, change, presets
from aelib.training import Run

Figures = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measured value of a run. label: with its unit; value: computes it; form: its number format."""

    label: str
    value: Callable[[Run], float]
    form: str = ".4f"

    def text(self, value: float) -> str:
        """The value as text."""
        return format(value, self.form)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One experiment of a pair. label: how it differs from the other; changes: dotted path -> value."""

    label: str
    changes: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question and the pair of experiments that answers it.

    Attributes:
        title: the question.
        preset, changes: the common starting point of both experiments.
        sides: the two, which differ in one thing.
        measures: name -> a measure that is computed for each run. The first one decides.
        holds: (values of the first run, of the second) says whether the runs support `answer`.
        answer: two sentences. `{a.NAME}` and `{b.NAME}` stand for the values of the first and of the second run.
    """

    title: str
    preset: str
    changes: Mapping[str, object] = field(default_factory=dict)
    sides: tuple[Side, Side]
    measures: Mapping[str, Measure]
    holds: Callable[[Figures, Figures], bool]
    answer: str

    def experiments(self) -> tuple[Experiment, Experiment]:
        """The pair, in the order of the sides. Raises LabError if a data set is not on this machine."""
        first, second = (change(presets.get(self.preset), {**self.changes, **side.changes}) for side in self.sides)
        return first, second

    def evidence(self, first: Run, second: Run) -> "Evidence":
        """The measured values of the two runs."""
        a, b = ({name: one.value(run) for name, one in self.measures.items()} for run in (first, second))
        return Evidence(self, a, b)


class _Texts:
    """The values of one run, formatted by `str.format`: `{a.mse}`."""

    def __init__(self, measures: Mapping[str, Measure], figures: Figures) -> None:
        self.__dict__.update({name: one.text(figures[name]) for name, one in measures.items()})


@dataclass(frozen=True)
class Evidence:
    """The values of a pair of runs: a of the first side, b of the second."""

    question: Question
    a: Figures
    b: Figures

    @property
    def holds(self) -> bool:
        """Whether the runs support the answer."""
        return self.question.holds(self.a, self.b)

    def text(self) -> str:
        """The answer with its values. If the runs do not support it, a sentence that says so instead."""
        asked = self.question
        if self.holds:
            return asked.answer.format(
                a=_Texts(asked.measures, self.a),
                b=_Texts(asked.measures, self.b),
            )
        name, decides = next(iter(asked.measures.items()))
        first, second = asked.sides
        return (
            f"These two runs do not show the usual answer. {decides.label}: {decides.text(self.a[name])} with "
            f"{first.label}, {decides.text(self.b[name])} with {second.label}; compare them with several seeds."
        )
