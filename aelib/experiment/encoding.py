"""An experiment as a preset plus its differences: the one form in which it is written outside the program.

    >>> encode(presets.get("font-best").with_values({"epochs": 500}), "font-best")
    Encoded(preset='font-best', changes={'seed': '0', 'epochs': '500'})

An address, a value in an address, a table row and a command are renderings of this form. `decode` reads all of them.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from aelib.core.errors import LabError

from . import labels, presets
from .digest import flatten
from .experiment import Experiment
from .resolved import change, digest_of, resolve

PRESET = "preset"  # the name of the preset parameter in an address
SEED = "seed"
MAX_VALUE = 500  # characters of one value: longer ones are refused without being read
_NEAREST_TRIED = 3  # how many presets are tried as the start of a command


class Encoded(NamedTuple):
    """preset: its name; changes: dotted path -> text, always including the seed."""

    preset: str
    changes: dict[str, str]

    def query(self) -> dict[str, str]:
        """The form as the parameters of an address."""
        return {PRESET: self.preset} | self.changes

    def packed(self) -> str:
        """The form as one value of an address, such as `font-best;seed=3;epochs=500`."""
        return ";".join([self.preset, *(f"{path}={value}" for path, value in self.changes.items())])


def encode(experiment: Experiment, preset: str | None = None) -> Encoded:
    """The form that `decode` turns back into an experiment with the same digest. preset: the preset to start from; None
    takes the nearest. Raises LabError for an unknown preset."""
    start = preset or nearest(experiment)
    changes = {SEED: experiment.seed, **experiment.changes(presets.get(start))}
    return Encoded(start, {path: value_text(experiment, path, value) for path, value in changes.items()})


def decode(preset: str, changes: Mapping[str, Any]) -> Experiment:
    """Apply these changes to a preset; the experiment is checked against its data set. Raises LabError."""
    too_long = next((path for path, value in changes.items() if len(str(value)) > MAX_VALUE), None)
    if too_long is not None:
        raise LabError(
            "The value of {too_long!r} is too long: give at most {most} characters.",
            too_long=too_long[:60],
            most=MAX_VALUE,
        )
    return resolve(change(presets.get(preset), changes)).experiment


def unpack(given: str) -> Encoded:
    """Read what `Encoded.packed` has written, without checking it. Raises LabError if it is too long."""
    if len(given) > MAX_VALUE * 2:
        raise LabError("An experiment in the address is too long: give one that a page here has made.")
    preset, *changes = given.split(";")
    values = dict(one.partition("=")[::2] for one in changes if one)
    return Encoded(preset.strip(), {path.strip(): value for path, value in values.items()})


def nearest(experiment: Experiment) -> str:
    """The preset that differs from the experiment in the fewest fields, the seed not counted."""
    return _ranked(experiment)[0]


def shortest(experiment: Experiment) -> Encoded:
    """The preset with the fewest changes that give the same digest, for a command. Raises LabError if there is none."""
    digest = digest_of(experiment)
    for preset in _ranked(experiment)[:_NEAREST_TRIED]:
        changes = encode(experiment, preset).changes
        if _digest(preset, changes) != digest:
            continue
        for path in list(changes):  # leave out changes that have no effect or repeat the preset's value
            fewer = {other: value for other, value in changes.items() if other != path}
            if _digest(preset, fewer) == digest:
                changes = fewer
        return Encoded(preset, changes)
    raise LabError("This experiment cannot be written as a command: save its JSON in a file, and train that.")


def value_text(experiment: Experiment, path: str, value: Any) -> str:
    """A field's value as `decode` reads it."""
    if path == "snapshots" and value is not None and not value:
        # the last epoch alone, which is always stored; an empty text means "choose for me"
        return str(experiment.epochs)
    return labels.text(value)


def _ranked(experiment: Experiment) -> list[str]:
    """Presets, nearest first. Presets whose data set cannot be read on this machine are left out."""
    differing: dict[str, int] = {}
    ours = flatten(experiment.model_dump(mode="json"))
    for name in presets.PRESETS:
        try:
            theirs = _flat(presets.get(name))
        except LabError:
            continue
        differing[name] = sum(value != theirs[path] for path, value in ours.items() if path != SEED)
    return sorted(differing, key=differing.__getitem__)


@lru_cache(maxsize=2 * len(presets.PRESETS))
def _flat(preset: Experiment) -> dict[str, Any]:
    return flatten(preset.model_dump(mode="json"))


def _digest(preset: str, changes: Mapping[str, str]) -> str | None:
    try:
        return digest_of(decode(preset, changes))
    except LabError:
        return None
