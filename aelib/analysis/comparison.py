"""Runs beside each other: what differs, who gets what wrong, and whether a difference is more than noise."""

from collections.abc import Mapping, Sequence

from aelib.core.errors import LabError
from aelib.experiment import Experiment, flatten, resolve
from aelib.metrics import Difference as Difference
from aelib.metrics import difference as difference
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
