"""An experiment in words, and as a command."""

import shlex
from typing import Any

import pytest

from aelib.experiment import Experiment, change, digest_of, presets
from aelib.reports import settings_text


@pytest.mark.parametrize("name", [name for name in presets.PRESETS if not name.startswith(("notmnist", "svhn", "sr-"))])
def test_the_command_gives_the_same_digest(name: str) -> None:
    values = {"seed": 7, "epochs": 61, "optimizer.learning_rate": 0.0123}
    for experiment in (presets.get(name), presets.get(name).with_values({**values, "snapshots": ""})):
        command = shlex.split(settings_text.command(experiment))
        assert command[:4] == ["python", "-m", "aelib", "train"]
        assert digest_of(_commanded(command)) == digest_of(experiment)


@pytest.mark.parametrize(
    "values",
    [
        {"snapshots": ()},
        {"snapshots": (0, 3, 900)},
        {"dataset": "digits8x8", "batch_size": 32, "early_stop.kind": "none"},
        {
            "model.decoder_layers": "2-9-35",
            "model.batch_norm": True,
            "corruption.kind": "painted",
            "corruption.pixels": (1, 2, 30),
            "corruption.fresh": False,
            "normalization": "symmetric",
            "loss": "mae",
        },
        {
            "model.kind": "convolutional",
            "model.convolution.code_size": 3,
            "model.convolution.stride": "2-1",
            "model.convolution.channels": "4-2",
            "beta": 0.3,
        },
        {"dataset": "emoji20x20-00000001ff", "model.variational": True, "free_bits": 0.25, "beta_warm_up": 5},
        {"optimizer.learning_rate": 1e-07, "early_stop.kind": "patience", "early_stop.min_delta": 3e-06},
    ],
)
def test_the_command_gives_the_same_digest_of_any_experiment(values: dict[str, Any]) -> None:
    experiment = change(presets.get("font-20-10"), values)
    assert digest_of(_commanded(shlex.split(settings_text.command(experiment)))) == digest_of(experiment)


def _commanded(command: list[str]) -> Experiment:
    """The experiment that the command line makes of the words behind `python -m aelib`."""
    from aelib.cli.main import _parser
    from aelib.cli.train import experiment_of

    return experiment_of(_parser().parse_args(command[3:]))
