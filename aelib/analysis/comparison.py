"""Comparison of runs: fields that differ, comparable metrics, wrong pixels, groups of seeds. The statistical test is
`aelib.metrics.statistics.difference`."""

from collections.abc import Mapping, Sequence

from aelib.core.errors import LabError
from aelib.core.language import N_
from aelib.experiment import Experiment, flatten, resolve
from aelib.metrics import Difference as Difference
from aelib.metrics import difference as difference
from aelib.training import Run

from .reconstruction import decibels

MAX_RUNS = 6  # side by side
MAX_SEEDS = 50
METRICS = {
    "learnt": N_("images learnt"),
    "wrong_pixels_total": N_("wrong pixels"),
    "psnr": "PSNR (dB)",
    "mse": N_("mean squared error"),
    "elbo": "ELBO",
    "kl": "KL",
    "loss": N_("training loss"),
    "seconds": N_("seconds of training"),
}
UNTESTED = "seconds"  # nets that train together get equal shares of one measured time, so their times have no spread
_RECONSTRUCTION = ("loss", "normalization")
_OBJECTIVE = (
    "model.variational",
    "beta",
    "free_bits",
    "importance_samples",
)  # the terms that the training objective adds to the reconstruction loss


def differing(experiments: Sequence[Experiment]) -> list[str]:
    """Paths of the fields that are not the same in all experiments, in the order of declaration.

    A field without effect (channels of a dense net) differs from any value that it has in another experiment. Raises
    LabError if a data set no longer exists.
    """
    every = [resolve(one).acting for one in experiments]
    usual = flatten(experiments[0].model_dump(mode="json")) if experiments else {}
    return [
        path
        for path in usual
        if any((path in own, own.get(path)) != (path in every[0], every[0].get(path)) for own in every)
    ]


def with_seeds(experiment: Experiment, count: int) -> list[Experiment]:
    """`count` experiments that differ only in the seed, counted up from the experiment's own seed.

    Raises LabError unless count is 1 to MAX_SEEDS.
    """
    if not 1 <= count <= MAX_SEEDS:
        raise LabError("{count} seeds were asked for: give 1 to {most}.", count=count, most=MAX_SEEDS)
    return [experiment.with_values({"seed": experiment.seed + i}) for i in range(count)]


def metric_value(run: Run, name: str) -> float | None:
    """A metric of METRICS of a run, None if the run does not have it."""
    if name == "loss":
        return run.loss
    if name == "seconds":
        return run.seconds
    if name == "psnr" and name in run.metrics:
        return decibels.psnr(run)
    found = run.metrics.get(name)
    return float(found) if isinstance(found, int | float) else None


def shared_metrics(runs: Sequence[Run]) -> list[str]:
    """The metrics of METRICS that all runs have and by which they can be compared."""
    experiments = [run.experiment for run in runs]
    return [
        name
        for name in METRICS
        if comparable(experiments, name) and all(metric_value(run, name) is not None for run in runs)
    ]


def comparable(experiments: Sequence[Experiment], name: str) -> bool:
    """Whether a metric of METRICS means the same for all experiments.

    Errors of images need the same data set. The ELBO also needs the same reconstruction loss, and the training loss the
    same objective (it contains β, the ELBO does not). Seconds are always comparable.
    """
    needed = {"seconds": (), "elbo": ("dataset", *_RECONSTRUCTION), "loss": ("dataset", *_RECONSTRUCTION, *_OBJECTIVE)}
    every = [
        {**resolve(one).acting, "dataset": one.dataset, "model.variational": one.model.variational}
        for one in experiments
    ]
    return all(own.get(path) == every[0].get(path) for own in every for path in needed.get(name, ("dataset",)))


def wrong_pixels(runs: Mapping[str, Run]) -> dict[str, dict[str, int]]:
    """image -> run -> number of wrong pixels, sorted by how much the runs disagree, largest first.

    Includes the images that every run has and for which at least one run has wrong pixels. runs: label -> run.
    """
    counts = {label: run.metrics.get("wrong_pixels", {}) for label, run in runs.items()}
    shared = [name for name in next(iter(counts.values()), {}) if all(name in own for own in counts.values())]
    rows = {name: {label: int(own[name]) for label, own in counts.items()} for name in shared}
    wrong = {name: row for name, row in rows.items() if any(row.values())}
    order = sorted(wrong, key=lambda name: (min(wrong[name].values()) - max(wrong[name].values()), name))
    return {name: wrong[name] for name in order}
