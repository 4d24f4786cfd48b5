"""The variational autoencoder's own formulas (Kingma & Welling 2014, https://arxiv.org/abs/1312.6114).

The encoder gives a normal distribution for each image, with mean mu and diagonal variance exp(log_var); training
decodes a sample of it and pays for its distance from N(0, 1). What training makes small is

    recon_loss + β Σ_j max(λ, KL_j)

recon_loss: summed over pixels, mean over images; KL_j: of code number j, in nats, mean over the images of a batch;
β: Higgins et al. 2017; λ, the free bits: Kingma et al. 2016, https://arxiv.org/abs/1606.04934. With β = 1, λ = 0 and
binary cross-entropy this is the negative ELBO.

With K > 1 samples z_k of an image it is the bound of importance-weighted autoencoders (Burda et al. 2016, IWAE,
https://arxiv.org/abs/1509.00519), with β on the second term:

    −log 1/K Σ_k exp(−recon_loss_k − β (log q(z_k|x) − log p(z_k)))

An encoder gives any real number, and a variance must be above 0: `VARIANCES` are ways from one to the other.
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
ACTIVE_VARIANCE = 0.01  # of a code number's mean over the images, from which on it is in use (Burda et al. 2016)


@translated("label")
@dataclass(frozen=True, kw_only=True)
class Variance:
    """How the second half of what an encoder gives, s, stands for the variance.

    Attributes:
        label: what people call it.
        formula: LaTeX.
        log_var: log variances of s, same shape, differentiable.
        script: `log_var` in a script of plain PyTorch, of `s`.
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
    """A sample of N(mu, exp(log_var)) through which gradients flow; eps: standard normal, all of one shape."""
    return mu + (0.5 * log_var).exp() * eps


def kl(mu: "Tensor", log_var: "Tensor") -> "Tensor":
    """KL(N(mu, exp(log_var)) ‖ N(0, 1)) of each number, in nats, not below 0 but for rounding; same shape."""
    return 0.5 * (mu.square() + log_var.exp() - 1.0 - log_var)


def objective(recon_loss: "Tensor", kl_each: "Tensor", beta: "Tensor | float", free_bits: float) -> "Tensor":
    """What training makes small. recon_loss: any shape; kl_each: the same × latent_dim, means over images; beta:
    broadcasts with recon_loss."""
    return recon_loss + beta * kl_each.clamp(min=free_bits).sum(dim=-1)


def importance_objective(recon_each: "Tensor", mu: "Tensor", log_var: "Tensor", eps: "Tensor", beta: float) -> "Tensor":
    """What training makes small with K samples of each image. recon_each: K × images, summed over pixels; mu, log_var:
    images × latent_dim; eps: K × images × latent_dim, which the samples were made of. Mean over images, nats."""
    z = reparametrize(mu, log_var, eps)
    # log q − log p; the constants of the two normal distributions are the same
    apart = 0.5 * (z.square() - eps.square() - log_var).sum(dim=-1)
    weights = -recon_each - beta * apart
    return -(weights.logsumexp(dim=0) - math.log(len(weights))).mean()


def active(mu: "Tensor") -> "Tensor":
    """bool, latent_dim: code numbers that tell images apart. mu: images × latent_dim."""
    return mu.var(dim=0, correction=0) > ACTIVE_VARIANCE


def warm_up(epoch: int, epochs: int) -> float:
    """What β is multiplied by in `epoch` (from 1): rises in equal steps over so many epochs, then 1."""
    return min(1.0, epoch / epochs) if epochs else 1.0
