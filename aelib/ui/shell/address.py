"""The experiment that an address describes."""

from collections.abc import Mapping

from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.experiment.encoding import PRESET, decode

from .messages import text_of

_TRACKERS = ("utm_", "fbclid", "gclid")  # what mail programs and networks add to a link


def from_query(query: Mapping[str, str], default: str) -> tuple[str, Experiment, str | None]:
    """(preset, experiment, problem): for an address that makes no sense the default's, and one sentence. What
    `encoding.Encoded.query` writes comes back as the same experiment."""
    preset = query.get(PRESET, default)
    changes = {key: value for key, value in query.items() if key != PRESET and not key.startswith(_TRACKERS)}
    try:
        return preset, decode(preset, changes), None
    except LabError as error:
        problem = f"The address does not describe an experiment, so this is {default}: {text_of(error)}"
        return default, presets.get(default), problem
