"""Why a net learnt little: what the metrics of its run show, and what to try."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aelib.core.language import _
from aelib.training import Run

LITTLE = 0.5  # memorised sets: below this share of learnt images, a run is diagnosed
# held-out sets: the mean image's error must be at least this many times the net's, or the run is diagnosed
BETTER = 1.25
SAME = 0.05  # the outputs count as all alike if their standard deviation is below this share of the images' own
FALLING = 0.03  # training was too short if the loss still fell by this share in the last tenth of the epochs


@dataclass(frozen=True)
class Finding:
    """One cause. what: what the run shows; try_next: what to change. One sentence each."""

    what: str
    try_next: str


def learnt_little(run: Run) -> bool:
    """Whether the net is hardly better than always giving the mean image. Nets that enlarge are left out."""
    if run.experiment.model.enlarges or run.spec.paired:
        return False
    if "learnt" in run.metrics:
        return bool(run.metrics["learnt"] < LITTLE * run.metrics["total"])
    images = _numbers(run)
    of_mean = float(((images - images.mean(axis=0)) ** 2).mean())
    return bool(run.metrics["mse"] * BETTER > of_mean)


def findings(run: Run) -> list[Finding]:
    """The causes that the metrics of a run show; empty if the net learnt something, or if the metrics show no cause."""
    if not learnt_little(run):
        return []
    images = _numbers(run)
    outputs = run.snapshots.pixels[-1].numpy().reshape(len(images), -1) / 255
    losses = np.array([record["train_loss"] for record in run.history])
    epochs = np.array([record["epoch"] for record in run.history])
    rate = run.experiment.optimizer.learning_rate
    found = []
    if losses[-1] > 0.98 * losses[0]:
        what = _(
            "The loss did not fall: {before:.3g} before training, {after:.3g} after.",
            before=losses[0],
            after=losses[-1],
        )
        smaller = _("Try a smaller learning rate than {rate:g}, for example {smaller:g}.", rate=rate, smaller=rate / 10)
        larger = _("Try a learning rate larger than {rate:g}, or more epochs.", rate=rate)
        found.append(Finding(what, smaller if _unsteady(losses) or rate >= 0.1 else larger))
    if float(outputs.std(axis=0).mean()) < SAME * float(images.std(axis=0).mean()):
        what = _("The output is nearly the same for every image: the net gives the mean image.")
        cure = _(
            "Try another activation or initialisation, or a smaller learning rate: units may be dead or saturated."
        )
        found.append(Finding(what, cure))
    wrong = np.abs(outputs - images) >= run.spec.wrong_pixel
    if wrong.any() and bool(((outputs < 0.01) | (outputs > 0.99))[wrong].mean() > 0.9):
        what = _("The output is saturated: wrong pixels are at 0 or 1, where the slope of a sigmoid vanishes.")
        found.append(Finding(what, _("Try a smaller learning rate, or cross-entropy as the loss.")))
    codes = run.snapshots.codes[-1].numpy()
    if codes.size and float(codes.std(axis=0).max()) < 1e-3 * max(1.0, float(np.abs(codes).max())):
        cure = (
            _("Try a smaller β.")
            if run.experiment.model.variational
            else _("Try another activation or initialisation.")
        )
        found.append(Finding(_("All images have the same code."), cure))
    before = losses[epochs <= 0.9 * epochs[-1]]
    if not found and len(before) and losses[-1] < (1 - FALLING) * before[-1]:
        what = _(
            "The loss was still falling: by {share:.0%} in the last tenth of the epochs.",
            share=1 - losses[-1] / before[-1],
        )
        found.append(Finding(what, _("Try more than {epochs:,} epochs.", epochs=run.epochs)))
    return found


def _numbers(run: Run) -> NDArray[np.float64]:
    """The images whose reconstructions the last snapshot stores: images × numbers, 0 to 1."""
    count = run.snapshots.pixels.shape[1]
    numbers: NDArray[np.float64] = run.images.pixels[:count].numpy().reshape(count, -1) / 255
    return numbers


def _unsteady(losses: NDArray[np.float64]) -> bool:
    """Whether the loss rises about as often as it falls."""
    steps = np.diff(losses)
    return len(steps) > 3 and bool((steps > 0).mean() > 0.3)
