"""What the training loop needs from whatever changes the weights, and the engine that leaves it to autograd.

An engine trains one or more `members`: nets of one shape that may differ in seed, learning rate, momentum, weight
decay and β. `aelib.ensemble` has the engine for small dense nets, where autograd costs more than the arithmetic.
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from . import losses
from .experiment import Experiment
from .models import Autoencoder
from .optimizers import torch_optimizer
from .variational import kl, objective, reparametrize


class Batch(NamedTuple):
    """Normalised images, (members or 1) × images × channels × height × width; `inputs` go in, `targets` are wanted.
    eps: for variational nets, standard normal, members × images × latent_dim."""

    inputs: Tensor
    targets: Tensor
    eps: Tensor | None = None


class Posterior(NamedTuple):
    """What a look at variational nets has beside codes and outputs. log_var: members × images × latent_dim;
    recon_loss: members, summed over pixels, mean over images, of a sampled code; kl: members × latent_dim, in nats,
    mean over images. The last two are float64, on the CPU."""

    log_var: Tensor
    recon_loss: Tensor
    kl: Tensor


class Look(NamedTuple):
    """The nets as they are now. codes: members × images × latent_dim, of variational nets the means; outputs: of these
    codes, members × images × channels × height × width, normalised; loss: what training makes small, float64 on the CPU
    (MPS has none), members, the mean over pixels and images, or see `aelib.variational`."""

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

    def look(self, batch: Batch) -> Look:
        """Codes, outputs and loss, without changing anything."""
        ...

    def decode(self, codes: Tensor) -> Tensor:
        """Codes, members × n × latent_dim, to normalised images, members × n × channels × height × width."""
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
        self.beta, self.free_bits = experiment.beta, experiment.free_bits
        settings = experiment.optimizer
        self.rate = settings.learning_rate
        self.optimizer = torch_optimizer(
            settings.kind, list(model.parameters()), self.rate, settings.momentum, settings.weight_decay
        )

    def _decoded(self, codes: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs, and the reconstruction loss: mean over pixels and images; of a variational net summed over
        pixels."""
        logits = self.model.decode_logits(codes)
        outputs = self.model.output(logits)
        loss = self.loss.value(logits, outputs, targets).mean()
        return outputs, loss * outputs[0].numel() if self.model.variational else loss

    def _sampled(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """mu, log_var, the reconstruction loss of sampled codes, and the KL of each code number."""
        if batch.eps is None:
            raise ValueError("a variational net needs random numbers")
        mu, log_var = self.model.posterior(batch.inputs[0])
        _, recon_loss = self._decoded(reparametrize(mu, log_var, batch.eps[0]), batch.targets[0])
        return mu, log_var, recon_loss, kl(mu, log_var).mean(dim=0)

    def step(self, batch: Batch, rate_factor: float, beta_factor: float = 1.0) -> None:
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * rate_factor
        self.optimizer.zero_grad()
        if self.model.variational:
            *_, recon_loss, kl_each = self._sampled(batch)
            loss = objective(recon_loss, kl_each, self.beta * beta_factor, self.free_bits)
        else:
            _, loss = self._decoded(self.model.encode(batch.inputs[0]), batch.targets[0])
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()

    @torch.no_grad()
    def look(self, batch: Batch) -> Look:
        self.model.eval()
        if not self.model.variational:
            codes = self.model.encode(batch.inputs[0])
            outputs, loss = self._decoded(codes, batch.targets[0])
            return Look(codes[None], outputs[None], loss.cpu().double()[None])
        mu, log_var, recon_loss, kl_each = self._sampled(batch)
        outputs, _ = self._decoded(mu, batch.targets[0])
        loss = objective(recon_loss, kl_each, self.beta, self.free_bits)
        posterior = Posterior(log_var[None], recon_loss.cpu().double()[None], kl_each.cpu().double()[None])
        return Look(mu[None], outputs[None], loss.cpu().double()[None], posterior)

    @torch.no_grad()
    def decode(self, codes: Tensor) -> Tensor:
        self.model.eval()
        return self.model.decode(codes[0])[None]

    def state(self, member: int) -> dict[str, Tensor]:
        return {name: tensor.detach().cpu().clone() for name, tensor in self.model.state_dict().items()}

    def keep(self, members: list[int]) -> None:
        self.members = len(members)
