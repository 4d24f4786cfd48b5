"""Torch's optimisers without torch's compiler, which torch loads when the first optimiser is created.

Torch marks the methods of its optimisers so that `torch.compile` ignores them, and this mark imports `torch._dynamo`:
700 modules, SymPy among them, 90 MB and seconds of a process that compiles nothing.
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

# torch._compile: the function to call instead; torch creates it on the first call if it is missing
_MARK = "__dynamo_disable"


def eager(make: "Callable[[], torch.optim.Optimizer]") -> "torch.optim.Optimizer":
    """Return the optimiser that `make` creates. Hooks that run at each step are not called."""
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        plain = inspect.unwrap(getattr(torch.optim.Optimizer, name))
        setattr(plain, _MARK, plain)
    optimizer = make()
    step = inspect.unwrap(type(optimizer).step)  # without the decorator, which imports the compiler
    optimizer.step = torch.no_grad()(partial(step, optimizer))  # type: ignore[method-assign]
    return optimizer
