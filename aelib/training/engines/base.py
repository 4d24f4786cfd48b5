"""The interface between the training loop and an engine, which updates the weights.

An engine trains one or more `members`: nets of one shape that may differ in seed, learning rate, momentum, weight
decay, noise level and β. `registry.ENGINES` lists the engines, each with an `EngineKind`.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.experiment import Experiment
from aelib.models import Autoencoder

STEPS = "steps"  # the number of steps in the state of an optimiser

# threads that training may use, if its tensor operations are limited to fewer
THREADS: ContextVar[int | None] = ContextVar("threads", default=None)


def allowed_threads() -> int:
    """Threads that an engine may start for nets that train side by side."""
    return THREADS.get() or torch.get_num_threads()


class Batch(NamedTuple):
    """A batch.

    inputs, targets: normalised images, (members or 1) × images × channels × height × width; eps: for variational nets,
    standard normal numbers, members × images × latent_dim, with several samples of an image one after the other;
    labels: for nets that receive the class, (members or 1) × images.
    """

    inputs: Tensor
    targets: Tensor
    eps: Tensor | None = None
    labels: Tensor | None = None

    def repeated(self, times: int) -> "Batch":
        """The batch for this many copies of each member: all members, then all members again, and so on."""

        def copied(part: Tensor) -> Tensor:
            return part if len(part) == 1 else part.repeat(times, *[1] * (part.dim() - 1))

        inputs = copied(self.inputs)
        targets = inputs if self.targets is self.inputs else copied(self.targets)
        eps, labels = (None if part is None else copied(part) for part in (self.eps, self.labels))
        return Batch(inputs, targets, eps, labels)


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

    def of(self, members: slice) -> "Evaluation":
        """The results of some members."""
        posterior = None if self.posterior is None else Posterior(*(part[members] for part in self.posterior))
        return Evaluation(self.codes[members], self.outputs[members], self.loss[members], posterior)


class Nets(Protocol):
    """Nets that can be evaluated and can decode codes."""

    def evaluate(self, batch: Batch) -> Evaluation:
        """Codes, outputs and loss of a batch; the weights do not change."""
        ...

    def decode(self, codes: Tensor) -> Tensor:
        """Decode codes, members × n × latent_dim, to normalised images, members × n × channels × height × width."""
        ...


class Engine(Nets, Protocol):
    """An engine performs optimisation steps for all members at once. members: their number."""

    members: int

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        """Update every member once. rate_factor, beta_factor: factors (0 to 1) on learning rate and β, from the
        schedule and the warm-up."""
        ...

    def state(self, member: int) -> dict[str, Tensor]:
        """The member's state_dict, copied to the CPU."""
        ...

    def states(self) -> dict[str, Tensor]:
        """The state_dicts of all members, copied to the CPU: name -> members × shape. Used for snapshots, while
        training waits."""
        ...

    def optimizer_state(self, member: int) -> dict[str, Tensor]:
        """The state of the member's optimiser, copied to the CPU: `steps`, the number of its steps, and a tensor like
        the parameter for each slot (`OptimizerKind.slots`) and parameter, named "slot.parameter"."""
        ...

    def load(self, state: dict[str, Tensor], optimizer_state: dict[str, Tensor]) -> None:
        """Continue with a single member from the results of `state` and `optimizer_state` of any engine."""
        ...

    def retain(self, members: list[int]) -> None:
        """Continue with these members only, in this order."""
        ...


@runtime_checkable
class Ahead(Engine, Protocol):
    """An engine that can perform many steps in one call, for nets without random codes that always get the same
    batch."""

    def steps(self, batch: Batch, rate_factors: NDArray[np.float64], keep: NDArray[np.bool_]) -> Tensor:
        """Perform one step for each factor. keep: after which steps to copy the parameters. Returns the copies, kept
        steps × members × parameters."""
        ...

    def at(self, rows: Tensor) -> Nets:
        """Nets with these parameters, nets × parameters; valid until the next call of any method of the engine."""
        ...

    def states_at(self, rows: Tensor) -> dict[str, Tensor]:
        """The state_dicts of nets with these parameters, nets × parameters: name -> nets × shape, copied."""
        ...

    def again(self, member: int, batch: Batch, rate_factors: NDArray[np.float64]) -> None:
        """Take a member back to the start of the last call of `steps`, and perform this many steps."""
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
