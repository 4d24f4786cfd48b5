"""The code of variational nets in the batched engine: sampled in the forward pass, differentiated by hand in the
backward pass.

Layout as in `batched`: members × numbers × images. With z = mu + σ eps, σ = exp(log_var / 2), B images, G =
∂/∂z of the reconstruction loss, and KL_j = ½ (mu² + σ² − 1 − log_var) (see `aelib.nn.variational`), the derivatives are

    ∂/∂mu = G + β mu / B        ∂/∂log_var = G eps σ / 2 + β (σ² − 1) / 2B

where the terms with β apply only to latent dimensions whose mean KL is above the free bits.
"""

import torch
from torch import Tensor

from aelib.nn.optimizers import Setting
from aelib.nn.variational import kl


class Bottleneck:
    """The code of nets with the same latent_dim. beta: one number, or a float64 tensor on the CPU with one per
    member."""

    def __init__(self, latent_dim: int, beta: Setting, free_bits: float, device: torch.device) -> None:
        self.latent_dim, self.free_bits = latent_dim, free_bits
        self.beta = beta
        self._wide = torch.float32 if device.type == "mps" else torch.float64  # MPS has no float64
        self._device = device
        self._copy_beta()

    def _copy_beta(self) -> None:
        """Copy β to the device, members (or 1) × 1 × 1, so that no step has to."""
        beta = torch.as_tensor(self.beta, dtype=torch.float64).to(self._wide).to(self._device)
        self._beta = beta.reshape(-1, 1, 1)

    def split(self, heads: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log_var, from the output of the code's layer, members × 2 latent_dim × images."""
        return heads[:, : self.latent_dim], heads[:, self.latent_dim :]

    def forward(self, heads: Tensor, eps: Tensor | None, out: Tensor) -> None:
        """Write the code to `out` (members × latent_dim × images): a sample with eps (members × images × latent_dim),
        or the mean if eps is None."""
        mu, log_var = self.split(heads)
        if eps is None:
            out.copy_(mu)
            return
        torch.exp(log_var * 0.5, out=out)
        out.mul_(eps.transpose(1, 2)).add_(mu)

    def backward(self, delta: Tensor, heads: Tensor, eps: Tensor, beta_factor: float) -> Tensor:
        """From ∂/∂z (members × latent_dim × images) to ∂/∂heads (members × 2 latent_dim × images)."""
        mu, log_var = self.split(heads)
        deviation = (log_var * 0.5).exp_()
        variance = deviation.square()
        weight = self._weight(mu, log_var, beta_factor)
        to_mu = torch.addcmul(delta, mu, weight)
        deviation.mul_(eps.transpose(1, 2)).mul_(delta)
        to_log_var = deviation.add_(variance.sub_(1.0).mul_(weight)).mul_(0.5)
        return torch.cat([to_mu, to_log_var], dim=1)

    def _weight(self, mu: Tensor, log_var: Tensor, beta_factor: float) -> Tensor:
        """The factor on the derivative of the KL; it broadcasts with members × latent_dim × images."""
        beta = (self._beta * (beta_factor / mu.shape[2])).to(mu.dtype)
        if self.free_bits == 0:
            return beta
        paid = kl(mu, log_var).mean(dim=2, keepdim=True) > self.free_bits
        return beta * paid

    def retain(self, members: Tensor) -> None:
        """Continue with these members only."""
        if isinstance(self.beta, Tensor):
            self.beta = self.beta[members]
            self._copy_beta()
