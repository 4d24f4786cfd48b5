"""The formulas of the variational autoencoder (Kingma & Welling 2014, https://arxiv.org/abs/1312.6114).

For each image the encoder gives a normal distribution with mean mu and diagonal variance exp(log_var). Training decodes
a sample of it and penalises its distance from N(0, 1). The training objective, which is minimised, is

    recon_loss + β Σ_j max(λ, KL_j)

recon_loss: summed over pixels, mean over images; KL_j: of code number j, in nats, mean over the images of a batch;
β: Higgins et al. 2017; λ, the free bits: Kingma et al. 2016, https://arxiv.org/abs/1606.04934. With β = 1, λ = 0 and
binary cross-entropy this is the negative ELBO.

With K > 1 samples z_k of each image the objective is the bound of importance-weighted autoencoders (Burda et al. 2016,
IWAE, https://arxiv.org/abs/1509.00519), with β on the second term:

    −log 1/K Σ_k exp(−recon_loss_k − β (log q(z_k|x) − log p(z_k)))

An encoder can give any real number, but a variance must be above 0: `VARIANCES` has ways to map one to the other.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aelib.core.language import translated
from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")

SMALLEST_VARIANCE = 1e-6
# a code number is in use if the variance of its mean over the images exceeds this (Burda et al. 2016)
ACTIVE_VARIANCE = 0.01


@translated("label")
@dataclass(frozen=True, kw_only=True)
class Variance:
    """How to get the variance from s, the second half of the encoder's output.

    Attributes:
        label: its usual name.
        formula: LaTeX.
        log_var: computes the log variances from s, same shape, differentiable.
        script: `log_var` in a script of plain PyTorch, in terms of `s`.
    """

    label: str
    formula: str
    log_var: "Callable[[Tensor], Tensor]"
    script: str


VARIANCES: dict[str, Variance] = {
    "log_var": Variance(label="log σ²", formula=r"\sigma^2=e^s", log_var=lambda s: s, script="s"),
    "softplus": Variance(
        label="σ, softplus",
        formula=r"\sigma=\ln(1+e^s)",
        log_var=lambda s: 2 * torch.nn.functional.softplus(s).clamp(min=SMALLEST_VARIANCE**0.5).log(),
        script=f"2 * F.softplus(s).clamp(min={SMALLEST_VARIANCE**0.5:g}).log()",
    ),
    "clamped": Variance(
        label="σ², cut off above 0",
        formula=r"\sigma^2=\max(s,\,10^{-6})",
        log_var=lambda s: s.clamp(min=SMALLEST_VARIANCE).log(),
        script=f"s.clamp(min={SMALLEST_VARIANCE:g}).log()",
    ),
}


def reparametrize(mu: "Tensor", log_var: "Tensor", eps: "Tensor") -> "Tensor":
    """A sample of N(mu, exp(log_var)) through which gradients flow; eps: standard normal. All have the same shape."""
    return mu + (0.5 * log_var).exp() * eps


def kl(mu: "Tensor", log_var: "Tensor") -> "Tensor":
    """KL(N(mu, exp(log_var)) ‖ N(0, 1)) of each number, in nats, same shape; at least 0 except for rounding errors."""
    return 0.5 * (mu.square() + log_var.exp() - 1.0 - log_var)


def objective(recon_loss: "Tensor", kl_each: "Tensor", beta: "Tensor | float", free_bits: float) -> "Tensor":
    """The training objective. recon_loss: any shape; kl_each: the same × latent_dim, means over images; beta:
    broadcasts with recon_loss."""
    return recon_loss + beta * kl_each.clamp(min=free_bits).sum(dim=-1)


def importance_objective(recon_each: "Tensor", mu: "Tensor", log_var: "Tensor", eps: "Tensor", beta: float) -> "Tensor":
    """The training objective with K samples of each image. recon_each: K × images, summed over pixels; mu, log_var:
    images × latent_dim; eps: K × images × latent_dim, the noise that gave the samples. Returns the mean over images, in
    nats."""
    z = reparametrize(mu, log_var, eps)
    # log q − log p; the constants of the two normal distributions cancel
    apart = 0.5 * (z.square() - eps.square() - log_var).sum(dim=-1)
    weights = -recon_each - beta * apart
    return -(weights.logsumexp(dim=0) - math.log(len(weights))).mean()


def active(mu: "Tensor") -> "Tensor":
    """Which code numbers are in use, that is, differ between images: bool, latent_dim. mu: images × latent_dim."""
    return mu.var(dim=0, correction=0) > ACTIVE_VARIANCE


def warm_up(epoch: int, epochs: int) -> float:
    """The factor of β in `epoch` (from 1): it rises in equal steps over this many epochs, then stays at 1."""
    return min(1.0, epoch / epochs) if epochs else 1.0
