"""Optimisers that update one flat buffer of parameters in place: the same rules, step for step, as `torch.optim`.

One flat buffer means a handful of tensor operations a step for a whole net, or for a hundred nets at once.
A setting (rate, momentum, weight decay) is one number, or a tensor as long as the buffer where the nets differ.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Setting = float | Tensor

BETAS = (0.9, 0.999)  # Kingma & Ba 2015; torch's defaults, like all below
ADAM_EPSILON = 1e-8
RMSPROP_DECAY, RMSPROP_EPSILON = 0.99, 1e-8
ADAGRAD_EPSILON = 1e-10


@dataclass(frozen=True)
class OptimizerKind:
    """What the pages and the experiment need to know of an optimiser."""

    label: str
    momentum: bool = False
    slots: int = 0  # buffers of state, each as long as the parameters


OPTIMIZERS: dict[str, OptimizerKind] = {
    "sgd": OptimizerKind("SGD"),
    "momentum": OptimizerKind("SGD with momentum", momentum=True, slots=1),
    "nesterov": OptimizerKind("SGD with Nesterov momentum", momentum=True, slots=1),
    "rmsprop": OptimizerKind("RMSprop", slots=1),
    "adagrad": OptimizerKind("Adagrad", slots=1),
    "adam": OptimizerKind("Adam", slots=2),
    "adamw": OptimizerKind("AdamW", slots=2),
}


def _is_zero(setting: Setting) -> bool:
    return isinstance(setting, float) and setting == 0.0


def _scaled(x: Tensor, by: Setting, scratch: Tensor) -> Tensor:
    return torch.mul(x, by, out=scratch)


class FlatOptimizer:
    """One optimiser over `parameters`, a flat float tensor that is updated in place.

    kind: a name in OPTIMIZERS; rate, momentum and weight_decay: a number each, or a tensor like `parameters`.
    """

    def __init__(
        self,
        kind: str,
        parameters: Tensor,
        rate: Setting,
        momentum: Setting = 0.0,
        weight_decay: Setting = 0.0,
    ) -> None:
        self.kind = kind
        self.parameters = parameters
        self.rate, self.momentum, self.weight_decay = rate, momentum, weight_decay
        self.steps = 0
        self.slots = [torch.zeros_like(parameters) for _ in range(OPTIMIZERS[kind].slots)]
        self._scratch = torch.empty_like(parameters)

    def step(self, gradient: Tensor, rate_factor: float = 1.0) -> None:
        """One update. `gradient` may be overwritten; `rate_factor` is the schedule's, 1 at the start."""
        self.steps += 1
        p, scratch, rate = self.parameters, self._scratch, self.rate * rate_factor
        if not _is_zero(self.weight_decay):
            if self.kind == "adamw":  # decoupled: shrinks the weights, leaves the gradient alone
                p.sub_(_scaled(p, self.weight_decay * rate, scratch))
            else:
                gradient.add_(_scaled(p, self.weight_decay, scratch))
        match self.kind:
            case "sgd":
                self._move(gradient, rate)
            case "momentum" | "nesterov":
                (velocity,) = self.slots
                velocity.mul_(self.momentum).add_(gradient)
                if self.kind == "nesterov":
                    gradient.add_(_scaled(velocity, self.momentum, scratch))
                    self._move(gradient, rate)
                else:
                    self._move(velocity, rate)
            case "rmsprop":
                (square,) = self.slots
                square.mul_(RMSPROP_DECAY).addcmul_(gradient, gradient, value=1 - RMSPROP_DECAY)
                torch.sqrt(square, out=scratch).add_(RMSPROP_EPSILON)
                self._move_divided(gradient, scratch, rate)
            case "adagrad":
                (square,) = self.slots
                square.addcmul_(gradient, gradient)
                torch.sqrt(square, out=scratch).add_(ADAGRAD_EPSILON)
                self._move_divided(gradient, scratch, rate)
            case "adam" | "adamw":
                mean, square = self.slots
                mean.lerp_(gradient, 1 - BETAS[0])
                square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
                torch.sqrt(square, out=scratch)
                scratch.div_(math.sqrt(1 - BETAS[1] ** self.steps)).add_(ADAM_EPSILON)
                self._move_divided(mean, scratch, rate * (1 / (1 - BETAS[0] ** self.steps)))

    def regroup(self, only: Callable[[Tensor], Tensor]) -> None:
        """Replace the parameters, the state and every setting that is a tensor by `only(it)`."""
        self.parameters = only(self.parameters)
        self.slots = [only(slot) for slot in self.slots]
        self.rate, self.momentum, self.weight_decay = (
            only(setting) if isinstance(setting, Tensor) else setting
            for setting in (self.rate, self.momentum, self.weight_decay)
        )
        self._scratch = torch.empty_like(self.parameters)

    def _move(self, direction: Tensor, rate: Setting) -> None:
        if isinstance(rate, float):
            self.parameters.add_(direction, alpha=-rate)
        else:
            self.parameters.addcmul_(direction, rate, value=-1.0)

    def _move_divided(self, direction: Tensor, divisor: Tensor, rate: Setting) -> None:
        if isinstance(rate, float):
            self.parameters.addcdiv_(direction, divisor, value=-rate)
        else:
            self.parameters.sub_(divisor.reciprocal_().mul_(direction).mul_(rate))


def torch_optimizer(
    kind: str, parameters: list[torch.nn.Parameter], rate: float, momentum: float, weight_decay: float
) -> torch.optim.Optimizer:
    """The same optimiser from torch itself, for models that train with autograd."""
    match kind:
        case "sgd":
            return torch.optim.SGD(parameters, rate, weight_decay=weight_decay)
        case "momentum" | "nesterov":
            nesterov = kind == "nesterov" and momentum > 0
            return torch.optim.SGD(parameters, rate, momentum, weight_decay=weight_decay, nesterov=nesterov)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, rate, RMSPROP_DECAY, RMSPROP_EPSILON, weight_decay)
        case "adagrad":
            return torch.optim.Adagrad(parameters, rate, weight_decay=weight_decay)
        case "adam":
            return torch.optim.Adam(parameters, rate, weight_decay=weight_decay)
        case "adamw":
            return torch.optim.AdamW(parameters, rate, weight_decay=weight_decay)
    raise ValueError(f"no optimiser named {kind!r}")
