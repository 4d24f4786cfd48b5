"""Matrix products of the batched engine, by whichever of torch's two libraries is faster.

torch hands products of floats to MKL, which on AMD processors leaves AVX-512 unused; oneDNN, which torch has for
convolutions, does not, and large products are twice as fast with it (`benchmarks/matmul.py`). torch offers it for
products only through the operator that torch.compile calls. That operator is not public: another version of torch may
lack it or want other arguments. So it is looked up and tried once, and without it `torch.bmm` computes every product.
"""

import functools
import logging
from collections.abc import Callable

import torch
from torch import Tensor

LEAST = 4_000_000  # multiplications of one product from which on oneDNN's own preparations pay
NAME = "_linear_pointwise"  # of the operator in torch.ops.mkldnn
# What it takes and gives, as torch writes these types: X, W, bias, what follows it with numbers and a kind -> X · Wᵀ
TAKES = ("Tensor", "Tensor", "Optional[Tensor]", "str", "List[Optional[number]]", "Optional[str]")
GIVES = ("Tensor",)

_log = logging.getLogger(__name__)


def _product(operator: Callable[..., Tensor], x: Tensor, w: Tensor) -> Tensor:
    """x · wᵀ by the operator; nothing is added, and nothing follows."""
    return operator(x, w, None, "none", [], "")


def _why_not(operator: Callable[..., Tensor] | None) -> str | None:
    """One reason not to use the operator; None where it is as expected."""
    schema = getattr(operator, "_schema", None)
    if operator is None or schema is None:
        return "it is not there"
    wanted = schema.arguments[: len(TAKES)]
    more = [one.name for one in schema.arguments[len(TAKES) :] if not one.has_default_value()]
    takes, gives = (tuple(str(one.type) for one in part) for part in (wanted, schema.returns))
    if (takes, gives) != (TAKES, GIVES) or more:
        return f"it is {schema}"
    x, w = torch.arange(6.0).view(2, 3), torch.arange(12.0).view(4, 3)
    try:
        right = torch.allclose(_product(operator, x, w), x @ w.t())
    except (RuntimeError, TypeError, ValueError) as error:  # as torch refuses a call
        return f"it refuses a product ({error})"
    return None if right else "it gives another product"


@functools.cache
def onednn() -> Callable[..., Tensor] | None:
    """torch's operator for products by oneDNN; None where it cannot be used, which the log says once."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        _log.info("torch has no oneDNN here: torch.bmm computes large products")
        return None
    operator: Callable[..., Tensor] | None = getattr(getattr(torch.ops.mkldnn, NAME, None), "default", None)
    reason = _why_not(operator)
    if reason is not None:
        _log.warning("torch.ops.mkldnn.%s cannot be used: %s; torch.bmm computes large products", NAME, reason)
        return None
    return operator


def bmm(a: Tensor, b: Tensor, out: Tensor) -> None:
    """out = a · b, member by member: a is members × n × k, b members × k × m, out members × n × m; any strides."""
    members, n, k = a.shape
    large = n * k * b.shape[2] >= LEAST
    operator = onednn() if large and a.device.type == "cpu" and a.dtype == torch.float32 else None
    if operator is None:
        torch.bmm(a, b, out=out)
        return
    for member in range(members):
        out[member].copy_(_product(operator, a[member], b[member].t()))
