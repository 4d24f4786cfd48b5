"""Decode the experiment in a page's address."""

from collections.abc import Mapping

from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.experiment.encoding import PRESET, decode

from .messages import text_of

_TRACKERS = ("utm_", "fbclid", "gclid")  # added to links by mail programs and social networks


def from_query(query: Mapping[str, str], default: str) -> tuple[str, Experiment, str | None]:
    """Return (preset, experiment, problem). For an invalid address these are the default preset, its experiment, and
    one sentence that says why. A query that `encoding.Encoded.query` wrote decodes to the same experiment."""
    preset = query.get(PRESET, default)
    changes = {key: value for key, value in query.items() if key != PRESET and not key.startswith(_TRACKERS)}
    try:
        return preset, decode(preset, changes), None
    except LabError as error:
        problem = f"The address is not a valid experiment, so this page shows {default}: {text_of(error)}"
        return default, presets.get(default), problem
