"""An experiment in words, and the command that makes its run again."""

import shlex
from typing import Any, NamedTuple

from aelib import datasets
from aelib.core.errors import LabError
from aelib.experiment import Experiment, encoding, flatten, labels, resolve

MAX_TEXT = 120  # characters of a value in a table


class Setting(NamedTuple):
    """One field of an experiment. label, value, default: for people; path: dotted."""

    path: str
    label: str
    value: str
    default: str


def settings(experiment: Experiment) -> list[Setting]:
    """The data set, and every field that has an effect and differs from the default experiment, in the order in which
    they are declared."""
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
            return datasets.spec(value).title
        except LabError:  # gone since the run was made
            return str(value)
    if path == "batch_size":
        return "all images" if value in (None, "all") else f"{value:,}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return labels.choice(path, value)
    if value is None or value in ((), []):
        return "none"
    if isinstance(value, int):
        return f"{value:,}" if path != "seed" else str(value)
    text = labels.text(value)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def command(experiment: Experiment) -> str:
    """`python -m aelib train PRESET --set ...` that gives an experiment of the same digest. Raises LabError where no
    such command can be written."""
    preset, changes = encoding.shortest(experiment)
    settings = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in changes.items()]
    return " ".join(["python -m aelib train", preset, *settings])
