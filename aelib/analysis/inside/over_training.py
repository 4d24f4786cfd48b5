"""The inside of a dense net over its training: gradients, and units that do not learn, at snapshots with weights."""

from dataclasses import dataclass

from aelib.core.errors import LabError
from aelib.models import Autoencoder, build
from aelib.training import Run

from .layers import look, untrained
from .units import idle


@dataclass(frozen=True)
class Moment:
    """The net after `epoch` epochs, for the first images of the evaluation set (see `layers.look`).

    gradients: mean |∂L/∂z| of every layer, from the image to the image; dead, saturated: units of the hidden layers.
    """

    epoch: int
    gradients: tuple[float, ...]
    dead: int
    saturated: int


def epochs(run: Run) -> list[int]:
    """The epochs whose weights are there, rising: those of the snapshots that have weights; besides them always 0,
    since the first weights follow from the seed, and the last epoch."""
    kept = run.snapshots.weight_epochs
    return sorted({0, run.epochs, *([] if kept is None else kept.tolist())})


def net_at(run: Run, epoch: int) -> Autoencoder:
    """The net after so many epochs, in evaluation mode. That of the last epoch is `run.model`: do not change it. Raises
    LabError for an epoch that is not one of `epochs`."""
    if epoch == run.epochs:
        return run.model
    kept = run.snapshots.weight_epochs
    if kept is not None and epoch in kept.tolist():
        at = kept.tolist().index(epoch)
        net = build(run.experiment)
        net.load_state_dict({name: tensor[at] for name, tensor in run.snapshots.weights.items()})
        return net.eval()
    if epoch == 0:
        return untrained(run)
    raise LabError(
        "The weights of epoch {epoch:,} are not kept: those of {kept} are.",
        epoch=epoch,
        kept=", ".join(map(str, epochs(run))),
    )


def moments(run: Run) -> list[Moment]:
    """The net at each of `epochs`. Raises LabError as `look` does."""
    found = []
    for epoch in epochs(run):
        layers = look(run, net_at(run, epoch)).layers
        units = [idle(layer) for layer in layers if layer.hidden]
        found.append(
            Moment(
                epoch,
                tuple(layer.gradient for layer in layers),
                sum(int(one.dead.sum()) for one in units),
                sum(int(one.saturated.sum()) for one in units),
            )
        )
    return found
