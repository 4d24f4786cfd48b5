"""Experiment <-> address: a preset's name, the seed, and every field that differs from the preset, as text."""

from collections.abc import Mapping

from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.experiment.labels import text as text

PRESET = "preset"
_TRACKERS = ("utm_", "fbclid", "gclid")  # what mail programs and networks add to a link
MAX_VALUE = 500  # characters of one value: longer ones are refused unread


def to_query(experiment: Experiment, preset: str) -> dict[str, str]:
    """What `from_query` turns back into the same experiment."""
    changes = {"seed": experiment.seed, **experiment.changes(presets.get(preset))}
    return {PRESET: preset} | {path: text(value) for path, value in changes.items()}


def from_query(query: Mapping[str, str], default: str) -> tuple[str, Experiment, str | None]:
    """(preset, experiment, problem): for an address that makes no sense the default's, and one sentence."""
    try:
        preset = query.get(PRESET, default)
        values = {key: value for key, value in query.items() if key != PRESET and not key.startswith(_TRACKERS)}
        too_long = next((key for key, value in values.items() if len(value) > MAX_VALUE), None)
        if too_long is not None:
            raise LabError(f"{too_long[:60]!r} in the address is too long.")
        return preset, presets.get(preset).with_values(values), None
    except LabError as error:
        problem = f"The address does not describe an experiment, so this is {default}: {error}"
        return default, presets.get(default), problem


def packed(experiment: Experiment, preset: str) -> str:
    """The experiment as one value of an address, such as `font-best;seed=3;epochs=500`."""
    changes = {"seed": experiment.seed, **experiment.changes(presets.get(preset))}
    return ";".join([preset, *(f"{path}={text(value)}" for path, value in changes.items())])


def unpacked(given: str) -> Experiment:
    """What `packed` has written. Raises LabError."""
    if len(given) > MAX_VALUE * 2:
        raise LabError("An experiment in the address is too long: give one that a page here has made.")
    preset, *changes = given.split(";")
    values = dict(change.partition("=")[::2] for change in changes if change)
    return presets.get(preset.strip()).with_values({path.strip(): value for path, value in values.items()})
