"""A script without aelib trains to the same."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch.nn.functional as F

from aelib import datasets
from aelib.core.counter_rng import key
from aelib.core.errors import LabError
from aelib.datasets.noise import corrupt
from aelib.experiment import Experiment, presets
from aelib.nn.penalties import PENALTIES
from aelib.reports.images import export
from aelib.reports.script import script
from aelib.training import fit
from tests.support.patience import PATIENCE


def _scripted(experiment: Experiment, folder: Path, more: str = "") -> dict[str, float]:
    """What the script of an experiment, and more at its end, prints, run where no aelib can be found."""
    file = folder / "script.py"
    file.write_text(script(experiment) + more, encoding="utf-8")
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) aelib", text, re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-I", str(file)], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return {name: float(value) for name, value in re.findall(r"^(\w+) ([\d.]+)", done.stdout, re.MULTILINE)}


# rel: of the loss. Without random numbers in training only rounding differs, and the samples of variational nets
@pytest.mark.parametrize(
    ("name", "values", "rel"),
    [
        ("font-best", {"epochs": 60}, 0.02),
        (
            "font-20-10",
            {
                "epochs": 40,
                "model.hidden_activation": "prelu",
                "model.batch_norm": True,
                "loss": "mae",
                "model.initialization": "kaiming_normal",
                "optimizer.kind": "nesterov",
                "batch_size": 10,
                "optimizer.learning_rate": 0.005,
                "optimizer.schedule": "step",
                "optimizer.step_every": 11,
                "normalization": "standardized",
                "optimizer.weight_decay": 0.001,
            },
            0.02,
        ),
        ("emoji-best", {"epochs": 60, "model.layers": "400-32-2", "beta": 3, "beta_warm_up": 20}, 0.02),
        ("emoji-best", {"epochs": 60, "model.layers": "400-32-2", "importance_samples": 8}, 0.04),
        ("emoji-best", {"epochs": 60, "model.layers": "400-32-2", "model.variance": "softplus"}, 0.02),
        (
            "font-20-10",
            {
                "epochs": 25,
                "model.kind": "convolutional",
                "model.convolution.channels": "6-3",
                "model.convolution.stride": "2-1",
                "model.hidden_activation": "arctan",
                "model.batch_norm": True,
                "model.initialization": "kaiming_uniform",
                "optimizer.learning_rate": 0.01,
            },
            0.02,
        ),
        ("font-best", {"epochs": 60, "model.tied": True, "model.batch_norm": True}, 0.02),
        *(
            (
                "font-20-10",
                {
                    "epochs": 40,
                    "model.layers": "35-20",
                    "model.code_activation": "sigmoid",
                    "model.penalty.kind": penalty,
                    "model.penalty.weight": 0.02,
                    "model.penalty.active": 5,
                    "optimizer.learning_rate": 0.02,
                },
                0.02,
            )
            for penalty in PENALTIES
        ),
    ],
)
def test_a_script_without_aelib_trains_to_the_same(
    name: str, values: dict[str, Any], rel: float, tmp_path: Path
) -> None:
    experiment = presets.get(name).with_values(values)
    run, found = fit(experiment, "cpu"), _scripted(experiment, tmp_path)
    assert found["loss"] == pytest.approx(run.loss, rel=rel)
    assert abs(found["learnt"] - run.metrics["learnt"]) <= 1
    # far from where it started, so that a net which does not train would fail
    assert run.loss < 0.9 * run.history[0]["train_loss"]


def test_a_script_without_aelib_takes_off_as_much_noise(tmp_path: Path) -> None:
    """One draw of noise says little (its loss has a spread of 13 %), so both nets are judged by many."""
    experiment = presets.get("font-denoise-best").with_values({"epochs": 150})
    run, draws = fit(experiment, "cpu"), 30
    more = f'print("mean", sum(evaluate(held_shown, held)[0] for _ in range({draws})) / {draws})\n'
    found = _scripted(experiment, tmp_path, more)
    clean, noise = run.images.images(), experiment.corruption
    noisy = [corrupt(clean, noise.kind, noise.level, [key(1, turn)])[0] for turn in range(draws)]
    losses = [float(F.binary_cross_entropy(run.restored(one).clamp(1e-7, 1 - 1e-7), clean)) for one in noisy]
    assert found["mean"] == pytest.approx(sum(losses) / draws, rel=0.2)
    assert abs(found["learnt"] - run.metrics["learnt"]) <= 5


def test_a_script_loads_the_images_that_are_too_many(tmp_path: Path) -> None:
    small = {"model.convolution.channels": "2-2", "model.convolution.stride": "1", "model.convolution.upscale": "last"}
    experiment = presets.get("photographs-2-best").with_values({**small, "epochs": 1, "batch_size": 200})
    assert "photographs_x2.npz" in script(experiment)
    export("photographs_x2", tmp_path / "photographs_x2.npz")
    run, found = fit(experiment, "cpu"), _scripted(experiment, tmp_path)
    assert found["mse"] == pytest.approx(run.metrics["mse"], rel=0.03)
    with pytest.raises(LabError, match="cannot be written"):
        export("digits8x8", tmp_path / "nowhere" / "x.npz")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("digits-vq", {"epochs": 4}),
        (
            "digits-vq",
            {
                "epochs": 3,
                "loss": "mse",
                "model.output_activation": "identity",
                "model.codebook.revive": False,
                "normalization": "symmetric",
            },
        ),
        (
            "digits-vq",
            {
                "epochs": 4,
                "model.kind": "convolutional",
                "model.convolution.channels": "6-3",
                "model.convolution.stride": "2-1",
                "model.codebook.numbers": None,
            },
        ),
        ("digits-conditional", {"epochs": 4}),
        ("digits-conditional", {"epochs": 1, "dataset": "letters", "model.layers": "784-16-2"}),
    ],
)
def test_a_script_has_codebooks_and_is_told_classes(name: str, values: dict[str, Any], tmp_path: Path) -> None:
    experiment = presets.get(name).with_values(values)
    export(experiment.dataset, tmp_path / f"{experiment.dataset}.npz")
    run, found = fit(experiment, "cpu"), _scripted(experiment, tmp_path)
    assert found["loss"] == pytest.approx(run.loss, rel=0.03)
    assert found["mse"] == pytest.approx(run.metrics["mse"], rel=0.03)
    assert run.loss < 0.9 * run.history[0]["train_loss"]


def test_what_a_script_cannot_say_is_one_sentence() -> None:
    with pytest.raises(LabError, match="32 bits"):
        script(presets.get("letters-7x7").with_values({"precision": "mixed"}))


def test_every_kind_of_model_has_a_script() -> None:
    """Of every preset on bundled images; some of them are run above."""
    refused = {}
    for name in presets.PRESETS:
        experiment = presets.get(name)
        if datasets.spec(experiment.dataset).missing() is None:
            try:
                compile(script(experiment), name, "exec")
            except LabError as error:
                refused[name] = str(error)
    assert not refused


def test_a_script_has_dropout() -> None:
    assert "nn.Dropout(0.25)" in script(presets.get("font-20-10").with_values({"model.dropout": 0.25}))
