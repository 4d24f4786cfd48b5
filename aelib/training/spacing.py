"""Which epochs of a training are recorded, and which of those are kept when there are too many."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def thinned(items: Sequence[T], most: int) -> list[T]:
    """At most this many items, spread evenly, with the first and the last."""
    if len(items) <= most:
        return list(items)
    if most < 1:
        return []
    return [items[round(i)] for i in np.linspace(0, len(items) - 1, most)]


def spread(epochs: int, points: int, log_only: bool = False) -> set[int]:
    """About `points` epochs from 0 to the last: half of them spaced logarithmically, half linearly, or all of them
    logarithmically."""
    chosen = set(np.geomspace(1, epochs, points if log_only else points // 2).round().astype(int).tolist())
    if not log_only:
        chosen |= set(np.linspace(1, epochs, points // 2).round().astype(int).tolist())
    return chosen | {0, epochs}
