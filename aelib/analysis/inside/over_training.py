"""The inside of a dense net during training: gradients, and units that do not learn, at the snapshots with weights."""

from dataclasses import dataclass

from aelib.core.errors import LabError
from aelib.models import Autoencoder, build
from aelib.training import Run

from .layers import look, untrained
from .units import idle


@dataclass(frozen=True)
class Moment:
    """The net after `epoch` epochs, for the first images of the evaluation set (see `layers.look`).

    gradients: mean |∂L/∂z| of every layer, from input to output; dead, saturated: units of the hidden layers.
    """

    epoch: int
    gradients: tuple[float, ...]
    dead: int
    saturated: int


def epochs(run: Run) -> list[int]:
    """The epochs for which weights are available, in ascending order: the snapshots with weights, epoch 0 (the seed
    determines the initial weights), and the last epoch."""
    kept = run.snapshots.weight_epochs
    return sorted({0, run.epochs, *([] if kept is None else kept.tolist())})


def net_at(run: Run, epoch: int) -> Autoencoder:
    """The net after this many epochs, in evaluation mode. The net of the last epoch is `run.model`: do not change it.
    Raises LabError if the epoch is not one of `epochs`."""
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
    """The net at each of `epochs`. Raises LabError like `look`."""
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
