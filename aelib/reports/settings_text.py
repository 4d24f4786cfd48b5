"""An experiment in words, and the command that makes its run again."""

import shlex
from typing import Any, NamedTuple

from aelib import datasets
from aelib.core.errors import LabError
from aelib.experiment import Experiment, flatten, labels, presets

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
    chosen = {"dataset", *experiment.effective()}
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
    """`python -m aelib train PRESET --set ...` that gives an experiment of the same digest: from the preset that is
    nearest, with what differs from it and has an effect. Raises LabError where no such command can be written."""
    digest = experiment.digest
    near = sorted(_differing(experiment), key=lambda found: len(found[1]))
    for name, changes in near[:3]:
        base = presets.get(name)
        values = {path: _option_value(path, value, experiment) for path, value in changes.items()}
        if _digest(base, values) != digest:
            continue
        for path in list(values):  # what has no effect need not be text
            fewer = {other: value for other, value in values.items() if other != path}
            if _digest(base, fewer) == digest:
                values = fewer
        words = [f"--set {shlex.quote(f'{path}={value}')}" for path, value in values.items()]
        return " ".join(["python -m aelib train", name, *words])
    raise LabError("This experiment cannot be written as a command: keep its JSON in a file, and train that.")


def _differing(experiment: Experiment) -> list[tuple[str, dict[str, Any]]]:
    """Every preset with the fields in which the experiment differs from it."""
    found = []
    for name in presets.PRESETS:
        try:
            found.append((name, experiment.changes(presets.get(name))))
        except LabError:  # its data set cannot be read on this machine
            continue
    return found


def _option_value(path: str, value: Any, experiment: Experiment) -> str:
    if path == "batch_size" and value in (None, "all"):
        return "all"
    if path == "snapshots" and value is not None and not value:
        return str(experiment.epochs)  # none but the last, which is kept anyway; an empty text would leave the choice
    return labels.text(value)


def _digest(base: Experiment, values: dict[str, str]) -> str | None:
    try:
        return base.with_values(values).digest
    except LabError:
        return None
