"""What the training loop needs from an engine, the part that changes the weights.

An engine trains one or more `members`: nets of one shape that may differ in seed, learning rate, momentum, weight
decay and β. `aelib.ensemble` has the engine for small dense nets, where autograd costs more than the arithmetic.
"""

from typing import NamedTuple, Protocol

from torch import Tensor


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
