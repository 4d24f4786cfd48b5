"""The registry of engines."""

from collections.abc import Sequence

import torch

from aelib.experiment import Experiment

from . import autograd, batched, cuda_graphs, numba_support
from .base import EngineKind

# Fastest first; the last one can train every net. tests/unit/training/engines/test_contract.py compares each of them
# with plain PyTorch.
ENGINES: tuple[EngineKind, ...] = (numba_support.KIND, cuda_graphs.KIND, batched.KIND, autograd.KIND)


def serving(experiments: Sequence[Experiment], device: torch.device) -> list[EngineKind]:
    """The engines that can train these nets, which differ at most in `trainer.MEMBER_FIELDS`, fastest first."""
    return [kind for kind in ENGINES if kind.serves(experiments, device)]


def together(experiment: Experiment) -> bool:
    """Whether nets like this one train together: an engine that works on every device can train several of them."""
    return any(kind.together and kind.devices is None and kind.trains([experiment]) for kind in ENGINES)
