"""A made-up entry for each registry, added as docs/architecture.md describes."""

import torch
from torch import Generator, Tensor, nn

from aelib.datasets.noise import Noise
from aelib.experiment.model_kinds import ModelKind
from aelib.models import DenseAutoencoder
from aelib.nn.activations import Activation, InPlace, Loops
from aelib.nn.initialization import Initialization
from aelib.nn.losses import Loss
from aelib.nn.optimizers import FlatOptimizer, OptimizerKind, Setting


class Softsign(nn.Module):
    """z / (1 + |z|)."""

    def forward(self, z: Tensor) -> Tensor:
        return z / (1 + z.abs())


def _softsign(z, y, slope):  # type: ignore[no-untyped-def]
    for s in range(len(z)):
        y[s] = z[s] / (1 + abs(z[s]))


def _softsign_backward(z, y, grad, slope):  # type: ignore[no-untyped-def]
    for s in range(len(z)):
        grad[s] /= (1 + abs(z[s])) * (1 + abs(z[s]))


ACTIVATION = Activation(
    label="softsign",
    formula=r"\frac{z}{1+|z|}",
    low=-1.0,
    high=1.0,
    gain="tanh",
    module=Softsign,
    script="Softsign()",
    script_class="class Softsign(nn.Module):\n    def forward(self, z):\n        return z / (1 + z.abs())",
    batched=InPlace(
        lambda z, slope, out: torch.div(z, 1 + z.abs(), out=out),
        lambda grad, z, y, slope: grad.div_((1 + z.abs()).square()),
    ),
    compiled=lambda: Loops(_softsign, _softsign_backward),
)


def _huber(y, t, grad):  # type: ignore[no-untyped-def]
    for s in range(len(y)):
        grad[s] = min(max(y[s] - t[s], -0.25), 0.25)


LOSS = Loss(
    label="Huber",
    formula=r"\text{Huber}(y-t)",
    value=lambda z, y, t: nn.functional.huber_loss(y, t, reduction="none", delta=0.25),
    script="F.huber_loss(output(logits), y, delta=0.25)",
    gradient=lambda y, t, out: torch.sub(y, t, out=out).clamp_(-0.25, 0.25),
    compiled=lambda: _huber,
)


class Signed(torch.optim.Optimizer):
    """Every weight moves by the learning rate against the sign of its gradient, weight decay included."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for parameter in group["params"]:
                gradient = parameter.grad + group["weight_decay"] * parameter
                parameter.sub_(group["lr"] * gradient.sign())


def _signed_flat(optimizer: FlatOptimizer, gradient: Tensor, learning_rate: Setting, root: Setting) -> None:
    optimizer.move(gradient.sign_(), learning_rate)


def _signed_compiled(p, g, first, second, learning_rate, momentum, t):  # type: ignore[no-untyped-def]
    for j in range(len(p)):
        if g[j] > 0:
            p[j] -= learning_rate
        elif g[j] < 0:
            p[j] += learning_rate


OPTIMIZER = OptimizerKind(
    label="sign descent",
    formula=r"\theta \leftarrow \theta - \eta \operatorname{sign} g",
    torch=lambda p, rate, momentum, decay, fused: Signed(p, rate, decay),
    flat=_signed_flat,
    compiled=lambda: _signed_compiled,
)


def _constant_variance(weight: Tensor, gain: float, scale: float, generator: Generator) -> None:
    weight.normal_(0.0, 0.3, generator=generator)


INITIALIZATION = Initialization(label="normal, std = 0.3", draw=_constant_variance)

NOISE = Noise(
    label="grey veil",
    about="Every pixel is drawn towards grey by the level.",
    apply=lambda x, level, bits, painted: x + level * (0.5 - x),
    script="p + level * (0.5 - p)",
)


class SkippingAutoencoder(DenseAutoencoder):
    """A dense autoencoder by another name, with fully connected layers like any other."""


MODEL_KIND = ModelKind(
    label="dense by another name",
    plan="aelib.experiment.architecture:plan_dense",
    network="tests.support.made_up:SkippingAutoencoder",
    dense=True,
    plain=True,
)
