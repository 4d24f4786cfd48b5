"""Decode the experiment in a page's address. An invalid part is reported in a sentence; the rest still applies."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment import Experiment, ExperimentError, change, choices, flatten, labels, presets, resolve
from aelib.experiment.encoding import MAX_VALUE, PRESET, decode

from .messages import sentences

NUMBERS = ("epochs", "seed", "beta_warm_up")  # fields with a number widget
_TRACKERS = ("utm_", "fbclid", "gclid")  # added to links by mail programs and social networks
_MAX_SAID = 3  # unknown names in a sentence


class Opened(NamedTuple):
    """What an address says.

    Attributes:
        preset: where it starts.
        experiment: the experiment, if `typed` is empty, otherwise the preset with the changes that are certain.
        typed: path -> value of fields that show what the address has, although they do not make a valid experiment yet.
        notes: what was left out of the address, one sentence each.
    """

    preset: str
    experiment: Experiment
    typed: dict[str, Any]
    notes: list[str]


def from_query(query: Mapping[str, str], default: str, is_free: Callable[[str], bool] = lambda _: True) -> Opened:
    """The experiment in an address. A query that `encoding.Encoded.query` wrote decodes to the same experiment.

    default: the preset of an address without one; is_free: whether the user can change a field, and so correct it.
    """
    preset, notes = query.get(PRESET, default), []
    if preset not in presets.PRESETS:
        notes.append(
            _(
                "There is no preset {name}: choose another under “Start from”, where {default} is now.",
                name=repr(preset[:60]),
                default=default,
            )
        )
        preset = default
    given = {path: text for path, text in query.items() if path != PRESET and not path.startswith(_TRACKERS)}
    changes = known(given, notes)
    try:
        return Opened(preset, decode(preset, changes), {}, notes)
    except LabError as error:
        wrong = error
    held = {path: value for path, text in changes.items() if (value := _held(path, text, is_free(path))) is not None}
    notes += [_sentence(path, changes[path], wrong) for path in changes if path not in held]
    fixed = {path: value for path, value in held.items() if not is_free(path)}
    free = {path: value for path, value in held.items() if is_free(path)}
    start = presets.get(preset)
    try:
        start = decode(preset, fixed)
    except LabError as error:  # nobody can correct it on the page
        notes += sentences(error)
    try:
        return Opened(preset, resolve(change(start, free)).experiment, {}, notes)
    except LabError:  # the page says why
        return Opened(preset, change(start, {path: free[path] for path in free if path == "dataset"}), free, notes)


def known(changes: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    """The changes without fields that do not exist and values that are too long; `notes` gets a sentence about each."""
    fields = _fields()
    unknown = [path for path in changes if path not in fields]
    if unknown:
        said = ", ".join(repr(path[:40]) for path in unknown[:_MAX_SAID]) + (", …" if len(unknown) > _MAX_SAID else "")
        notes.append(
            _(
                "The address names {said}, which no control here is called: it is left out, and the rest applies.",
                said=said,
            )
        )
    long = [path for path, text in changes.items() if path in fields and len(text) > MAX_VALUE]
    notes += [
        _("The address has too much for “{field}”: give at most {n} characters.", field=labels.short(path), n=MAX_VALUE)
        for path in long
    ]
    return {path: text for path, text in changes.items() if path in fields and path not in long}


def is_choice(path: str) -> bool:
    """Whether a field takes one of several names."""
    try:
        return bool(choices(path)) and all(isinstance(name, str) for name in choices(path))
    except (KeyError, TypeError):
        return False


def _held(path: str, text: str, is_free: bool) -> Any:
    """The value with which the control of a field shows this text, None if it cannot."""
    if is_free and path in NUMBERS:
        is_number = re.fullmatch(r"\s*[+-]?\d{1,15}\s*", text)  # what a number widget can show
        return int(text) if is_number else None
    is_text = path != "dataset" and not is_choice(path) and not isinstance(_fields()[path], bool)
    if is_free and is_text:
        return text
    try:
        if path == "dataset":
            datasets.spec(text)
        return flatten(Experiment().with_values({path: text}).model_dump(mode="json"))[path]
    except LabError:
        return None


def _fields() -> dict[str, Any]:
    return flatten(Experiment().model_dump(mode="json"))


def _sentence(path: str, text: str, error: LabError) -> str:
    """Why the value of a field is left out, and what is allowed instead."""
    found = error.problems if isinstance(error, ExperimentError) else []
    about = [sentence for problem, sentence in zip(found, sentences(error), strict=False) if problem.path == path]
    if about:
        return about[0]
    said = _("“{field}” cannot be {value}: choose another value.", field=labels.short(path), value=repr(text[:60]))
    return said if found else str(error)
