"""Named experiments: one for every row of `data/results.csv` that can be run, and one for each recipe of our own.

`assumed` states our choice for what a document leaves out (loss, batch size, initialisation, the code's activation).
"""

import difflib

from aelib.core.errors import LabError

from ..experiment import Experiment
from .codes import CODES
from .dense import DENSE
from .images import IMAGES
from .preset import Preset, results

__all__ = ["PRESETS", "Preset", "get", "preset", "results"]

PRESETS: dict[str, Preset] = {preset.name: preset for preset in [*DENSE, *IMAGES, *CODES]}


def preset(name: str) -> Preset:
    """The preset of this name. Raises LabError for an unknown name."""
    if name not in PRESETS:
        near = difflib.get_close_matches(name[:60], PRESETS, n=4) or list(PRESETS)[:4]
        raise LabError(
            "There is no preset {name!r}: choose one that exists, such as {near}.",
            name=name[:60],
            near=", ".join(near),
        )
    return PRESETS[name]


def get(name: str) -> Experiment:
    """The experiment of preset `name`. Raises LabError for an unknown name."""
    return preset(name).experiment
