"""Many small dense nets on a CUDA device: the steps of `batched`, recorded once and replayed as one CUDA graph.

A step is some sixty small kernels, and on a GPU each of them costs more to launch than to run. A graph is launched
once. All that changes from step to step must then lie on the device: the batch (copied into place), the schedule and
Adam's corrections (three numbers). See https://pytorch.org/docs/stable/notes/cuda.html#cuda-graphs.
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

WARM_UP = 3  # steps before one is recorded: libraries set themselves up on their first calls

_log = logging.getLogger(__name__)


class GraphedDense(BatchedDense):
    """Engine (see `base.Engine`). Where recording fails it goes on step by step, and says so in the log. On a
    device without graphs it does so from the start, with the same arithmetic (so it can be tested there)."""

    fuses = False  # the graph has the optimiser in it

    def __init__(self, models: list[Autoencoder], experiments: list[Experiment], device: torch.device) -> None:
        super().__init__(models, experiments, device)
        self.records = device.type == "cuda"
        self._begin()

    def _begin(self) -> None:
        """For the members as they are now."""
        self.graphs: dict[int, torch.cuda.CUDAGraph] = {}
        self.warm: dict[int, int] = {}
        device = self.flat.device
        # factor / first correction, second correction, factor: of this step
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
            place.fill_(value)  # a launch with a number, which waits for nothing
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
        """Recording runs nothing: what is recorded is replayed for this step too."""
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
    """Whether these can be recorded: one momentum for all, and no random codes, which change from step to step."""
    first = experiments[0]
    return supports(first) and not first.model.variational and len({one.optimizer.momentum for one in experiments}) == 1


KIND = EngineKind(name="CUDA graphs", trains=_trains, make=GraphedDense, together=True, devices=("cuda",))
