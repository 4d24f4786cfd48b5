"""Whether the compiled engine can train a net: asked without importing Numba, which takes a second and 100 MB.

Numba is optional. Without it, or for what the engine does not serve, the batched engine trains the net, with the same
numbers but for rounding (a test holds the two against each other).
"""

import functools
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

from aelib.experiment import Experiment, resolve
from aelib.models import Autoencoder
from aelib.nn import losses
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.optimizers import OPTIMIZERS

from .base import EngineKind
from .batched import supports

if TYPE_CHECKING:
    from .compiled import CompiledDense

MAX_PARAMETERS = 40_000  # beyond, torch's matrix products win (benchmarks/scaling.md)

available = find_spec("numba") is not None


def _trains(experiments: Sequence[Experiment]) -> bool:
    """Whether the engine trains the net: Numba is here, it is a small dense net, and every choice of it has a compiled
    form in its registry entry."""
    (experiment,) = experiments
    model = experiment.resolved_model
    loss = losses.select(experiment.loss, experiment.output_activation)
    # behind a hard limit cross-entropy's slope jumps to 1e12, and rounding decides where the net goes
    steep = loss.of_probabilities and not loss.of_logits and ACTIVATIONS[experiment.output_activation].hard_limits
    return (
        available
        and supports(experiment)
        and not model.variational
        and resolve(experiment).architecture.parameters <= MAX_PARAMETERS
        and all(
            ACTIVATIONS[step.activation].compiled is not None and not ACTIVATIONS[step.activation].learnt_slope
            for step in model.steps()
        )
        and loss.compiled is not None
        and not steep
        and OPTIMIZERS[experiment.optimizer.kind].compiled is not None
    )


@functools.cache
def compiled_engine() -> "type[CompiledDense] | None":
    """The compiled engine, imported and compiled with the first call, so that nothing else waits for Numba.

    None where Numba does not work on this machine (it cannot be imported, its cache is damaged): the log says why, and
    torch trains the same nets. A registry entry that does not compile is another matter: a net that uses it raises
    `compiled.EntryError`.
    """
    try:
        from .compiled import CompiledDense, warm

        warm()
    except Exception:
        logging.getLogger(__name__).exception("Numba does not work on this machine: the batched engine trains instead")
        return None
    return CompiledDense


def _make(models: list[Autoencoder], experiments: list[Experiment], _: torch.device) -> "CompiledDense | None":
    engine = compiled_engine()
    return None if engine is None else engine(models[0], experiments[0])


KIND = EngineKind(name="compiled", trains=_trains, make=_make, devices=("cpu",))


def warm_up() -> None:
    """Compile the engine, or load what an earlier process compiled, so that the first training does not wait for it.

    Does nothing without Numba.
    """
    if available:
        compiled_engine()
