"""The interface between the training loop and an engine, which updates the weights.

An engine trains one or more `members`: nets of one shape that may differ in seed, learning rate, momentum, weight
decay, noise level and β. `registry.ENGINES` lists the engines, each with an `EngineKind`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from aelib.experiment import Experiment
from aelib.models import Autoencoder

STEPS = "steps"  # the number of steps in the state of an optimiser


class Batch(NamedTuple):
    """A batch.

    inputs, targets: normalised images, (members or 1) × images × channels × height × width; eps: for variational nets,
    standard normal numbers, members × images × latent_dim; labels: for nets that are told the class, (members or 1) ×
    images.
    """

    inputs: Tensor
    targets: Tensor
    eps: Tensor | None = None
    labels: Tensor | None = None


class Posterior(NamedTuple):
    """The additional results of an evaluation of variational nets.

    Attributes:
        log_var: log variances of the codes, members × images × latent_dim.
        recon_loss: reconstruction loss of sampled codes, summed over pixels, mean over images: members, float64 on the
            CPU.
        kl: KL in nats, mean over images: members × latent_dim, float64 on the CPU.
    """

    log_var: Tensor
    recon_loss: Tensor
    kl: Tensor


class Evaluation(NamedTuple):
    """The results of an evaluation.

    Attributes:
        codes: members × images × latent_dim, for variational nets the means. latent_dim is 0 if codes are too large to
            be stored.
        outputs: the decoded codes, members × images × channels × height × width, normalised.
        loss: the objective, mean over pixels and images (for variational nets see `aelib.nn.variational`): members,
            float64 on the CPU, since MPS has no float64.
        posterior: additional results of variational nets, else None.
    """

    codes: Tensor
    outputs: Tensor
    loss: Tensor
    posterior: Posterior | None = None


class Engine(Protocol):
    """An engine performs optimisation steps for all members at once. members: their number."""

    members: int

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        """Update every member once. rate_factor, beta_factor: factors (0 to 1) on learning rate and β, from the
        schedule and the warm-up."""
        ...

    def evaluate(self, batch: Batch) -> Evaluation:
        """Codes, outputs and loss of a batch; the weights do not change."""
        ...

    def decode(self, codes: Tensor) -> Tensor:
        """Decode codes, members × n × latent_dim, to normalised images, members × n × channels × height × width."""
        ...

    def state(self, member: int) -> dict[str, Tensor]:
        """The member's state_dict, copied to the CPU."""
        ...

    def states(self) -> dict[str, Tensor]:
        """The state_dicts of all members, copied to the CPU: name -> members × shape. Snapshots take them, while
        training waits."""
        ...

    def optimizer_state(self, member: int) -> dict[str, Tensor]:
        """The state of the member's optimiser, copied to the CPU: `steps`, the number of its steps, and for each slot
        (`OptimizerKind.slots`) and parameter a tensor like the parameter, by the name "slot.parameter"."""
        ...

    def load(self, state: dict[str, Tensor], optimizer_state: dict[str, Tensor]) -> None:
        """Go on, as the only member, from what `state` and `optimizer_state` of any engine have returned."""
        ...

    def retain(self, members: list[int]) -> None:
        """Continue with these members only, in this order."""
        ...


@dataclass(frozen=True, kw_only=True)
class EngineKind:
    """The registry entry of an engine, with everything that the trainer needs to choose it.

    Attributes:
        name: as in docs/architecture.md.
        trains: whether the engine can train these experiments: it supports all their choices and their size.
        make: (models, experiments, device) -> engine, with one model for each experiment. None if a library that it
            needs does not work on this machine; this is logged, and the next engine trains the nets.
        together: whether it trains several nets in one pass; else one at a time.
        devices: device types that it supports, such as "cuda"; None for all.
    """

    name: str
    trains: Callable[[Sequence[Experiment]], bool]
    make: Callable[[list[Autoencoder], list[Experiment], torch.device], Engine | None]
    together: bool = False
    devices: tuple[str, ...] | None = None

    def serves(self, experiments: Sequence[Experiment], device: torch.device) -> bool:
        """Whether the engine can train these nets, which differ at most in `trainer.MEMBER_FIELDS`, on this device."""
        here = self.devices is None or device.type in self.devices
        return here and (self.together or len(experiments) == 1) and self.trains(experiments)
