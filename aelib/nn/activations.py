"""Activation functions: one registry serves the models, the batched engine, the pages and the command line.

Each entry gives the torch module (the reference, used with autograd) and the in-place pair that the batched
engine of `aelib.ensemble` uses, where building an autograd graph costs more than the arithmetic.
To add one: add one line to `ACTIVATIONS`; a test holds the in-place pair against the module.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_aten = torch.ops.aten

LEAK = 0.01  # nn.LeakyReLU's default slope left of zero
PRELU_START = 0.25  # nn.PReLU's default


class Arctan(nn.Module):
    """arctan(z), in (−π/2, π/2); torch has the function but no module of it."""

    def forward(self, z: Tensor) -> Tensor:
        return torch.atan(z)


@dataclass(frozen=True)
class Activation:
    """One activation function.

    forward(z, slope, out): writes f(z) into `out`; `slope` is PReLU's learnt parameter, else None.
    backward(grad, z, y, slope): turns dL/dy in `grad` into dL/dz in place, with y = f(z).
    low, high: the range of f; gain: name for `nn.init.calculate_gain`.
    """

    label: str
    formula: str  # LaTeX, f(z) = ...
    low: float
    high: float
    gain: str
    module: Callable[[], nn.Module]
    forward: Callable[[Tensor, Tensor | None, Tensor], object]
    backward: Callable[[Tensor, Tensor, Tensor, Tensor | None], object]
    learnt_slope: bool = False

    def covers(self, low: float, high: float) -> bool:
        """Whether f can come arbitrarily close to every value of [low, high]."""
        return self.low <= low and high <= self.high


def _arctan_backward(grad: Tensor, z: Tensor, y: Tensor, slope: Tensor | None) -> None:
    grad.div_(z.square().add_(1.0))


def _prelu_forward(z: Tensor, slope: Tensor | None, out: Tensor) -> None:
    assert slope is not None  # noqa: S101 - for the type checker: only PReLU layers come here
    out.copy_(torch.where(z > 0, z, z * slope))


def _prelu_backward(grad: Tensor, z: Tensor, y: Tensor, slope: Tensor | None) -> None:
    assert slope is not None  # noqa: S101
    grad.mul_(torch.where(z > 0, 1.0, slope))


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(
        "identity",
        "z",
        -math.inf,
        math.inf,
        "linear",
        nn.Identity,
        lambda z, s, out: out.copy_(z),
        lambda grad, z, y, s: None,
    ),
    "sigmoid": Activation(
        "sigmoid",
        r"\frac{1}{1+e^{-z}}",
        0.0,
        1.0,
        "sigmoid",
        nn.Sigmoid,
        lambda z, s, out: torch.sigmoid(z, out=out),
        lambda grad, z, y, s: _aten.sigmoid_backward.grad_input(grad, y, grad_input=grad),
    ),
    "tanh": Activation(
        "tanh",
        r"\tanh z",
        -1.0,
        1.0,
        "tanh",
        nn.Tanh,
        lambda z, s, out: torch.tanh(z, out=out),
        lambda grad, z, y, s: _aten.tanh_backward.grad_input(grad, y, grad_input=grad),
    ),
    "arctan": Activation(
        "arctan",
        r"\arctan z",
        -math.pi / 2,
        math.pi / 2,
        "tanh",
        Arctan,
        lambda z, s, out: torch.atan(z, out=out),
        _arctan_backward,
    ),
    "relu": Activation(
        "ReLU",
        r"\max(0, z)",
        0.0,
        math.inf,
        "relu",
        nn.ReLU,
        lambda z, s, out: torch.clamp(z, min=0.0, out=out),
        lambda grad, z, y, s: _aten.threshold_backward.grad_input(grad, z, 0.0, grad_input=grad),
    ),
    "leaky_relu": Activation(
        "leaky ReLU",
        r"\max(0.01\,z, z)",
        -math.inf,
        math.inf,
        "leaky_relu",
        lambda: nn.LeakyReLU(LEAK),
        lambda z, s, out: _aten.leaky_relu.out(z, LEAK, out=out),
        lambda grad, z, y, s: _aten.leaky_relu_backward.grad_input(grad, z, LEAK, False, grad_input=grad),
    ),
    "prelu": Activation(
        "PReLU",
        r"\max(0, z) + a \min(0, z),\ a \text{ learnt}",
        -math.inf,
        math.inf,
        "leaky_relu",
        lambda: nn.PReLU(init=PRELU_START),
        _prelu_forward,
        _prelu_backward,
        learnt_slope=True,
    ),
    "elu": Activation(
        "ELU",
        r"z \text{ if } z > 0 \text{ else } e^z - 1",
        -1.0,
        math.inf,
        "relu",
        nn.ELU,
        lambda z, s, out: _aten.elu.out(z, 1.0, 1.0, 1.0, out=out),
        lambda grad, z, y, s: _aten.elu_backward.grad_input(grad, 1.0, 1.0, 1.0, True, y, grad_input=grad),
    ),
    "silu": Activation(
        "SiLU",
        r"\frac{z}{1+e^{-z}}",
        -0.2785,
        math.inf,
        "relu",
        nn.SiLU,
        lambda z, s, out: _aten.silu.out(z, out=out),
        lambda grad, z, y, s: _aten.silu_backward.grad_input(grad, z, grad_input=grad),
    ),
    "softplus": Activation(
        "softplus",
        r"\ln(1+e^z)",
        0.0,
        math.inf,
        "relu",
        nn.Softplus,
        lambda z, s, out: _aten.softplus.out(z, out=out),
        lambda grad, z, y, s: _aten.softplus_backward.grad_input(grad, z, 1.0, 20.0, grad_input=grad),
    ),
    "saturating_linear": Activation(
        "saturating linear",
        r"\min(1, \max(0, z))",
        0.0,
        1.0,
        "linear",
        lambda: nn.Hardtanh(0.0, 1.0),
        lambda z, s, out: torch.clamp(z, 0.0, 1.0, out=out),
        lambda grad, z, y, s: _aten.hardtanh_backward.grad_input(grad, z, 0.0, 1.0, grad_input=grad),
    ),
}
