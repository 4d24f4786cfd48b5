"""Activation functions: one registry entry holds everything about one function.

Models, engines, pages, the script export and the command line read `ACTIVATIONS`. To add an activation, add one entry.
Only `module` is required: an engine refuses an entry that has no implementation for it, and another engine trains the
net.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from aelib.core.language import translated
from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from . import compiled_loops, modules
else:
    torch, nn = lazy("torch"), lazy("torch.nn")
    compiled_loops, modules = lazy("aelib.nn.compiled_loops"), lazy("aelib.nn.modules")

LEAK = 0.01  # nn.LeakyReLU's default slope left of zero
PRELU_START = 0.25  # nn.PReLU's default


class InPlace(NamedTuple):
    """An activation for the batched engine, which has no autograd graph. All tensors have the same shape.

    Attributes:
        forward: (z, slope, out) writes f(z) into `out`; `slope` is the learnt parameter, or None.
        backward: (grad, z, y, slope) turns dL/dy in `grad` into dL/dz in place, with y = f(z).
    """

    forward: "Callable[[Tensor, Tensor | None, Tensor], object]"
    backward: "Callable[[Tensor, Tensor, Tensor, Tensor | None], object]"


class Loops(NamedTuple):
    """An activation for the compiled engine: functions that Numba compiles, over flat float32 arrays of the same
    length.

    Attributes:
        forward: (z, y, slope) writes f(z) into `y`.
        backward: (z, y, grad, slope) turns dL/dy in `grad` into dL/dz in place.
            `slope` is the number that f learns, 0 if it learns none.
    """

    forward: Callable[..., None]
    backward: Callable[..., None]


@translated("label")
@dataclass(frozen=True, kw_only=True)
class Activation:
    """One activation function f.

    Attributes:
        label: its usual name.
        formula: LaTeX of f(z).
        derivative: LaTeX of f'(z); empty if there is none.
        low, high: the bounds of f; infinite if f has no bound.
        gain: its name for `nn.init.calculate_gain`.
        module: makes the torch module, the reference for everything else.
        script: how a script of plain PyTorch writes the module; None: cannot be exported as a script.
        script_class: Python code that such a script needs first, if torch has no such module.
        batched: for the batched engine; None: that engine does not support it.
        compiled: returns the loops for the compiled engine; None: that engine does not support it.
        learnt_slope: whether it has a learnt parameter.
        hard_limits: whether f is constant at both of its bounds, so that its slope there is exactly 0.
        browser: whether the engine in the browser (`aelib.browser`) has it too, under the same name.
    """

    label: str
    formula: str
    low: float
    high: float
    gain: str
    module: "Callable[[], nn.Module]"
    derivative: str = ""
    script: str | None = None
    script_class: str = ""
    batched: InPlace | None = None
    compiled: Callable[[], Loops] | None = None
    learnt_slope: bool = False
    hard_limits: bool = False
    browser: bool = False

    def covers(self, low: float, high: float) -> bool:
        """Whether f can come arbitrarily close to every value of [low, high]."""
        return self.low <= low and high <= self.high


_ARCTAN_CLASS = """\
class Arctan(nn.Module):
    def forward(self, z):
        return torch.atan(z)"""


def _arctan_backward(grad: "Tensor", z: "Tensor", y: "Tensor", slope: "Tensor | None") -> None:
    grad.div_(z.square().add_(1.0))


def _prelu_forward(z: "Tensor", slope: "Tensor | None", out: "Tensor") -> None:
    assert slope is not None  # noqa: S101 - for the type checker: only layers with a learnt slope come here
    out.copy_(torch.where(z > 0, z, z * slope))


def _prelu_backward(grad: "Tensor", z: "Tensor", y: "Tensor", slope: "Tensor | None") -> None:
    assert slope is not None  # noqa: S101
    grad.mul_(torch.where(z > 0, 1.0, slope))


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(
        label="identity",
        formula="z",
        derivative="1",
        low=-math.inf,
        high=math.inf,
        gain="linear",
        module=lambda: nn.Identity(),
        script="nn.Identity()",
        batched=InPlace(lambda z, slope, out: out.copy_(z), lambda grad, z, y, slope: None),
        compiled=lambda: Loops(compiled_loops.identity, compiled_loops.identity_backward),
        browser=True,
    ),
    "sigmoid": Activation(
        label="sigmoid",
        formula=r"\frac{1}{1+e^{-z}}",
        derivative=r"f(z)\,(1-f(z))",
        low=0.0,
        high=1.0,
        gain="sigmoid",
        module=lambda: nn.Sigmoid(),
        script="nn.Sigmoid()",
        batched=InPlace(
            lambda z, slope, out: torch.sigmoid(z, out=out),
            lambda grad, z, y, slope: torch.ops.aten.sigmoid_backward.grad_input(grad, y, grad_input=grad),
        ),
        compiled=lambda: Loops(compiled_loops.sigmoid, compiled_loops.sigmoid_backward),
        browser=True,
    ),
    "tanh": Activation(
        label="tanh",
        formula=r"\tanh z",
        derivative=r"1-\tanh^2 z",
        low=-1.0,
        high=1.0,
        gain="tanh",
        module=lambda: nn.Tanh(),
        script="nn.Tanh()",
        batched=InPlace(
            lambda z, slope, out: torch.tanh(z, out=out),
            lambda grad, z, y, slope: torch.ops.aten.tanh_backward.grad_input(grad, y, grad_input=grad),
        ),
        compiled=lambda: Loops(compiled_loops.tanh, compiled_loops.tanh_backward),
        browser=True,
    ),
    "arctan": Activation(
        label="arctan",
        formula=r"\arctan z",
        derivative=r"\frac{1}{1+z^2}",
        low=-math.pi / 2,
        high=math.pi / 2,
        gain="tanh",
        module=lambda: modules.Arctan(),
        script="Arctan()",
        script_class=_ARCTAN_CLASS,
        batched=InPlace(lambda z, slope, out: torch.atan(z, out=out), _arctan_backward),
        compiled=lambda: Loops(compiled_loops.arctan, compiled_loops.arctan_backward),
        browser=True,
    ),
    "relu": Activation(
        label="ReLU",
        formula=r"\max(0, z)",
        derivative=r"1 \text{ if } z > 0 \text{ else } 0",
        low=0.0,
        high=math.inf,
        gain="relu",
        module=lambda: nn.ReLU(),
        script="nn.ReLU()",
        batched=InPlace(
            lambda z, slope, out: torch.clamp(z, min=0.0, out=out),
            lambda grad, z, y, slope: torch.ops.aten.threshold_backward.grad_input(grad, z, 0.0, grad_input=grad),
        ),
        compiled=lambda: Loops(compiled_loops.relu, compiled_loops.relu_backward),
        browser=True,
    ),
    "leaky_relu": Activation(
        label="leaky ReLU",
        formula=r"\max(0.01\,z, z)",
        derivative=r"1 \text{ if } z > 0 \text{ else } 0.01",
        low=-math.inf,
        high=math.inf,
        gain="leaky_relu",
        module=lambda: nn.LeakyReLU(LEAK),
        script=f"nn.LeakyReLU({LEAK})",
        batched=InPlace(
            lambda z, slope, out: torch.ops.aten.leaky_relu.out(z, LEAK, out=out),
            lambda grad, z, y, slope: torch.ops.aten.leaky_relu_backward.grad_input(
                grad, z, LEAK, False, grad_input=grad
            ),
        ),
        compiled=lambda: Loops(compiled_loops.leaky_relu, compiled_loops.leaky_relu_backward),
        browser=True,
    ),
    "prelu": Activation(
        label="PReLU",
        formula=r"\max(0, z) + a \min(0, z),\ a \text{ is learnt}",
        derivative=r"1 \text{ if } z > 0 \text{ else } a",
        low=-math.inf,
        high=math.inf,
        gain="leaky_relu",
        module=lambda: nn.PReLU(init=PRELU_START),
        script=f"nn.PReLU(init={PRELU_START})",
        batched=InPlace(_prelu_forward, _prelu_backward),
        compiled=lambda: Loops(compiled_loops.prelu, compiled_loops.prelu_backward),
        learnt_slope=True,
        browser=True,
    ),
    "elu": Activation(
        label="ELU",
        formula=r"z \text{ if } z > 0 \text{ else } e^z - 1",
        derivative=r"1 \text{ if } z > 0 \text{ else } e^z",
        low=-1.0,
        high=math.inf,
        gain="relu",
        module=lambda: nn.ELU(),
        script="nn.ELU()",
        batched=InPlace(
            lambda z, slope, out: torch.ops.aten.elu.out(z, 1.0, 1.0, 1.0, out=out),
            lambda grad, z, y, slope: torch.ops.aten.elu_backward.grad_input(
                grad, 1.0, 1.0, 1.0, True, y, grad_input=grad
            ),
        ),
        compiled=lambda: Loops(compiled_loops.elu, compiled_loops.elu_backward),
        browser=True,
    ),
    "silu": Activation(
        label="SiLU",
        formula=r"\frac{z}{1+e^{-z}}",
        derivative=r"\sigma(z)\,(1+z\,(1-\sigma(z))),\ \sigma \text{ the sigmoid}",
        low=-0.2785,
        high=math.inf,
        gain="relu",
        module=lambda: nn.SiLU(),
        script="nn.SiLU()",
        batched=InPlace(
            lambda z, slope, out: torch.ops.aten.silu.out(z, out=out),
            lambda grad, z, y, slope: torch.ops.aten.silu_backward.grad_input(grad, z, grad_input=grad),
        ),
        compiled=lambda: Loops(compiled_loops.silu, compiled_loops.silu_backward),
        browser=True,
    ),
    "softplus": Activation(
        label="softplus",
        formula=r"\ln(1+e^z)",
        derivative=r"\frac{1}{1+e^{-z}}",
        low=0.0,
        high=math.inf,
        gain="relu",
        module=lambda: nn.Softplus(),
        script="nn.Softplus()",
        batched=InPlace(
            lambda z, slope, out: torch.ops.aten.softplus.out(z, out=out),
            lambda grad, z, y, slope: torch.ops.aten.softplus_backward.grad_input(grad, z, 1.0, 20.0, grad_input=grad),
        ),
        compiled=lambda: Loops(compiled_loops.softplus, compiled_loops.softplus_backward),
        browser=True,
    ),
    "saturating_linear": Activation(
        label="saturating linear",
        formula=r"\min(1, \max(0, z))",
        derivative=r"1 \text{ if } 0 < z < 1 \text{ else } 0",
        low=0.0,
        high=1.0,
        gain="linear",
        module=lambda: nn.Hardtanh(0.0, 1.0),
        script="nn.Hardtanh(0.0, 1.0)",
        batched=InPlace(
            lambda z, slope, out: torch.clamp(z, 0.0, 1.0, out=out),
            lambda grad, z, y, slope: torch.ops.aten.hardtanh_backward.grad_input(grad, z, 0.0, 1.0, grad_input=grad),
        ),
        compiled=lambda: Loops(compiled_loops.saturating_linear, compiled_loops.saturating_linear_backward),
        hard_limits=True,
        browser=True,
    ),
}


def activation_module(name: str) -> "nn.Module":
    """Create a new module of the activation; the attribute `registry_name` says which activation it is."""
    module = ACTIVATIONS[name].module()
    module.registry_name = name  # type: ignore[assignment]
    return module
