"""What the training loop needs from an engine, the part that changes the weights.

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


class Batch(NamedTuple):
    """Normalised images, (members or 1) × images × channels × height × width; `inputs` go in, `targets` are wanted.
    eps: for variational nets, standard normal, members × images × latent_dim."""

    inputs: Tensor
    targets: Tensor
    eps: Tensor | None = None


class Posterior(NamedTuple):
    """What an evaluation of variational nets has in addition.

    Attributes:
        log_var: members × images × latent_dim.
        recon_loss: of a sampled code, summed over pixels, mean over images: members, float64 on the CPU.
        kl: in nats, mean over images: members × latent_dim, float64 on the CPU.
    """

    log_var: Tensor
    recon_loss: Tensor
    kl: Tensor


class Evaluation(NamedTuple):
    """The nets as they are now.

    Attributes:
        codes: members × images × latent_dim; of variational nets the means. latent_dim is 0 where codes are too large
            to be stored.
        outputs: the decoded codes, members × images × channels × height × width, normalised.
        loss: the objective: the mean over pixels and images (of variational nets see `aelib.nn.variational`): members,
            float64 on the CPU, since MPS has no float64.
        posterior: of variational nets.
    """

    codes: Tensor
    outputs: Tensor
    loss: Tensor
    posterior: Posterior | None = None


class Engine(Protocol):
    """One optimisation step at a time, for all members at once."""

    members: int

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        """One update of every member; the factors are those of the rate's schedule and of β's warm-up."""
        ...

    def evaluate(self, batch: Batch) -> Evaluation:
        """Codes, outputs and loss, without changing anything."""
        ...

    def decode(self, codes: Tensor) -> Tensor:
        """Codes, members × n × latent_dim, to normalised images, members × n × channels × height × width."""
        ...

    def state(self, member: int) -> dict[str, Tensor]:
        """The member's state_dict, copied to the CPU."""
        ...

    def retain(self, members: list[int]) -> None:
        """Go on with these members only, in this order."""
        ...


@dataclass(frozen=True, kw_only=True)
class EngineKind:
    """One engine, as the trainer chooses it: one registry entry holds all that it must know.

    Attributes:
        name: as in docs/architecture.md.
        trains: (experiments of nets that may train together) whether the engine can train them: it knows every choice
            of theirs, and they are of the size that it is made for.
        make: (models, experiments, device) gives the engine; one model for each experiment. None where a library that
            it needs does not work on this machine, which the log then says: the next engine trains the nets.
        together: whether it trains several nets in one pass; else one at a time.
        devices: types of device that it is made for, such as "cuda"; None: every one.
    """

    name: str
    trains: Callable[[Sequence[Experiment]], bool]
    make: Callable[[list[Autoencoder], list[Experiment], torch.device], Engine | None]
    together: bool = False
    devices: tuple[str, ...] | None = None

    def serves(self, experiments: Sequence[Experiment], device: torch.device) -> bool:
        """Whether the trainer may leave these nets, which differ at most in `trainer.MEMBER_FIELDS`, to the engine."""
        here = self.devices is None or device.type in self.devices
        return here and (self.together or len(experiments) == 1) and self.trains(experiments)
