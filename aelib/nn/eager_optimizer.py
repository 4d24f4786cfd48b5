"""Torch's optimisers without torch's compiler, which they load when the first one is made.

Their methods are marked as ones that `torch.compile` leaves alone, and the mark imports `torch._dynamo`: 700 modules,
SymPy among them, 90 MB and seconds of a process that compiles nothing.
"""

import inspect
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

_MARK = "__dynamo_disable"  # torch._compile: the function to call instead, made on the first call where it is missing


def eager(make: "Callable[[], torch.optim.Optimizer]") -> "torch.optim.Optimizer":
    """The optimiser that `make` makes. Hooks of a step are not called."""
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        plain = inspect.unwrap(getattr(torch.optim.Optimizer, name))
        setattr(plain, _MARK, plain)
    optimizer = make()
    step = inspect.unwrap(type(optimizer).step)  # without the decorator that imports it
    optimizer.step = torch.no_grad()(partial(step, optimizer))  # type: ignore[method-assign]
    return optimizer
