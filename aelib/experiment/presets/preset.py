"""The record of a named experiment, and the results that the documents report for it."""

import csv
import functools
from dataclasses import dataclass, field
from typing import Any

from aelib import datasets
from aelib.core.language import translated
from aelib.core.paths import bundled

from ..experiment import Experiment
from ..resolved import change

_RESULTS = bundled("results.csv")


@translated("title", "assumed")
@dataclass(frozen=True)
class Preset:
    """changes: dotted path -> value, on top of the default experiment; assumed: what we chose, and why."""

    name: str
    title: str
    changes: dict[str, Any] = field(hash=False)
    assumed: str = ""

    @property
    def experiment(self) -> Experiment:
        """Built on every call, because the content of a data set can change with the files on this machine."""
        dataset = str(self.changes.get("dataset", "font5x7"))
        return _experiment(self, datasets.canonical(dataset))

    @property
    def reported(self) -> dict[str, str] | None:
        """The row of `results.csv` that this preset reproduces, or None for a recipe of our own."""
        return results().get(self.name)


@functools.lru_cache(maxsize=512)
def _experiment(preset: Preset, images: str) -> Experiment:
    return change(Experiment(), preset.changes)


@functools.cache
def results() -> dict[str, dict[str, str]]:
    """The results that the documents report: id -> row, as text."""
    with _RESULTS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}
