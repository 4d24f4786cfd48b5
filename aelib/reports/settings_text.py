"""The settings of an experiment in words, and the command that trains it again."""

import shlex
from typing import Any, NamedTuple

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import _, number
from aelib.experiment import Experiment, encoding, flatten, labels, resolve

MAX_TEXT = 120  # characters of a value in a table


class Setting(NamedTuple):
    """One field of an experiment. path: dotted; label, value, default: texts for display."""

    path: str
    label: str
    value: str
    default: str


def settings(experiment: Experiment) -> list[Setting]:
    """The data set, and every field that has an effect and differs from the default experiment, in the order of
    declaration."""
    values = flatten(experiment.resolved_model.model_dump(mode="json"), "model.")
    values = {**flatten(experiment.model_dump(mode="json")), **values}
    base = Experiment()
    defaults = flatten(base.model_dump(mode="json")) | {"model.output_activation": base.output_activation}
    chosen = {"dataset", *resolve(experiment).effective}
    return [
        Setting(path, labels.field(path).split(" (")[0], _value_text(path, value), _value_text(path, defaults[path]))
        for path, value in values.items()
        if path in chosen
    ]


def _value_text(path: str, value: Any) -> str:
    if path == "dataset":
        try:
            return _(datasets.spec(value).title)
        except LabError:  # the data set was removed after the training
            return str(value)
    if path == "batch_size":
        return _("all images") if value in (None, "all") else number(value, ",")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _(labels.choice(path, value))
    if value is None or value in ((), []):
        return _("none")
    if isinstance(value, int):
        return number(value, ",") if path != "seed" else str(value)
    if isinstance(value, float):
        return number(value, "g" if float(f"{value:g}") == value else "")
    text = labels.text(value)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def command(experiment: Experiment) -> str:
    """The command `python -m aelib train PRESET --set ...` for an experiment with the same digest. Raises LabError if
    there is none."""
    preset, changes = encoding.shortest(experiment)
    settings = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in changes.items()]
    return " ".join(["python -m aelib train", preset, *settings])
