"""Sweeps: one experiment over the values of up to two fields, each point with several seeds.

A sweep stores nothing itself. Every net is an experiment with a digest: a stored run is reused, only missing ones are
trained, and after an interruption the sweep continues where it stopped.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment import (
    Experiment,
    ExperimentError,
    Problem,
    change,
    digest_of,
    field_info,
    flatten,
    parts,
    presets,
    unknown_field,
    with_point,
)
from aelib.metrics import Spread, spread
from aelib.store import Store, Summary, badness

MAX_FIELDS = 2
MAX_NETS = 10_000
MAX_POINTS = 400
MEASURES = ("learnt", "wrong_pixels", "mse", "loss", "seconds")  # keys of a Summary for which a point has a spread


@dataclass(frozen=True)
class Point:
    """One combination of values. values: field -> text; experiments: one for each seed."""

    values: dict[str, str] = field(hash=False)
    experiments: tuple[Experiment, ...]


@dataclass(frozen=True)
class Result:
    """The stored results of a point.

    Attributes:
        point: the combination of values.
        runs: the stored runs, at most one for each seed.
        diverged: number of experiments that diverged; no mean includes them.
        missing: number of experiments that are not trained yet.
    """

    point: Point
    runs: list[Summary]
    diverged: int
    missing: int

    @property
    def measures(self) -> dict[str, Spread]:
        """Name in MEASURES -> spread over the runs, without the measures that this data set does not have."""
        found = {name: [run[name] for run in self.runs] for name in MEASURES}  # type: ignore[literal-required]
        return {name: spread(values) for name, values in found.items() if None not in values}

    @property
    def best(self) -> Summary | None:
        """The best run (see `store.badness`), None without runs."""
        return min(self.runs, key=badness, default=None)


@dataclass(frozen=True)
class Sweep:
    """An experiment over the values of up to two fields.

    Attributes:
        base: the experiment that is varied.
        over: dotted field -> its values as text; at most two fields, none for a sweep over seeds alone.
        seeds: number of nets for each point, counted up from the seed of `base`.

    Raises ExperimentError for a field or value that is not allowed; LabError for too many fields, points or nets, and
    for points that are the same experiment.
    """

    base: Experiment
    over: Mapping[str, Sequence[str]] = field(hash=False)
    seeds: int = 1

    def __post_init__(self) -> None:
        if len(self.over) > MAX_FIELDS:
            raise LabError(
                "A sweep is over at most {most} fields: {count} were given.", most=MAX_FIELDS, count=len(self.over)
            )
        for path, values in self.over.items():
            if path == "seed":
                raise LabError("A sweep has seeds anyway: give their number, and another field to vary.")
            _known(path)
            if not values:
                raise ExperimentError([Problem(path, _("empty"), _("give some values, such as 0.1,0.2"))])
            twice = [value for i, value in enumerate(values) if value in values[:i]]
            if twice:
                raise ExperimentError([Problem(path, repr(twice[0]), _("give each value once"), _(" twice"))])
        if self.size // max(1, self.seeds) > MAX_POINTS:
            raise LabError(
                "This sweep has {points:,} points: at most {most} are allowed.",
                points=self.size // self.seeds,
                most=MAX_POINTS,
            )
        if self.seeds < 1:
            raise LabError("The number of seeds is {seeds}: give a whole number from 1.", seeds=self.seeds)
        if self.size > MAX_NETS:
            raise LabError("This sweep has {nets:,} nets: at most {most:,} are allowed.", nets=self.size, most=MAX_NETS)
        first: dict[str, Point] = {}
        for point in self.points():  # raises an error for values that are not allowed
            twin = first.setdefault(digest_of(point.experiments[0]), point)
            if twin is not point:
                same, other = (
                    ", ".join(f"{path} {value}" for path, value in one.values.items()) for one in (twin, point)
                )
                raise LabError(
                    "{same} and {other} are the same experiment: the value is the same, or the field has no effect "
                    "here (a level of noise without noise, a momentum with Adam).",
                    same=same,
                    other=other,
                )

    @property
    def size(self) -> int:
        """Number of nets."""
        count = self.seeds
        for values in self.over.values():
            count *= len(values)
        return count

    def points(self) -> list[Point]:
        """All combinations of values; the last field changes fastest."""
        return [
            Point(values, self._nets(values))
            for combination in itertools.product(*self.over.values())
            for values in [dict(zip(self.over, combination, strict=True))]
        ]

    def _nets(self, values: dict[str, str]) -> tuple[Experiment, ...]:
        first = change(self.base, values)
        if first.seed + self.seeds > 2**32:
            raise LabError(
                "seed is {seed}: with {seeds} seeds from there on it is too large.", seed=first.seed, seeds=self.seeds
            )
        # only the first one is validated: the others differ only in the seed
        return (first, *(first.model_copy(update={"seed": first.seed + i}) for i in range(1, self.seeds)))

    def experiments(self) -> list[Experiment]:
        """All nets, point by point."""
        return [experiment for point in self.points() for experiment in point.experiments]


def parse_over(texts: Sequence[str]) -> dict[str, list[str]]:
    """field -> values, from texts KEY=V1,V2,... as on the command line. Raises LabError for another form."""
    over: dict[str, list[str]] = {}
    for given in texts:
        key, equals, values = given.partition("=")
        if not equals or not values.strip():
            raise LabError(
                "--over is {given!r}: write KEY=V1,V2,..., such as optimizer.kind=adam,sgd.", given=given[:60]
            )
        if key.strip() in over:
            raise LabError("--over names {key} twice: give all its values at once.", key=key.strip())
        over[key.strip()] = split(values, key.strip())
    return over


def split(values: str, path: str = "") -> list[str]:
    """Values separated by commas, semicolons or spaces. path: their field, which may allow other readings.

    A value of a list field may itself contain spaces or commas: `35 20 2; 35 10 2`. A value of a number field may have
    a decimal comma: in `0,01; 0,1` always, and in `0,01 0,1` if reading the commas as separators would give values that
    are not allowed, or the same value twice.
    """
    plain = values.replace(",", " ").replace(";", " ").split()
    default = flatten(Experiment().model_dump()).get(path)
    if isinstance(default, tuple) or path in ("model.decoder_layers", "snapshots"):
        return plain if "-" in values and ";" not in values else ["-".join(parts(one)) for one in _pieces(values)]
    if not isinstance(default, float) or "," not in values or "." in values:
        return plain
    numbers = [with_point(one) for one in re.split(r"[;\s]+|,(?!\d)\s*", values) if one]
    is_plain = ";" not in values and len(set(plain)) == len(plain) and all(_allowed(path, one) for one in plain)
    return plain if is_plain or not all(_allowed(path, one) for one in numbers) else numbers


def _pieces(values: str) -> list[str]:
    return [one for one in values.split(";" if ";" in values else ",") if one.strip()]


def _allowed(path: str, value: str) -> bool:
    if re.match(r"0\d", value):  # the digits after a decimal comma
        return False
    try:
        Experiment().with_values({path: value})
    except ExperimentError:
        return False
    return True


def collect(store: Store, sweep: Sweep) -> list[Result]:
    """The stored results of every point."""
    points = sweep.points()
    digests = [digest_of(experiment) for point in points for experiment in point.experiments]
    runs = {run["digest"]: run for run in store.summaries(among=digests)}
    diverged = store.index.diverged(digests)
    results = []
    for point in points:
        own = [digest_of(experiment) for experiment in point.experiments]
        found = [runs[digest] for digest in own if digest in runs]
        lost = sum(digest in diverged and digest not in runs for digest in own)
        results.append(Result(point, found, lost, len(own) - len(found) - lost))
    return results


@dataclass(frozen=True)
class SweepPreset:
    """A predefined sweep. about: what it shows; preset, changes: the base experiment; over, seeds: as in `Sweep`."""

    name: str
    title: str
    about: str
    preset: str
    over: Mapping[str, Sequence[str]] = field(hash=False)
    seeds: int
    changes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def sweep(self) -> Sweep:
        """The sweep itself."""
        return Sweep(presets.get(self.preset).with_values(self.changes), self.over, self.seeds)


_LEVELS = ("0", "0.05", "0.1", "0.15", "0.2", "0.3", "0.4", "0.5", "0.6")
SWEEPS: dict[str, SweepPreset] = {
    one.name: one
    for one in (
        SweepPreset(
            "rate",
            "Four learning rates (document B)",
            "How far 100 runs that differ only in their random start end from each other, rate by rate.",
            "font-eta-0.0005",
            {"optimizer.learning_rate": ("0.05", "0.005", "0.0005", "0.00005")},
            100,
        ),
        SweepPreset(
            "epochs",
            "Epochs at the best rate",
            "When more training no longer helps.",
            "font-eta-0.005",
            {"epochs": ("100", "300", "1000", "3000", "10000")},
            20,
        ),
        SweepPreset(
            "noise",
            "Noise from 0 to 0.6",
            "How much noise the denoiser of document A can be trained with, and still restore.",
            "font-denoise-10",
            {"corruption.level": _LEVELS},
            10,
        ),
        SweepPreset(
            "denoiser-rate",
            "Denoiser: six rates (document A)",
            "A rate too small does not get there, one too large is useless.",
            "font-denoise-10",
            {"optimizer.learning_rate": ("0.00001", "0.0001", "0.001", "0.01", "0.1", "1")},
            10,
        ),
        SweepPreset(
            "architectures",
            "Architectures (document A)",
            "The three networks of the document, and a wider one, with ten random starts each.",
            "font-20-10",
            {"model.layers": ("35-20-10-2", "35-25-15-2", "35-30-20-10-2", "35-64-32-2")},
            10,
        ),
        SweepPreset(
            "rate-and-activation",
            "Rate and activation, as a heat map",
            "Which activation likes which rate.",
            "font-best",
            {
                "model.hidden_activation": ("sigmoid", "tanh", "relu", "silu"),
                "optimizer.learning_rate": ("0.0003", "0.001", "0.003", "0.01", "0.03"),
            },
            5,
        ),
    )
}


def _known(path: str) -> None:
    try:
        field_info(path)
    except (KeyError, AttributeError):
        raise ExperimentError([unknown_field(path, flatten(Experiment().model_dump()))]) from None
