"""Reconstruction losses, each as the loss of every pixel. Nets are trained by the mean over all pixels of all images
(so it does not depend on batch size), variational ones by the sum over pixels, mean over images (see variational.py).

An output layer ends in pre-activations z ("logits"), y = f(z) is the output, t the target, all of one shape.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

BCE_EPSILON = 1e-12  # what torch's own binary_cross_entropy uses in its gradient


@dataclass(frozen=True)
class Loss:
    """value(z, y, t) -> loss of each pixel, differentiable (the autograd path).

    gradient(y, t, out) writes the derivative of each pixel's loss into `out`, by hand, for the batched engine:
    with respect to z where `of_logits`, else with respect to y.
    """

    label: str
    formula: str  # LaTeX
    value: Callable[[Tensor, Tensor, Tensor], Tensor]
    gradient: Callable[[Tensor, Tensor, Tensor], object]
    of_logits: bool = False


def _mse_gradient(y: Tensor, t: Tensor, out: Tensor) -> None:
    torch.sub(y, t, out=out).mul_(2.0)


def _mae_gradient(y: Tensor, t: Tensor, out: Tensor) -> None:
    torch.sub(y, t, out=out).sign_()


def _bce_gradient(y: Tensor, t: Tensor, out: Tensor) -> None:
    torch.sub(y, t, out=out).div_((y * (1.0 - y)).clamp_(min=BCE_EPSILON))


LOSSES: dict[str, Loss] = {
    "mse": Loss("mean squared error", r"(y-t)^2", lambda z, y, t: (y - t).square(), _mse_gradient),
    "mae": Loss("mean absolute error", r"|y-t|", lambda z, y, t: (y - t).abs(), _mae_gradient),
    "bce": Loss(
        "binary cross-entropy",
        r"-t\ln y-(1-t)\ln(1-y)",
        lambda z, y, t: F.binary_cross_entropy(y, t, reduction="none"),
        _bce_gradient,
    ),
}

# ln σ(z) is finite for every z, where ln(σ(z)) is not once σ(z) rounds to 0 or 1; and the sigmoid's slope
# cancels, which leaves y − t as the derivative.
_BCE_OF_LOGITS = Loss(
    "binary cross-entropy",
    r"-t\ln\sigma(z)-(1-t)\ln(1-\sigma(z))",
    lambda z, y, t: F.binary_cross_entropy_with_logits(z, t, reduction="none"),
    lambda y, t, out: torch.sub(y, t, out=out),
    of_logits=True,
)


def lowest(name: str, targets: Tensor) -> float | None:
    """Below what the loss, summed over pixels, mean over images (n × ...), cannot fall: cross-entropy of grey pixels
    has the pixels' own entropy left when every output is right. None where that is 0."""
    if name != "bce":
        return None
    t = targets.double()
    found = float((torch.special.entr(t) + torch.special.entr(1 - t)).flatten(1).sum(dim=1).mean())
    return found if found > 0 else None


def select(name: str, output_activation: str) -> Loss:
    """The loss to compute: BCE behind a sigmoid is taken from the logits."""
    return _BCE_OF_LOGITS if name == "bce" and output_activation == "sigmoid" else LOSSES[name]
