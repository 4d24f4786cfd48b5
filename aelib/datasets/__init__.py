"""Data sets by name: `spec(name)` says what is in one without loading it, `load(name)` gives the images.

Bundled sets are in `SETS`. A person's own glyph table is kept under `home()/datasets` and named after its
content (`glyphs-<digest>`), so that an experiment that names it always means the same pixels.
"""

from functools import lru_cache

from ..basics import LabError
from . import font, glyphs
from .imageset import DatasetSpec, ImageSet, Normalization, normalization

SETS: dict[str, DatasetSpec] = {font.SPEC.name: font.SPEC}

__all__ = ["SETS", "DatasetSpec", "ImageSet", "Normalization", "available", "load", "normalization", "spec"]


def spec(name: str) -> DatasetSpec:
    """What is known of data set `name`. Raises LabError for a name that is not here."""
    if name in SETS:
        return SETS[name]
    if name.startswith(glyphs.PREFIX):
        return glyphs.stored_spec(name)
    raise LabError(f"dataset is {name[:60]!r}: choose one of {', '.join(SETS)}, or a glyph table of your own.")


def load(name: str) -> ImageSet:
    """The images of data set `name`; shared between callers, so not to be changed."""
    return _load(spec(name))


@lru_cache(maxsize=16)
def _load(described: DatasetSpec) -> ImageSet:
    return described.load()


def available() -> list[DatasetSpec]:
    """Every data set on this machine, bundled ones first."""
    return [*SETS.values(), *glyphs.stored_specs()]
