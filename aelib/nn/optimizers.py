"""Optimisers: one registry entry holds everything about one, with the same rule in torch, in one flat buffer and
compiled.

With all parameters in one flat buffer, a step takes only a few tensor operations for a whole net, or for a hundred nets
at once. To add an optimiser, add one entry to `OPTIMIZERS`. Only `torch` is required: an engine refuses an entry that
has no implementation for it, and another engine trains the net.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from aelib.core.language import translated
from aelib.core.lazy import lazy

from .eager_optimizer import eager

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from . import compiled_loops
else:
    torch, compiled_loops = lazy("torch"), lazy("aelib.nn.compiled_loops")

Setting = Union[float, "Tensor"]  # one number for all nets, or one for each

BETAS = (0.9, 0.999)  # Kingma & Ba 2015; torch's defaults, like all below
ADAM_EPSILON = 1e-8
RMSPROP_DECAY, RMSPROP_EPSILON = 0.99, 1e-8
ADAGRAD_EPSILON = 1e-10


@translated("label")
@dataclass(frozen=True, kw_only=True)
class OptimizerKind:
    """One optimiser.

    Attributes:
        label: its usual name.
        formula: LaTeX of how a step changes the weights θ, given the gradient g and the learning rate η.
        torch: (parameters, learning_rate, momentum, weight_decay, fused) returns torch's optimiser, the reference for
            everything else; fused: torch may update each tensor in one pass, if it supports that.
        script: how a script of plain PyTorch writes it, with {momentum}, {nesterov}, {weight_decay} and {decay} (",
            weight_decay=..." or nothing) filled in; None: cannot be exported as a script.
        momentum: whether it uses the experiment's momentum.
        decoupled_decay: whether weight decay shrinks the weights directly and does not change the gradient (Loshchilov
            & Hutter 2019).
        slots: the names of the state buffers, as torch's optimiser calls them; each is as long as the parameters; at
            most 2.
        flat: (optimizer, gradient, learning_rate, root) updates `optimizer.parameters` in place, for the batched
            engine; `gradient` may be overwritten. None: that engine does not support it.
        corrections: for a step (from 1), the divisor of the learning rate and the divisor of the root of a mean square
            (`root`); None: 1 and 1.
        fused_adam: whether torch's fused Adam kernel computes it too, which is faster for large nets.
        compiled: returns the loop (p, g, first, second, learning_rate, momentum, t) for the compiled engine; None: that
            engine does not support it.
        browser: whether the engine in the browser (`aelib.browser`) has it too, under the same name.
    """

    label: str
    formula: str
    torch: "Callable[[list[torch.nn.Parameter], float, float, float, bool], torch.optim.Optimizer]"
    script: str | None = None
    momentum: bool = False
    decoupled_decay: bool = False
    slots: tuple[str, ...] = ()
    flat: "Callable[[FlatOptimizer, Tensor, Setting, Setting], None] | None" = None
    corrections: Callable[[int], tuple[float, float]] | None = None
    fused_adam: bool = False
    compiled: Callable[[], Callable[..., None]] | None = None
    browser: bool = False


def _sgd(optimizer: "FlatOptimizer", gradient: "Tensor", learning_rate: Setting, root: Setting) -> None:
    optimizer.move(gradient, learning_rate)


def _heavy_ball(optimizer: "FlatOptimizer", gradient: "Tensor", learning_rate: Setting, root: Setting) -> None:
    (velocity,) = optimizer.slots
    velocity.mul_(optimizer.flat(optimizer.momentum)).add_(gradient)
    optimizer.move(velocity, learning_rate)


def _nesterov(optimizer: "FlatOptimizer", gradient: "Tensor", learning_rate: Setting, root: Setting) -> None:
    (velocity,) = optimizer.slots
    momentum = optimizer.flat(optimizer.momentum)
    velocity.mul_(momentum).add_(gradient)
    optimizer.move(gradient.add_(optimizer.scaled(velocity, momentum)), learning_rate)


def _rmsprop(optimizer: "FlatOptimizer", gradient: "Tensor", learning_rate: Setting, root: Setting) -> None:
    (square,) = optimizer.slots
    square.mul_(RMSPROP_DECAY).addcmul_(gradient, gradient, value=1 - RMSPROP_DECAY)
    torch.sqrt(square, out=optimizer.divisor).add_(RMSPROP_EPSILON)
    optimizer.move_divided(gradient, learning_rate)


def _adagrad(optimizer: "FlatOptimizer", gradient: "Tensor", learning_rate: Setting, root: Setting) -> None:
    (square,) = optimizer.slots
    square.addcmul_(gradient, gradient)
    torch.sqrt(square, out=optimizer.divisor).add_(ADAGRAD_EPSILON)
    optimizer.move_divided(gradient, learning_rate)


def _adam(optimizer: "FlatOptimizer", gradient: "Tensor", learning_rate: Setting, root: Setting) -> None:
    mean, square = optimizer.slots
    mean.lerp_(gradient, 1 - BETAS[0])
    square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
    torch.sqrt(square, out=optimizer.divisor)
    optimizer.divisor.div_(root).add_(ADAM_EPSILON)
    optimizer.move_divided(mean, learning_rate)


def _adam_corrections(step: int) -> tuple[float, float]:
    return 1 - BETAS[0] ** step, math.sqrt(1 - BETAS[1] ** step)


_DIVIDED = r"\theta \leftarrow \theta - \eta \frac{g}{\sqrt{s}+\varepsilon}"
_ADAM = (
    r"m \leftarrow \beta_1 m + (1-\beta_1) g,\quad s \leftarrow \beta_2 s + (1-\beta_2) g^2,\quad "
    r"\theta \leftarrow \theta - \eta \frac{m/(1-\beta_1^t)}{\sqrt{s/(1-\beta_2^t)}+\varepsilon}"
)
_VELOCITY = r"v \leftarrow \mu v + g,\quad "
OPTIMIZERS: dict[str, OptimizerKind] = {
    "sgd": OptimizerKind(
        label="SGD",
        formula=r"\theta \leftarrow \theta - \eta g",
        torch=lambda p, rate, momentum, decay, fused: torch.optim.SGD(p, rate, weight_decay=decay),
        script="SGD(parameters, rate{decay})",
        flat=_sgd,
        compiled=lambda: compiled_loops.sgd,
        browser=True,
    ),
    "momentum": OptimizerKind(
        label="SGD with momentum",
        formula=_VELOCITY + r"\theta \leftarrow \theta - \eta v",
        torch=lambda p, rate, momentum, decay, fused: torch.optim.SGD(p, rate, momentum, weight_decay=decay),
        script="SGD(parameters, rate, momentum={momentum}{decay})",
        momentum=True,
        slots=("momentum_buffer",),
        flat=_heavy_ball,
        compiled=lambda: compiled_loops.heavy_ball,
        browser=True,
    ),
    "nesterov": OptimizerKind(
        label="SGD with Nesterov momentum",
        formula=_VELOCITY + r"\theta \leftarrow \theta - \eta (g + \mu v)",
        # torch refuses Nesterov without momentum; without momentum, Nesterov is plain SGD
        torch=lambda p, rate, momentum, decay, fused: torch.optim.SGD(
            p, rate, momentum, weight_decay=decay, nesterov=momentum > 0
        ),
        script="SGD(parameters, rate, momentum={momentum}, nesterov={nesterov}{decay})",
        momentum=True,
        slots=("momentum_buffer",),
        flat=_nesterov,
        compiled=lambda: compiled_loops.nesterov,
        browser=True,
    ),
    "rmsprop": OptimizerKind(
        label="RMSprop",
        formula=r"s \leftarrow \rho s + (1-\rho) g^2,\quad " + _DIVIDED,
        torch=lambda p, rate, momentum, decay, fused: torch.optim.RMSprop(
            p, rate, RMSPROP_DECAY, RMSPROP_EPSILON, decay
        ),
        script="RMSprop(parameters, rate{decay})",
        slots=("square_avg",),
        flat=_rmsprop,
        compiled=lambda: compiled_loops.rmsprop,
        browser=True,
    ),
    "adagrad": OptimizerKind(
        label="Adagrad",
        formula=r"s \leftarrow s + g^2,\quad " + _DIVIDED,
        torch=lambda p, rate, momentum, decay, fused: torch.optim.Adagrad(p, rate, weight_decay=decay),
        script="Adagrad(parameters, rate{decay})",
        slots=("sum",),
        flat=_adagrad,
        compiled=lambda: compiled_loops.adagrad,
        browser=True,
    ),
    "adam": OptimizerKind(
        label="Adam",
        formula=_ADAM,
        torch=lambda p, rate, momentum, decay, fused: torch.optim.Adam(p, rate, weight_decay=decay, fused=fused),
        script="Adam(parameters, rate{decay})",
        slots=("exp_avg", "exp_avg_sq"),
        flat=_adam,
        corrections=_adam_corrections,
        fused_adam=True,
        compiled=lambda: compiled_loops.adam,
        browser=True,
    ),
    "adamw": OptimizerKind(
        label="AdamW",
        formula=_ADAM + r" - \eta\lambda\theta",
        torch=lambda p, rate, momentum, decay, fused: torch.optim.AdamW(p, rate, weight_decay=decay, fused=fused),
        script="AdamW(parameters, rate, weight_decay={weight_decay})",
        decoupled_decay=True,
        slots=("exp_avg", "exp_avg_sq"),
        flat=_adam,
        corrections=_adam_corrections,
        fused_adam=True,
        compiled=lambda: compiled_loops.adam,
        browser=True,
    ),
}


def _is_zero(setting: Setting) -> bool:
    return isinstance(setting, float) and setting == 0.0


class FlatOptimizer:
    """One optimiser over `parameters`, a flat float tensor that is updated in place.

    A setting given as one number and a tensor of equal numbers give bit-identical parameters, so a net does not depend
    on the nets that are trained with it.

    Attributes:
        kind: the registry entry.
        learning_rate, momentum, weight_decay: one number each if all members share it, else a float64 tensor of shape
            members.
        slots: the state buffers.
        divisor: a buffer like the parameters, for `move_divided`.
    """

    def __init__(
        self,
        kind: str,
        parameters: "Tensor",
        learning_rate: Setting,
        momentum: Setting,
        weight_decay: Setting,
        expand: "Callable[[Tensor], Tensor]",
        pieces: "Callable[[Tensor], list[list[Tensor]]] | None" = None,
    ) -> None:
        """Start with zero state.

        Args:
            kind: a name in OPTIMIZERS whose entry has `flat`.
            parameters: flat, changed by every step.
            learning_rate, momentum, weight_decay: see the class.
            expand: turns such a tensor (members) into one like `parameters`.
            pieces: the parts of a flat tensor that belong to each member, for nets so large that Adam is faster with
                torch's fused kernel, which processes one member at a time.

        Raises:
            ValueError: the entry has no flat form.
        """
        self.kind = OPTIMIZERS[kind]
        if self.kind.flat is None:
            raise ValueError(f"the batched engine does not serve the optimiser {kind!r}")
        self._update = self.kind.flat
        self._pieces = pieces if self.kind.fused_adam else None
        self.learning_rate, self.momentum, self.weight_decay = learning_rate, momentum, weight_decay
        self.steps = 0
        self.slots = [torch.zeros_like(parameters) for _ in self.kind.slots]
        self._take(parameters, expand)

    def _take(self, parameters: "Tensor", expand: "Callable[[Tensor], Tensor]") -> None:
        self.parameters, self._expand = parameters, expand
        self._parts_of: Tensor | None = None
        self._parts: list[tuple[list[Tensor], ...]] = []
        if self._pieces is None:
            self._scratch, self.divisor = torch.empty_like(parameters), torch.empty_like(parameters)

    def regroup(
        self, only: "Callable[[Tensor], Tensor]", members: "Tensor", expand: "Callable[[Tensor], Tensor]"
    ) -> None:
        """Continue with these members: `only` reduces a flat tensor to them, `expand` is as in the constructor."""
        self.slots = [only(slot) for slot in self.slots]
        self.learning_rate, self.momentum, self.weight_decay = (
            setting if isinstance(setting, float) else setting[members]
            for setting in (self.learning_rate, self.momentum, self.weight_decay)
        )
        self._take(only(self.parameters), expand)

    def flat(self, setting: Setting) -> Setting:
        """Give the setting a shape that broadcasts with the parameters."""
        return setting if isinstance(setting, float) else self._expand(setting)

    def corrections(self) -> tuple[float, float]:
        """The corrections of the latest step: see `OptimizerKind.corrections`."""
        return self.kind.corrections(self.steps) if self.kind.corrections is not None else (1.0, 1.0)

    def step(self, gradient: "Tensor", rate_factor: float = 1.0) -> None:
        """Update the parameters once. `gradient` may be overwritten; `rate_factor` comes from the schedule, 1 at the
        start."""
        if self._pieces is not None:
            self._step_fused(gradient, rate_factor, self._pieces)
            return
        self.steps += 1
        first, second = self.corrections()
        rate, decay = self.learning_rate * rate_factor, self.weight_decay
        if self.kind.decoupled_decay:
            decay = decay * rate
        self.apply(gradient, self.flat(rate * (1 / first)), second, self.flat(decay))

    def apply(self, gradient: "Tensor", learning_rate: Setting, root: Setting, decay: Setting) -> None:
        """Update once, with settings that are numbers, or tensors that broadcast with the parameters.

        Args:
            gradient: may be overwritten.
            learning_rate: already divided by the first correction.
            root: the second correction.
            decay: the weight decay; if it is decoupled, multiplied by the learning rate.
        """
        if not _is_zero(self.weight_decay):
            if self.kind.decoupled_decay:
                self.parameters.sub_(self.scaled(self.parameters, decay))
            else:
                gradient.add_(self.scaled(self.parameters, decay))
        self._update(self, gradient, learning_rate, root)

    def _step_fused(
        self, gradient: "Tensor", rate_factor: float, pieces: "Callable[[Tensor], list[list[Tensor]]]"
    ) -> None:
        """Adam or AdamW in one pass over memory instead of about eight, member by member."""
        from torch.optim.adam import adam

        if self._parts_of is not gradient:  # the views stay valid: they are of the same buffers at every step
            self._parts_of = gradient
            flats = (self.parameters, gradient, *self.slots)
            self._parts = list(zip(*(pieces(flat) for flat in flats), strict=True))
        for member, (parameters, gradients, means, squares) in enumerate(self._parts):
            rate, decay = (
                setting if isinstance(setting, float) else float(setting[member])
                for setting in (self.learning_rate, self.weight_decay)
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
                decoupled_weight_decay=self.kind.decoupled_decay,
            )
        self.steps += 1

    def scaled(self, x: "Tensor", by: Setting) -> "Tensor":
        """x · by in a buffer that the next call overwrites."""
        return torch.mul(x, by, out=self._scratch)

    def move(self, direction: "Tensor", learning_rate: Setting) -> None:
        """Parameters −= learning_rate · direction."""
        self.parameters.sub_(self.scaled(direction, learning_rate))

    def move_divided(self, direction: "Tensor", learning_rate: Setting) -> None:
        """Parameters −= learning_rate · direction / divisor."""
        self.parameters.addcdiv_(self.scaled(direction, learning_rate), self.divisor, value=-1.0)


def torch_optimizer(
    kind: str, parameters: "list[torch.nn.Parameter]", learning_rate: float, momentum: float, weight_decay: float
) -> "torch.optim.Optimizer":
    """The optimiser from torch itself, for models that train with autograd; it updates each tensor in one pass if torch
    supports that."""
    fused = all(parameter.device.type in ("cpu", "cuda") for parameter in parameters)
    return eager(lambda: OPTIMIZERS[kind].torch(parameters, learning_rate, momentum, weight_decay, fused))
