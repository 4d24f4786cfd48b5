"""How each figure of a run is measured."""

import math
from dataclasses import replace

import pytest
import torch

from aelib import datasets
from aelib.experiment import presets
from aelib.reproduction import measures, runner
from aelib.reproduction.measures import MEASURES
from aelib.training import Run, device_speed, fit
from tests.support.claims import FAST


def test_figures_are_those_counted_by_hand(run: Run) -> None:
    outputs, clean = run.reconstructions(), run.images.images()
    wrong = [
        sum(abs(a - b) >= 0.5 for a, b in zip(x, y, strict=True))
        for x, y in zip(outputs.flatten(1).tolist(), clean.flatten(1).tolist(), strict=True)
    ]
    assert MEASURES["characters_learnt_of_32"].each(run) == sum(count <= 1 for count in wrong)
    assert measures.learnt_at(0.5, run) == sum(count <= 1 for count in wrong)
    signed = ((2 * outputs - 1) - (2 * clean - 1)).double().square().mean()
    assert measures.mean_error(run) == pytest.approx(float(signed), rel=1e-5)
    assert measures.code_bits(run) == 64


def test_the_error_in_symmetric_pixels_is_the_loss_that_was_trained() -> None:
    trained = fit(presets.get("font-35-2").with_values(FAST), "cpu")
    assert measures.mean_error(trained) == pytest.approx(trained.loss, rel=1e-4)


def test_cross_entropy_by_hand() -> None:
    digits = fit(presets.get("digits-denoise").with_values({"epochs": 2}), "cpu")
    test_set = datasets.test_set("digits8x8")
    y = digits.restored(digits.inputs_of(test_set)).double().clamp(0, 1)
    t = test_set.images().double()
    by_hand = -(t * y.log().clamp(min=-100) + (1 - t) * (1 - y).log().clamp(min=-100)).mean()
    assert measures.cross_entropy(digits) == pytest.approx(float(by_hand), rel=1e-4)


def test_a_perfect_denoiser_is_usable_and_a_blind_one_is_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = replace(run, experiment=run.experiment.with_values({"corruption.kind": "salt_pepper"}))
    clean = run.images.images()
    monkeypatch.setattr(Run, "restored", lambda self, shown: clean.repeat(len(shown) // len(clean), 1, 1, 1))
    assert measures.noise_limit(noisy) == 1.0
    monkeypatch.setattr(Run, "restored", lambda self, shown: torch.zeros_like(shown))
    assert measures.noise_limit(noisy) == 0.0


def test_the_time_ratio_is_of_one_net_on_the_same_images(monkeypatch: pytest.MonkeyPatch) -> None:
    run = fit(presets.get("house-numbers-autoencoder").with_values({"epochs": 1}), "cpu")
    measured = device_speed.measure(run.experiment, "cpu")
    kept = [
        replace(measured, **one)
        for one in (
            {"seconds": 8.0},
            {"seconds": 10.0},
            {"device": "cuda", "seconds": 2.0, "steps": "of another net"},
            {"device": "cuda", "seconds": 1.0, "dataset": "other images"},
        )
    ]
    monkeypatch.setattr(device_speed, "stored", lambda: kept)
    assert math.isnan(measures.time_ratio(run))
    kept.append(replace(kept[0], device="cuda", seconds=4.0))
    assert measures.time_ratio(run) == 0.5  # of the faster CPU
    found = runner.measured_value(MEASURES["gpu_over_cpu_time"], [run])
    assert found is not None
    assert found["mean"] == 0.5


def test_a_morph_of_different_images_counts_ten_and_a_standstill_none() -> None:
    emoji = fit(presets.get("emoji-morph").with_values({"epochs": 2}), "cpu")
    assert 0 <= measures.morph_images(emoji) <= 10
    still = replace(emoji, weights={name: torch.zeros_like(tensor) for name, tensor in emoji.weights.items()})
    assert measures.morph_images(still) == 0
