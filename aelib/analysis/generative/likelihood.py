"""The likelihood of images under a variational net, by importance sampling.

The posterior of the encoder proposes K codes for each image. With p(x|z) as defined by the reconstruction loss, without
constants,

    log 1/K Σ_k p(x|z_k) p(z_k) / q(z_k|x)

is the bound of Burda et al. 2016 (IWAE, https://arxiv.org/abs/1509.00519). Its mean is the ELBO for K = 1, rises with
K, and tends to log p(x); with many samples its negative is the importance-sampled negative log-likelihood.
"""

import math

import torch
from torch import Tensor
from torch.distributions import Normal

from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.nn import losses
from aelib.training import Run

AT_ONCE = 20_000  # codes that are decoded together
MAX_SAMPLES = 100_000


@torch.no_grad()
def iwae_bounds(run: Run, pixels: Tensor, samples: int, seed: int = 0, labels: Tensor | None = None) -> Tensor:
    """The bound of each image with this many samples, in nats if the loss is cross-entropy: float64, n.

    pixels: uint8, n × channels × height × width; labels: their classes, which a conditional net needs. The same seed
    gives the same samples. Raises LabError for a net that is not variational and for samples below 1 or above
    MAX_SAMPLES.
    """
    if not run.experiment.model.variational:
        raise LabError("Only a variational net has a likelihood: choose a run with model.variational true.")
    if not 1 <= samples <= MAX_SAMPLES:
        raise LabError(
            "samples is {samples}: give a whole number from 1 to {most:,}.", samples=samples, most=MAX_SAMPLES
        )
    loss = losses.select(run.experiment.loss, run.experiment.output_activation)
    random, prior = generator(seed, "importance"), Normal(0.0, 1.0)
    found = []
    for i, image in enumerate(run.normalization.apply(pixels.float() / 255.0)):
        net = run.model.given(None if labels is None else labels[i : i + 1])
        mu, log_var = net.posterior(image[None])
        posterior = Normal(mu, (0.5 * log_var).exp())
        weights = []
        for start in range(0, samples, AT_ONCE):
            count = min(AT_ONCE, samples - start)
            codes = mu + posterior.scale * torch.randn(count, run.latent_dim, generator=random)
            logits = net.decode_logits(codes)
            targets = image.expand_as(logits)
            cost = loss.value(logits, net.output(logits), targets).flatten(1).sum(dim=1)
            ratio = prior.log_prob(codes) - posterior.log_prob(codes)  # type: ignore[no-untyped-call]
            weights.append(ratio.sum(dim=1) - cost)
        found.append(torch.cat(weights).double().logsumexp(dim=0) - math.log(samples))
    return torch.stack(found)


def negative_log_likelihood(
    run: Run, pixels: Tensor, samples: int = 1000, seed: int = 0, labels: Tensor | None = None
) -> float:
    """The importance-sampled negative log-likelihood, mean over images; see `iwae_bounds`."""
    return -float(iwae_bounds(run, pixels, samples, seed, labels).mean())
