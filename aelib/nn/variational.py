"""The variational autoencoder's own formulas (Kingma & Welling 2014, https://arxiv.org/abs/1312.6114).

The encoder gives a normal distribution for each image, with mean mu and diagonal variance exp(log_var); training
decodes a sample of it and pays for its distance from N(0, 1). What training makes small is

    recon_loss + β Σ_j max(λ, KL_j)

recon_loss: summed over pixels, mean over images; KL_j: of code number j, in nats, mean over the images of a batch;
β: Higgins et al. 2017; λ, the free bits: Kingma et al. 2016, https://arxiv.org/abs/1606.04934. With β = 1, λ = 0 and
binary cross-entropy this is the negative ELBO.
"""

from torch import Tensor

ACTIVE_VARIANCE = 0.01  # of a code number's mean over the images, from which on it is in use (Burda et al. 2016)


def reparametrize(mu: Tensor, log_var: Tensor, eps: Tensor) -> Tensor:
    """A sample of N(mu, exp(log_var)) through which gradients flow; eps: standard normal, all of one shape."""
    return mu + (0.5 * log_var).exp() * eps


def kl(mu: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mu, exp(log_var)) ‖ N(0, 1)) of each number, in nats, not below 0 but for rounding; same shape."""
    return 0.5 * (mu.square() + log_var.exp() - 1.0 - log_var)


def objective(recon_loss: Tensor, kl_each: Tensor, beta: Tensor | float, free_bits: float) -> Tensor:
    """What training makes small. recon_loss: any shape; kl_each: the same × latent_dim, means over images; beta:
    broadcasts with recon_loss."""
    return recon_loss + beta * kl_each.clamp(min=free_bits).sum(dim=-1)


def active(mu: Tensor) -> Tensor:
    """bool, latent_dim: code numbers that tell images apart. mu: images × latent_dim."""
    return mu.var(dim=0, correction=0) > ACTIVE_VARIANCE


def warm_up(epoch: int, epochs: int) -> float:
    """What β is multiplied by in `epoch` (from 1): rises in equal steps over so many epochs, then 1."""
    return min(1.0, epoch / epochs) if epochs else 1.0
