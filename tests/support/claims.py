"""Claims whose trainings take no time, and records of measured sides."""

from dataclasses import replace
from statistics import stdev
from typing import Any

from aelib.experiment import presets
from aelib.reproduction.claims import CLAIMS, Claim, Recipe

FAST = {"epochs": 30}


def small(name: str, **changes: Any) -> Claim:
    """A claim whose trainings take no time."""
    claim = CLAIMS[name]
    recipe = Recipe(claim.recipe.preset, {**claim.recipe.changes, **FAST, **changes}, claim.recipe.why)
    best = claim.best and Recipe(claim.best.preset, {**claim.best.changes, **FAST}, claim.best.why)
    return replace(claim, recipe=recipe, best=best, seeds=2, best_seeds=2)


def measured_side(role: str, *values: float) -> dict[str, Any]:
    """One side of a record, with these values of its figure."""
    several = stdev(values) if len(values) > 1 else 0.0
    spread = {"mean": sum(values) / len(values), "std": several, "values": list(values)} if values else None
    return {
        "role": role,
        "figure": spread,
        "digests": [f"{role}{i}" for i in range(len(values))],
        "mse": spread,
        "experiment": presets.get("font-20-10").model_dump(mode="json"),
    }
