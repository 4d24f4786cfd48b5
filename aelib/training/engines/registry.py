"""The engines, each registered here and nowhere else."""

from collections.abc import Sequence

import torch

from aelib.experiment import Experiment

from . import autograd, batched, cuda_graphs, numba_support
from .base import EngineKind

# The fastest first; the last one trains every net. tests/unit/training/engines/test_contract.py holds each of them
# against plain PyTorch.
ENGINES: tuple[EngineKind, ...] = (numba_support.KIND, cuda_graphs.KIND, batched.KIND, autograd.KIND)


def serving(experiments: Sequence[Experiment], device: torch.device) -> list[EngineKind]:
    """The engines that can train these nets, which differ at most in `trainer.MEMBER_FIELDS`, the fastest first."""
    return [kind for kind in ENGINES if kind.serves(experiments, device)]


def together(experiment: Experiment) -> bool:
    """Whether nets like this one train together, wherever that is: an engine for every device can do it."""
    return any(kind.together and kind.devices is None and kind.trains([experiment]) for kind in ENGINES)
