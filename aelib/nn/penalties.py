"""Penalties on the code, one registry entry each: they keep a net with many code numbers from copying its input.

Training minimises the reconstruction loss plus

    weight · penalty

A penalty is a sum over the numbers of the code and a mean over images. The k-sparse code is a constraint instead of a
sum: all but the k largest numbers of each image are set to 0. To add a penalty, add one entry to `PENALTIES`. An engine
refuses an entry that has no implementation for it.
"""

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

RATE_EPSILON = 1e-6  # minimum distance of rates from 0 and 1, where their logarithms are infinite
ACTIVE_SHARE = 0.1  # a code number is active above this share of its largest value


@translated("label", "about")
@dataclass(frozen=True, kw_only=True)
class Penalty:
    """One penalty on the code, or one constraint on it.

    Attributes:
        label: its usual name.
        formula: LaTeX of the term that is added to the loss of one image.
        about: one sentence: the effect on a code.
        settings: which of `weight`, `target` and `active`, the fields of `model.penalty`, it reads.
        value: (codes, target) returns the penalty without its weight, differentiable; codes: ... × images × latent_dim;
            the result has the leading axes. With `of_jacobian`, codes are Jacobians: images × latent_dim × inputs.
        of_jacobian: whether `value` takes the derivatives of the codes with respect to the inputs.
        constrain: (codes, k) returns the codes that the decoder receives, images × latent_dim, differentiable.
        low, high: codes must lie between these bounds.
        gradient: (codes, target) returns the derivative of `value` with respect to codes, in the layout of the batched
            engine: members × latent_dim × images. None: that engine does not support it.
        keep: (codes, k) sets codes to 0 in place, in that layout. None: that engine does not support it.
        script: `value` or `constrain` in a script of plain PyTorch, with `code` (images × numbers), `x`, `encoder`, and
            {target} or {active}; None: cannot be exported as a script.
    """

    label: str
    formula: str
    about: str
    settings: tuple[str, ...]
    value: "Callable[[Tensor, float], Tensor] | None" = None
    of_jacobian: bool = False
    constrain: "Callable[[Tensor, int], Tensor] | None" = None
    low: float = float("-inf")
    high: float = float("inf")
    gradient: "Callable[[Tensor, float], Tensor] | None" = None
    keep: "Callable[[Tensor, int], object] | None" = None
    script: str | None = None

    @property
    def batched(self) -> bool:
        """Whether the batched engine has everything that this penalty needs."""
        return (self.value is None or self.gradient is not None) and (self.constrain is None or self.keep is not None)


def _l1(codes: "Tensor", target: float) -> "Tensor":
    return codes.abs().sum(dim=-1).mean(dim=-1)


def _rates(codes: "Tensor", dim: int) -> "Tensor":
    return codes.mean(dim=dim).clamp(RATE_EPSILON, 1 - RATE_EPSILON)


def _kl(codes: "Tensor", target: float) -> "Tensor":
    """KL(Bernoulli(target) ‖ Bernoulli(rate)) in nats; the rate of a code number is its mean over the images."""
    rate = _rates(codes, -2)
    wanted = torch.tensor(target, dtype=rate.dtype, device=rate.device)
    each = wanted * (wanted / rate).log() + (1 - wanted) * ((1 - wanted) / (1 - rate)).log()
    return each.sum(dim=-1)


def _kl_gradient(codes: "Tensor", target: float) -> "Tensor":
    mean = codes.mean(dim=2, keepdim=True)
    rate = mean.clamp(RATE_EPSILON, 1 - RATE_EPSILON)
    slope = ((1 - target) / (1 - rate) - target / rate) * (rate == mean)  # outside the limits the slope is 0
    return (slope / codes.shape[2]).expand_as(codes)


def _largest(codes: "Tensor", k: int) -> "Tensor":
    kept = codes.topk(k, dim=1)
    return torch.zeros_like(codes).scatter(1, kept.indices, kept.values)


def _contraction(jacobians: "Tensor", target: float) -> "Tensor":
    return jacobians.square().sum(dim=(-2, -1)).mean()


PENALTIES: dict[str, Penalty] = {
    "l1": Penalty(
        label="L1: sum of absolute code numbers",
        formula=r"\sum_j |z_j|",
        about="Every number of a code costs its size, so most of them stay near 0.",
        settings=("weight",),
        value=_l1,
        gradient=lambda codes, target: codes.sign() / codes.shape[2],
        script="code.abs().sum(dim=1).mean()",
    ),
    # Ng's lecture notes on sparse autoencoders, used in the exercises of UFLDL
    "kl": Penalty(
        label="KL to a target rate",
        formula=r"\sum_j \rho \ln\frac{\rho}{\hat\rho_j} + (1-\rho) \ln\frac{1-\rho}{1-\hat\rho_j}",
        about="Every number of the code shall be on at the target rate, as a mean over the images.",
        settings=("weight", "target"),
        value=_kl,
        low=0.0,
        high=1.0,
        gradient=_kl_gradient,
        script="torch.distributions.kl_divergence(torch.distributions.Bernoulli(torch.tensor({target})), "
        "torch.distributions.Bernoulli(code.mean(dim=0).clamp(1e-6, 1 - 1e-6))).sum()",
    ),
    # Makhzani & Frey 2014, https://arxiv.org/abs/1312.5663
    "k_sparse": Penalty(
        label="k-sparse: the k largest code numbers",
        formula=r"z_j \text{ if it is one of the } k \text{ largest, else } 0",
        about="Of every code only the k largest numbers reach the decoder.",
        settings=("active",),
        constrain=_largest,
        keep=lambda codes, k: codes.copy_(_largest(codes, k)),
        script="torch.zeros_like(code).scatter(1, *code.topk({active}, dim=1)[::-1])",
    ),
    # Rifai et al. 2011
    "contractive": Penalty(
        label="contractive: squared norm of the encoder's Jacobian",
        formula=r"\lVert \partial z / \partial x \rVert_F^2",
        about="The code shall hardly change when its image changes a little.",
        settings=("weight",),
        value=_contraction,
        of_jacobian=True,
        script="torch.func.vmap(torch.func.jacrev(lambda one: encoder(one[None])[0]))(x).square().sum() / len(x)",
    ),
}


def active(codes: "Tensor") -> "Tensor":
    """Which code numbers are active: bool, images × latent_dim. A number is active if it exceeds ACTIVE_SHARE of its
    own largest absolute value over the images. A number that is 0 for all images is never active."""
    size = codes.abs()
    return (size > ACTIVE_SHARE * size.amax(dim=0)) & (size > 0)
