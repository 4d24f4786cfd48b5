"""Runs beside each other: what differs, who gets what wrong, and whether a difference is more than noise."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from aelib.core.errors import LabError
from aelib.experiment import Experiment, flatten, resolve
from aelib.training import Run

MAX_RUNS = 6  # side by side
MAX_SEEDS = 50
METRICS = {
    "learnt": "images learnt",
    "wrong_pixels_total": "wrong pixels",
    "psnr": "PSNR (dB)",
    "mse": "mean squared error",
    "elbo": "ELBO",
    "kl": "KL",
    "loss": "training loss",
    "seconds": "seconds of training",
}
UNTESTED = "seconds"  # nets that train together have equal shares of one measured time: no spread of their own
_RECONSTRUCTION = ("loss", "normalization")
_OBJECTIVE = ("model.variational", "beta", "free_bits")  # what else is in a training loss
SIGNIFICANCE = 0.05  # p below which a difference is called more than noise


def differing(experiments: Sequence[Experiment]) -> list[str]:
    """Paths of the fields that are not the same in all, in their usual order; a field that has no effect in one
    (channels of a dense net) differs from any value that it has in another. Raises LabError where a data set has
    gone."""
    every = [resolve(one).acting for one in experiments]
    usual = flatten(experiments[0].model_dump(mode="json")) if experiments else {}
    return [
        path
        for path in usual
        if any((path in own, own.get(path)) != (path in every[0], every[0].get(path)) for own in every)
    ]


def with_seeds(experiment: Experiment, count: int) -> list[Experiment]:
    """The experiment and others that differ from it in the seed alone, counted on from its own. Raises LabError."""
    if not 1 <= count <= MAX_SEEDS:
        raise LabError(f"{count} seeds were asked for: give 1 to {MAX_SEEDS}.")
    return [experiment.with_values({"seed": experiment.seed + i}) for i in range(count)]


def metric_value(run: Run, name: str) -> float | None:
    """A figure in METRICS; None where such a run has none."""
    if name == "loss":
        return run.loss
    if name == "seconds":
        return run.seconds
    found = run.metrics.get(name)
    return float(found) if isinstance(found, int | float) else None


def shared_metrics(runs: Sequence[Run]) -> list[str]:
    """Those in METRICS that all these runs have and in which they can be compared."""
    experiments = [run.experiment for run in runs]
    return [
        name
        for name in METRICS
        if comparable(experiments, name) and all(metric_value(run, name) is not None for run in runs)
    ]


def comparable(experiments: Sequence[Experiment], name: str) -> bool:
    """Whether a figure in METRICS means the same for all: how near a net comes to its images only on the same images,
    a loss only where that is reckoned alike (the ELBO has no β in it, the training loss has)."""
    ways = {"seconds": (), "elbo": ("dataset", *_RECONSTRUCTION), "loss": ("dataset", *_RECONSTRUCTION, *_OBJECTIVE)}
    every = [
        {**resolve(one).acting, "dataset": one.dataset, "model.variational": one.model.variational}
        for one in experiments
    ]
    return all(own.get(path) == every[0].get(path) for own in every for path in ways.get(name, ("dataset",)))


def wrong_pixels(runs: Mapping[str, Run]) -> dict[str, dict[str, int]]:
    """Image → run → wrong pixels, those first on which the runs disagree most; of images that every run has and that
    some run gets wrong."""
    counts = {label: run.metrics.get("wrong_pixels", {}) for label, run in runs.items()}
    shared = [name for name in next(iter(counts.values()), {}) if all(name in own for own in counts.values())]
    rows = {name: {label: int(own[name]) for label, own in counts.items()} for name in shared}
    wrong = {name: row for name, row in rows.items() if any(row.values())}
    order = sorted(wrong, key=lambda name: (min(wrong[name].values()) - max(wrong[name].values()), name))
    return {name: wrong[name] for name in order}


@dataclass(frozen=True)
class Difference:
    """mean, std (n − 1) and number of two groups of runs; t, degrees (of freedom), p (two-sided): Welch's test that the
    means are equal (B. L. Welch, Biometrika 34, 1947); effect: Cohen's d, the difference of the means by the root of
    the mean of the variances (J. Cohen, Statistical Power Analysis, 1988). t, degrees, p and effect are NaN where
    neither group has any spread: the test is not defined there, and a figure that is always the same may only be at
    its bound."""

    means: tuple[float, float]
    stds: tuple[float, float]
    runs: tuple[int, int]
    t: float
    degrees: float
    p: float
    effect: float

    @property
    def is_significant(self) -> bool:
        """More than noise, at SIGNIFICANCE."""
        return self.p < SIGNIFICANCE

    @property
    def is_tested(self) -> bool:
        """Whether there was any spread to test against."""
        return not math.isnan(self.p)

    @property
    def size(self) -> str:
        """Cohen's words for the effect: negligible, small, medium, large from 0, 0.2, 0.5, 0.8 on."""
        if math.isnan(self.effect):
            return "without any spread"
        sizes = ((0.8, "large"), (0.5, "medium"), (0.2, "small"))
        return next((word for least, word in sizes if abs(self.effect) >= least), "negligible")


def difference(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Whether the means of two groups differ by more than noise. Raises LabError for fewer than two figures in a
    group, or such as are no finite numbers."""
    if min(len(first), len(second)) < 2:
        raise LabError("One run of each says nothing about noise: train several seeds.")
    if not all(math.isfinite(value) for value in (*first, *second)):
        raise LabError("A figure of these runs is not a finite number: leave that run out.")
    means, stds = (mean(first), mean(second)), (stdev(first), stdev(second))
    pooled = math.sqrt((stds[0] ** 2 + stds[1] ** 2) / 2)
    sizes = (len(first), len(second))
    if pooled == 0:
        return Difference(means, stds, sizes, math.nan, math.nan, math.nan, math.nan)
    from scipy import stats  # only here: importing it takes a while

    # from the stds: of a group without spread, scipy's own come with a warning
    t, p = stats.ttest_ind_from_stats(means[1], stds[1], sizes[1], means[0], stds[0], sizes[0], equal_var=False)
    errors = [std**2 / count for std, count in zip(stds, sizes, strict=True)]
    degrees = sum(errors) ** 2 / sum(error**2 / (count - 1) for error, count in zip(errors, sizes, strict=True))
    return Difference(means, stds, sizes, float(t), degrees, float(p), (means[1] - means[0]) / pooled)
