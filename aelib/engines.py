"""What the training loop needs from whatever changes the weights, and the engine that leaves it to autograd.

An engine trains one or more `members`: nets of one shape that may differ in seed, learning rate, momentum and
weight decay. `aelib.ensemble` has the engine for small dense nets, where autograd costs more than the arithmetic.
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from . import losses
from .experiment import Experiment
from .models import Autoencoder
from .optimizers import torch_optimizer


class Batch(NamedTuple):
    """Normalised images, (members or 1) × images × channels × height × width; `inputs` go in, `targets` are wanted."""

    inputs: Tensor
    targets: Tensor


class Look(NamedTuple):
    """The nets as they are now. codes: members × images × latent_dim; outputs: members × images × channels ×
    height × width, normalised; loss: float64 on the CPU (MPS has none), members, the mean over pixels and images."""

    codes: Tensor
    outputs: Tensor
    loss: Tensor


class Engine(Protocol):
    """One optimisation step at a time, for all members at once."""

    members: int

    def step(self, batch: Batch, rate_factor: float) -> None:
        """One update of every member; `rate_factor` is the schedule's."""
        ...

    def look(self, batch: Batch) -> Look:
        """Codes, outputs and loss, without changing anything."""
        ...

    def state(self, member: int) -> dict[str, Tensor]:
        """The member's state_dict, copied to the CPU."""
        ...

    def keep(self, members: list[int]) -> None:
        """Go on with these members only, in this order."""
        ...


class AutogradEngine:
    """Any model, one member, gradients from autograd and the optimiser from torch."""

    def __init__(self, model: Autoencoder, experiment: Experiment, device: torch.device) -> None:
        self.members = 1
        self.model = model.to(device)
        self.loss = losses.select(experiment.loss, experiment.output_activation)
        settings = experiment.optimizer
        self.rate = settings.learning_rate
        self.optimizer = torch_optimizer(
            settings.kind, list(model.parameters()), self.rate, settings.momentum, settings.weight_decay
        )

    def _forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        codes = self.model.encode(batch.inputs[0])
        logits = self.model.decode_logits(codes)
        outputs = self.model.output(logits)
        return codes, outputs, self.loss.value(logits, outputs, batch.targets[0]).mean()

    def step(self, batch: Batch, rate_factor: float) -> None:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * rate_factor
        self.optimizer.zero_grad()
        self._forward(batch)[-1].backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()

    @torch.no_grad()
    def look(self, batch: Batch) -> Look:
        self.model.eval()
        codes, outputs, loss = self._forward(batch)
        return Look(codes[None], outputs[None], loss.cpu().double()[None])

    def state(self, member: int) -> dict[str, Tensor]:
        return {name: tensor.detach().cpu().clone() for name, tensor in self.model.state_dict().items()}

    def keep(self, members: list[int]) -> None:
        self.members = len(members)
