"""Optimisers that update one flat buffer of parameters in place: the same rules, step for step, as `torch.optim`.

One flat buffer means a handful of tensor operations a step for a whole net, or for a hundred nets at once.
A setting (rate, momentum, weight decay) is one number, or one for each net where the nets differ.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.adam import adam

Setting = float | Tensor

BETAS = (0.9, 0.999)  # Kingma & Ba 2015; torch's defaults, like all below
ADAM_EPSILON = 1e-8
RMSPROP_DECAY, RMSPROP_EPSILON = 0.99, 1e-8
ADAGRAD_EPSILON = 1e-10


@dataclass(frozen=True)
class OptimizerKind:
    """What the pages and the experiment need to know of an optimiser. formula: LaTeX, how a step changes the weights
    θ by the gradient g at the rate η."""

    label: str
    formula: str
    momentum: bool = False
    slots: int = 0  # buffers of state, each as long as the parameters


_DIVIDED = r"\theta \leftarrow \theta - \eta \frac{g}{\sqrt{s}+\varepsilon}"
_ADAM = (
    r"m \leftarrow \beta_1 m + (1-\beta_1) g,\quad s \leftarrow \beta_2 s + (1-\beta_2) g^2,\quad "
    r"\theta \leftarrow \theta - \eta \frac{m/(1-\beta_1^t)}{\sqrt{s/(1-\beta_2^t)}+\varepsilon}"
)
_VELOCITY = r"v \leftarrow \mu v + g,\quad "
OPTIMIZERS: dict[str, OptimizerKind] = {
    "sgd": OptimizerKind("SGD", r"\theta \leftarrow \theta - \eta g"),
    "momentum": OptimizerKind(
        "SGD with momentum", _VELOCITY + r"\theta \leftarrow \theta - \eta v", momentum=True, slots=1
    ),
    "nesterov": OptimizerKind(
        "SGD with Nesterov momentum", _VELOCITY + r"\theta \leftarrow \theta - \eta (g + \mu v)", momentum=True, slots=1
    ),
    "rmsprop": OptimizerKind("RMSprop", r"s \leftarrow \rho s + (1-\rho) g^2,\quad " + _DIVIDED, slots=1),
    "adagrad": OptimizerKind("Adagrad", r"s \leftarrow s + g^2,\quad " + _DIVIDED, slots=1),
    "adam": OptimizerKind("Adam", _ADAM, slots=2),
    "adamw": OptimizerKind("AdamW", _ADAM + r" - \eta\lambda\theta", slots=2),
}


def _is_zero(setting: Setting) -> bool:
    return isinstance(setting, float) and setting == 0.0


class FlatOptimizer:
    """One optimiser over `parameters`, a flat float tensor that is updated in place.

    kind: a name in OPTIMIZERS; rate, momentum and weight_decay: a number each where all members share it, else float64,
    members; expand: from such a tensor to one like `parameters`; pieces: the parts of a flat tensor that belong to each
    member, for nets so large that Adam is faster with torch's fused kernel, which takes one member at a time.

    One number and a tensor of equal numbers give the same parameters to the last bit, so a net does not depend on those
    it is trained with.
    """

    def __init__(
        self,
        kind: str,
        parameters: Tensor,
        rate: Setting,
        momentum: Setting,
        weight_decay: Setting,
        expand: Callable[[Tensor], Tensor],
        pieces: Callable[[Tensor], list[list[Tensor]]] | None = None,
    ) -> None:
        self.kind = kind
        self._pieces = pieces if kind.startswith("adam") else None
        self.rate, self.momentum, self.weight_decay = rate, momentum, weight_decay
        self.steps = 0
        self.slots = [torch.zeros_like(parameters) for _ in range(OPTIMIZERS[kind].slots)]
        self._take(parameters, expand)

    def _take(self, parameters: Tensor, expand: Callable[[Tensor], Tensor]) -> None:
        self.parameters, self._expand = parameters, expand
        self._parts_of: Tensor | None = None
        self._parts: list[tuple[list[Tensor], ...]] = []
        if self._pieces is None:
            self._scratch, self._divisor = torch.empty_like(parameters), torch.empty_like(parameters)

    def regroup(self, only: Callable[[Tensor], Tensor], members: Tensor, expand: Callable[[Tensor], Tensor]) -> None:
        """Go on with these members: `only` makes a flat tensor theirs, `expand` is as in the constructor."""
        self.slots = [only(slot) for slot in self.slots]
        self.rate, self.momentum, self.weight_decay = (
            setting[members] if isinstance(setting, Tensor) else setting
            for setting in (self.rate, self.momentum, self.weight_decay)
        )
        self._take(only(self.parameters), expand)

    def _flat(self, setting: Setting) -> Setting:
        return self._expand(setting) if isinstance(setting, Tensor) else setting

    def corrections(self) -> tuple[float, float]:
        """Adam's for the step that was counted last: 1 − β₁ᵗ, and the root of 1 − β₂ᵗ; 1 for the others."""
        if not self.kind.startswith("adam"):
            return 1.0, 1.0
        return 1 - BETAS[0] ** self.steps, math.sqrt(1 - BETAS[1] ** self.steps)

    def step(self, gradient: Tensor, rate_factor: float = 1.0) -> None:
        """One update. `gradient` may be overwritten; `rate_factor` is the schedule's, 1 at the start."""
        if self._pieces is not None:
            self._step_fused(gradient, rate_factor, self._pieces)
            return
        self.steps += 1
        first, second = self.corrections()
        rate, decay = self.rate * rate_factor, self.weight_decay
        if self.kind == "adamw":
            decay = decay * rate
        self.apply(gradient, self._flat(rate * (1 / first)), second, self._flat(decay))

    def apply(self, gradient: Tensor, rate: Setting, root: Setting, decay: Setting) -> None:
        """One update with settings that are numbers, or tensors that broadcast with the parameters. rate: with Adam's
        first correction; root: Adam's second; decay: of AdamW times the rate."""
        p = self.parameters
        if not _is_zero(self.weight_decay):
            if self.kind == "adamw":  # decoupled: shrinks the weights, leaves the gradient alone
                p.sub_(self._scaled(p, decay))
            else:
                gradient.add_(self._scaled(p, decay))
        match self.kind:
            case "sgd":
                self._move(gradient, rate)
            case "momentum" | "nesterov":
                (velocity,) = self.slots
                momentum = self._flat(self.momentum)
                velocity.mul_(momentum).add_(gradient)
                if self.kind == "nesterov":
                    gradient.add_(self._scaled(velocity, momentum))
                    self._move(gradient, rate)
                else:
                    self._move(velocity, rate)
            case "rmsprop":
                (square,) = self.slots
                square.mul_(RMSPROP_DECAY).addcmul_(gradient, gradient, value=1 - RMSPROP_DECAY)
                torch.sqrt(square, out=self._divisor).add_(RMSPROP_EPSILON)
                self._move_divided(gradient, rate)
            case "adagrad":
                (square,) = self.slots
                square.addcmul_(gradient, gradient)
                torch.sqrt(square, out=self._divisor).add_(ADAGRAD_EPSILON)
                self._move_divided(gradient, rate)
            case "adam" | "adamw":
                mean, square = self.slots
                mean.lerp_(gradient, 1 - BETAS[0])
                square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
                torch.sqrt(square, out=self._divisor)
                self._divisor.div_(root).add_(ADAM_EPSILON)
                self._move_divided(mean, rate)

    def _step_fused(self, gradient: Tensor, rate_factor: float, pieces: Callable[[Tensor], list[list[Tensor]]]) -> None:
        """Adam or AdamW in one pass over memory instead of some eight, member by member."""
        if self._parts_of is not gradient:  # views of the same buffers at every step
            self._parts_of = gradient
            flats = (self.parameters, gradient, *self.slots)
            self._parts = list(zip(*(pieces(flat) for flat in flats), strict=True))
        for member, (parameters, gradients, means, squares) in enumerate(self._parts):
            rate, decay = (
                float(setting[member]) if isinstance(setting, Tensor) else setting
                for setting in (self.rate, self.weight_decay)
            )
            adam(
                parameters,
                gradients,
                means,
                squares,
                [],
                [torch.tensor(float(self.steps), device=gradient.device) for _ in parameters],
                fused=True,
                amsgrad=False,
                beta1=BETAS[0],
                beta2=BETAS[1],
                lr=rate * rate_factor,
                weight_decay=decay,
                eps=ADAM_EPSILON,
                maximize=False,
                decoupled_weight_decay=self.kind == "adamw",
            )
        self.steps += 1

    def _scaled(self, x: Tensor, by: Setting) -> Tensor:
        """x · by in a buffer that the next call overwrites."""
        return torch.mul(x, by, out=self._scratch)

    def _move(self, direction: Tensor, rate: Setting) -> None:
        self.parameters.sub_(self._scaled(direction, rate))

    def _move_divided(self, direction: Tensor, rate: Setting) -> None:
        self.parameters.addcdiv_(self._scaled(direction, rate), self._divisor, value=-1.0)


def torch_optimizer(
    kind: str, parameters: list[torch.nn.Parameter], rate: float, momentum: float, weight_decay: float
) -> torch.optim.Optimizer:
    """The same optimiser from torch itself, for models that train with autograd; one pass over each tensor where torch
    has that."""
    fused = all(parameter.device.type in ("cpu", "cuda") for parameter in parameters)
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
            return torch.optim.Adam(parameters, rate, weight_decay=weight_decay, fused=fused)
        case "adamw":
            return torch.optim.AdamW(parameters, rate, weight_decay=weight_decay, fused=fused)
    raise ValueError(f"no optimiser named {kind!r}")
