"""Matrix products of the batched engine, by whichever of torch's two libraries is faster.

torch hands products of floats to MKL, which on AMD processors leaves AVX-512 unused; oneDNN, which torch has for
convolutions, does not, and large products are twice as fast with it (`benchmarks/products.py`). torch offers it for
products only through the operator that torch.compile calls, so it is used where it is there.
"""

import torch
from torch import Tensor

LEAST = 4_000_000  # multiplications of one product from which on oneDNN's own preparations pay


def _operator() -> torch._ops.OpOverloadPacket | None:
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return None
    found = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
    return found if isinstance(found, torch._ops.OpOverloadPacket) else None


ONEDNN = _operator()


def bmm(a: Tensor, b: Tensor, out: Tensor) -> None:
    """out = a · b, member by member: a is members × n × k, b members × k × m, out members × n × m; any strides."""
    members, n, k = a.shape
    large = n * k * b.shape[2] >= LEAST
    if ONEDNN is None or not large or a.device.type != "cpu" or a.dtype != torch.float32:
        torch.bmm(a, b, out=out)
        return
    for member in range(members):
        out[member].copy_(ONEDNN(a[member], b[member].t(), None, "none", [], ""))
