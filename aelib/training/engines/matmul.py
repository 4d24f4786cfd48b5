"""Matrix products of the batched engine, with the faster of torch's two libraries.

torch computes float32 products with MKL, which does not use AVX-512 on AMD processors. oneDNN, which torch uses for
convolutions, does, and computes large products twice as fast (`benchmarks/matmul.py`). torch offers it for products
only through the operator that torch.compile calls. This operator is not public: another version of torch may lack it or
need other arguments. So it is tested once, and if it does not work, `torch.bmm` computes all products.
"""

import functools
import logging
from collections.abc import Callable

import torch
from torch import Tensor

LEAST = 4_000_000  # multiplications of a product above which oneDNN is faster in spite of its overhead
NAME = "_linear_pointwise"  # name of the operator in torch.ops.mkldnn
# Types of its arguments and results in torch's notation: X, W, bias, and a following operation with numbers and a kind
# -> X · Wᵀ
TAKES = ("Tensor", "Tensor", "Optional[Tensor]", "str", "List[Optional[number]]", "Optional[str]")
GIVES = ("Tensor",)

_log = logging.getLogger(__name__)


def _product(operator: Callable[..., Tensor], x: Tensor, w: Tensor) -> Tensor:
    """x · wᵀ by the operator, without a bias and without a following operation."""
    return operator(x, w, None, "none", [], "")


def _why_not(operator: Callable[..., Tensor] | None) -> str | None:
    """The reason not to use the operator, None if it works as expected."""
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
    except (RuntimeError, TypeError, ValueError) as error:  # torch's errors for an invalid call
        return f"it refuses a product ({error})"
    return None if right else "it gives another product"


@functools.cache
def onednn() -> Callable[..., Tensor] | None:
    """torch's operator for products by oneDNN; None, with one log entry, if it cannot be used."""
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
    """out = a · b for each member: a is members × n × k, b members × k × m, out members × n × m; any strides."""
    members, n, k = a.shape
    large = n * k * b.shape[2] >= LEAST
    operator = onednn() if large and a.device.type == "cpu" and a.dtype == torch.float32 else None
    if operator is None:
        torch.bmm(a, b, out=out)
        return
    for member in range(members):
        out[member].copy_(_product(operator, a[member], b[member].t()))
