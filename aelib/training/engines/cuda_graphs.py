"""Many small dense nets on a CUDA device: a step of `batched`, recorded once and replayed as a CUDA graph.

A step has about sixty small kernels, and on a GPU each takes longer to launch than to run. A graph is launched with one
call. All values that change from step to step must be on the device: the batch, which is copied into place, and three
numbers for the schedule and Adam's corrections. See https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs.
"""

import logging
from collections.abc import Sequence

import torch
from torch import Tensor

from aelib.experiment import Experiment
from aelib.models import Autoencoder
from aelib.nn.optimizers import Setting

from .base import Batch, EngineKind
from .batched import BatchedDense, supports

WARM_UP = 3  # steps before the recording: libraries initialise themselves on their first calls

_log = logging.getLogger(__name__)


class GraphedDense(BatchedDense):
    """Engine (see `base.Engine`). If the recording fails, it continues step by step and logs a warning. On a device
    without graphs it always works step by step with the same arithmetic, so that it can be tested there."""

    fuses = False  # the graph contains the optimiser

    def __init__(self, models: list[Autoencoder], experiments: list[Experiment], device: torch.device) -> None:
        super().__init__(models, experiments, device)
        self.records = device.type == "cuda"
        self._begin()

    def _begin(self) -> None:
        """Set up the current members, without recorded graphs."""
        self.graphs: dict[int, torch.cuda.CUDAGraph] = {}
        self.warm: dict[int, int] = {}
        device = self.flat.device
        # of the current step: rate factor / first correction, second correction, rate factor
        self.now = torch.ones(3, device=device)
        self.rate = self._spread(self.optimizer.learning_rate)
        self.decay = self._spread(self.optimizer.weight_decay)
        if isinstance(self.optimizer.momentum, Tensor):
            raise ValueError("graphs need one momentum for all members")

    def _spread(self, setting: Setting) -> Tensor:
        if isinstance(setting, Tensor):
            return self._expand(setting)
        return torch.tensor(setting, dtype=self.flat.dtype, device=self.flat.device)

    @torch.no_grad()
    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        images = batch.inputs.shape[1]
        room = self._room(images)
        room.load(batch)
        optimizer = self.optimizer
        optimizer.steps += 1
        first, second = optimizer.corrections()
        for place, value in zip(self.now, (rate_factor / first, second, rate_factor), strict=True):
            place.fill_(value)  # a kernel launch with a number, which does not synchronise
        if images in self.graphs:
            self.graphs[images].replay()
            return
        self.warm[images] = self.warm.get(images, 0) + 1
        if self.records and self.warm[images] > WARM_UP and self._record(images):
            self.graphs[images].replay()
        else:
            self._once(images)

    def _once(self, images: int) -> None:
        self._differentiate(self._room(images))
        rate = self.rate * self.now[0]
        decay = self.decay * self.rate * self.now[2] if self.optimizer.kind.decoupled_decay else self.decay
        self.optimizer.apply(self.gradient, rate, self.now[1], decay)

    def _record(self, images: int) -> bool:
        """Record a step and return whether this succeeded. Recording does not run the step, so it must be replayed."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self._once(images)
        except RuntimeError as error:
            _log.warning("no CUDA graph, going on step by step: %s", error)
            self.records = False
            return False
        self.graphs[images] = graph
        return True

    def retain(self, members: list[int]) -> None:
        super().retain(members)
        self._begin()


def _trains(experiments: Sequence[Experiment]) -> bool:
    """Whether the nets can be recorded: one momentum for all, and no random codes, which change from step to step."""
    first = experiments[0]
    return supports(first) and not first.model.variational and len({one.optimizer.momentum for one in experiments}) == 1


KIND = EngineKind(name="CUDA graphs", trains=_trains, make=GraphedDense, together=True, devices=("cuda",))
