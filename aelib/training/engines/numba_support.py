"""Whether the compiled engine can train a net, decided without importing Numba, which takes a second and 100 MB.

Numba is optional. Without it, or for nets that the engine does not support, the batched engine trains the net with the
same result except for rounding (a test compares the two).
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

MAX_PARAMETERS = 40_000  # for larger nets torch's matrix products are faster (benchmarks/scaling.md)

available = find_spec("numba") is not None


def _trains(experiments: Sequence[Experiment]) -> bool:
    """Whether the engine can train the nets: Numba is installed, they are small and dense, and the registry entries of
    all their choices have a compiled form."""
    experiment = experiments[0]
    model = experiment.resolved_model
    loss = losses.select(experiment.loss, experiment.output_activation)
    # at a hard limit the gradient of cross-entropy jumps to 1e12, so rounding would determine the result
    steep = loss.of_probabilities and not loss.of_logits and ACTIVATIONS[experiment.output_activation].hard_limits
    return (
        available
        and supports(experiment)
        and not model.variational
        and model.penalty.entry is None
        and resolve(experiment).architecture.parameters <= MAX_PARAMETERS
        and all(ACTIVATIONS[step.activation].compiled is not None for step in model.steps())
        and loss.compiled is not None
        and not steep
        and OPTIMIZERS[experiment.optimizer.kind].compiled is not None
    )


@functools.cache
def compiled_engine() -> "type[CompiledDense] | None":
    """The compiled engine, imported and compiled in the first call, so that nothing else waits for Numba.

    None if Numba does not work on this machine (it cannot be imported, its cache is damaged): the reason is logged, and
    torch trains the same nets. If a registry entry does not compile, a net that uses it raises `compiled.EntryError`.
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
    return None if engine is None else engine(models, experiments)


KIND = EngineKind(name="compiled", trains=_trains, make=_make, together=True, devices=("cpu",))


def warm_up() -> None:
    """Compile the engine, or load it from Numba's cache, so that the first training does not wait for it. Without Numba
    this does nothing."""
    if available:
        compiled_engine()
