"""Explicit random numbers: sessions share a process, so the global generator is never touched."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")


def generator(seed: int, purpose: str) -> torch.Generator:
    """An explicit CPU generator for one purpose ("weights", "order", ...) of one seed.

    Purposes get independent streams, so that, say, another batch size does not change the initial weights.
    """
    word = hashlib.sha256(f"{purpose}:{seed}".encode()).digest()[:8]
    return torch.Generator().manual_seed(int.from_bytes(word, "little") >> 1)
