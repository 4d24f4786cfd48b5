"""Reconstruction losses, each defined per pixel: one registry entry holds everything about one loss.

Training minimises the mean over all pixels of all images, so the loss does not depend on the batch size. For
variational nets it minimises the sum over pixels, mean over images (see variational.py).

An output layer computes pre-activations z ("logits"); y = f(z) is the output and t the target, all of the same shape.
To add a loss, add one entry to `LOSSES`. Only `value` is required: an engine refuses an entry that has no
implementation for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aelib.core.language import translated
from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
    import torch.nn.functional as F
    from torch import Tensor

    from . import compiled_loops
else:
    torch, F, compiled_loops = lazy("torch"), lazy("torch.nn.functional"), lazy("aelib.nn.compiled_loops")

BCE_EPSILON = 1e-12  # torch's own binary_cross_entropy uses this value in its gradient


@translated("label")
@dataclass(frozen=True, kw_only=True)
class Loss:
    """One reconstruction loss.

    Attributes:
        label: its usual name.
        formula: LaTeX of the loss of one pixel.
        value: (z, y, t) gives the loss of each pixel, differentiable.
        script: its mean in a script of plain PyTorch, with `output`, `logits` and `y` (there the target); None: cannot
            be exported as a script.
        gradient: (y, t, out) writes the derivative of each pixel's loss into `out`, for the batched engine: with
            respect to z if `of_logits`, else with respect to y. None: that engine does not support it.
        compiled: returns the loop (y, t, grad) for the compiled engine, over flat float32 arrays: the same as
            `gradient`. None: that engine does not support it.
        of_logits: whether `value` reads z, and `gradient` and `compiled` give the derivative with respect to z.
        behind_sigmoid: the same loss computed from z, for nets with a sigmoid output.
        of_probabilities: whether it compares probabilities, so that outputs must lie in [0, 1].
        lowest: (targets: n × ...) returns the lower bound of the loss, summed over pixels, mean over images; None if
            the bound is 0.
        browser: whether the engine in the browser (`aelib.browser`) has it too, under the same name.
    """

    label: str
    formula: str
    value: "Callable[[Tensor, Tensor, Tensor], Tensor]"
    script: str | None = None
    gradient: "Callable[[Tensor, Tensor, Tensor], object] | None" = None
    compiled: Callable[[], Callable[..., None]] | None = None
    of_logits: bool = False
    behind_sigmoid: "Loss | None" = None
    of_probabilities: bool = False
    lowest: "Callable[[Tensor], float] | None" = None
    browser: bool = False


def _mse_gradient(y: "Tensor", t: "Tensor", out: "Tensor") -> None:
    torch.sub(y, t, out=out).mul_(2.0)


def _mae_gradient(y: "Tensor", t: "Tensor", out: "Tensor") -> None:
    torch.sub(y, t, out=out).sign_()


def _bce_gradient(y: "Tensor", t: "Tensor", out: "Tensor") -> None:
    torch.sub(y, t, out=out).div_((y * (1.0 - y)).clamp_(min=BCE_EPSILON))


def _entropy(targets: "Tensor") -> float:
    """Entropy of grey pixels, summed over pixels, mean over images, in nats: the loss that remains when every output is
    right."""
    t = targets.double()
    return float((torch.special.entr(t) + torch.special.entr(1 - t)).flatten(1).sum(dim=1).mean())


# ln σ(z) is finite for every z, but computing ln(σ(z)) is not once σ(z) rounds to 0 or 1. The sigmoid's slope also
# cancels, which leaves y − t as the derivative.
_BCE_OF_LOGITS = Loss(
    label="binary cross-entropy",
    formula=r"-t\ln\sigma(z)-(1-t)\ln(1-\sigma(z))",
    value=lambda z, y, t: F.binary_cross_entropy_with_logits(z, t, reduction="none"),
    script="F.binary_cross_entropy_with_logits(logits, y)",
    gradient=lambda y, t, out: torch.sub(y, t, out=out),
    compiled=lambda: compiled_loops.bce_of_logits,
    of_logits=True,
    of_probabilities=True,
    lowest=_entropy,
)

LOSSES: dict[str, Loss] = {
    "mse": Loss(
        label="mean squared error",
        formula=r"(y-t)^2",
        value=lambda z, y, t: (y - t).square(),
        script="F.mse_loss(output(logits), y)",
        gradient=_mse_gradient,
        compiled=lambda: compiled_loops.mse,
        browser=True,
    ),
    "mae": Loss(
        label="mean absolute error",
        formula=r"|y-t|",
        value=lambda z, y, t: (y - t).abs(),
        script="F.l1_loss(output(logits), y)",
        gradient=_mae_gradient,
        compiled=lambda: compiled_loops.mae,
        browser=True,
    ),
    "bce": Loss(
        label="binary cross-entropy",
        formula=r"-t\ln y-(1-t)\ln(1-y)",
        value=lambda z, y, t: F.binary_cross_entropy(y, t, reduction="none"),
        script="F.binary_cross_entropy(output(logits), y)",
        gradient=_bce_gradient,
        compiled=lambda: compiled_loops.bce,
        behind_sigmoid=_BCE_OF_LOGITS,
        of_probabilities=True,
        lowest=_entropy,
        browser=True,
    ),
}


def lowest(name: str, targets: "Tensor") -> float | None:
    """The lower bound of the loss `name`, summed over pixels, mean over images (targets: n × ...); None if the bound is
    0."""
    floor = LOSSES[name].lowest
    found = floor(targets) if floor is not None else 0.0
    return found if found > 0 else None


def select(name: str, output_activation: str) -> Loss:
    """The loss to compute: after a sigmoid output, the form that is computed from the logits, if there is one."""
    loss = LOSSES[name]
    return loss.behind_sigmoid if output_activation == "sigmoid" and loss.behind_sigmoid is not None else loss
