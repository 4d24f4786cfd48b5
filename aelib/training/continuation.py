"""Runs that stop early and runs that continue: finds the experiment that describes exactly what was trained.

A net that is stopped at epoch 300 of 1,000 is not the run of its experiment. It is the run of the same experiment with
300 epochs: batches, noise and random codes of an epoch depend only on its number, and a cosine schedule keeps its
length in `optimizer.schedule_epochs`. So the digest describes the run correctly, and the experiment with 1,000 epochs
is still untrained: it can be trained from the beginning, or continued from epoch 300 with the optimiser's state, which
gives the same net.
"""

from aelib.core.errors import LabError
from aelib.experiment import MAX_EPOCHS, Experiment, ExperimentError, digest_of

from .run import Run

HAND, TIME = "hand", "time"  # `Run.stopped` if a person or the time limit has stopped training


def stopped_at(experiment: Experiment, epoch: int) -> Experiment:
    """The experiment that asks for the first `epoch` epochs of this one.

    Raises ExperimentError if there is no such experiment: the warm-up of β has not ended.
    """
    return experiment.with_values({"epochs": epoch, **_schedule(experiment)})


def longer(experiment: Experiment, trained: int, more: int) -> Experiment:
    """The experiment of a run that continues for `more` epochs after the `trained` ones. It has no early stopping,
    because its rule was already met, or its state is lost.

    Raises LabError if `more` is not a whole number from 1, or the sum is more than an experiment can have.
    """
    if not 1 <= more <= MAX_EPOCHS - trained:
        raise LabError(
            "More epochs: {more:,} is not possible; give a whole number from 1 to {most:,}.",
            more=more,
            most=MAX_EPOCHS - trained,
        )
    return experiment.with_values({"epochs": trained + more, "early_stop.kind": "none", **_schedule(experiment)})


def check(run: Run, experiment: Experiment) -> None:
    """Raises LabError unless this run is the beginning of the experiment and has the state that its optimiser needs."""
    try:
        expected = longer(run.experiment, run.epochs, experiment.epochs - run.epochs)
    except (LabError, ExperimentError):
        expected = run.experiment
    if experiment.epochs <= run.epochs or digest_of(expected) != digest_of(experiment):
        raise LabError(
            "Run {digest} is not the beginning of this experiment: change nothing but its epochs.", digest=run.digest
        )
    if not run.optimizer_state:
        raise LabError(
            "Run {digest} was stored without its optimiser's state: train the experiment from epoch 1.",
            digest=run.digest,
        )


def _schedule(experiment: Experiment) -> dict[str, int]:
    """The settings that keep the cosine schedule at its previous length."""
    optimizer = experiment.optimizer
    if optimizer.schedule != "cosine":
        return {}
    return {"optimizer.schedule_epochs": optimizer.schedule_epochs or experiment.epochs}
