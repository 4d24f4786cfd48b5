"""A net that is told the class draws the class that it is asked for, and collapsed codes give the mean image."""

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.analysis.codes import features
from aelib.analysis.generative import collapse, conditional, generation, likelihood
from aelib.core.errors import LabError
from aelib.experiment import presets, variants
from aelib.training import Run, fit


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(presets.get("digits-conditional").with_values({"epochs": 30}), "cpu")


def test_it_obeys_and_its_code_does_not_say_the_class(run: Run) -> None:
    found = conditional.obedience(run, 10)
    assert found.share() > 0.9
    assert found.share(7) >= 0.7
    assert features.codes(run).knn_accuracy() < 0.5


def test_one_style_in_every_class(run: Run) -> None:
    made = conditional.styles(run, [3, 5])
    assert made.shape == (2, 10, 1, 8, 8)
    own = run.restored(run.images.images()[[3, 5]], run.images.labels[[3, 5]]).clamp(0, 1).numpy()
    for row, output, label in zip(made, own, run.images.labels[[3, 5]].tolist(), strict=True):
        np.testing.assert_allclose(row[label], output, atol=1e-6)
    assert conditional.plane(run, 7, 3).shape == (9, 1, 8, 8)
    assert np.array_equal(conditional.drawn(run, 7, 4, 0), conditional.drawn(run, 7, 4, 0))
    assert set(generation.sample(run, 20, 0).labels) >= {0, 1, 6}, "one class after the other"


def test_its_likelihood_needs_the_labels(run: Run) -> None:
    few = run.images.part(slice(2))
    assert torch.isfinite(likelihood.iwae_bounds(run, few.pixels, 5, labels=few.labels)).all()
    with pytest.raises(LabError, match="told the class"):
        likelihood.iwae_bounds(run, few.pixels, 5)


def test_a_net_that_is_not_told_is_not_asked(font_run: Run) -> None:
    with pytest.raises(LabError, match="not told the class"):
        conditional.drawn(font_run, 7, 2, 0)


def test_the_error_of_the_mean_image() -> None:
    train, test = datasets.training_set("digits8x8").images(), datasets.test_set("digits8x8").images()
    expected = float(((test - train.mean(dim=0)) ** 2).mean())
    assert collapse.mean_image_error("digits8x8") == pytest.approx(expected, rel=1e-5)


def test_a_large_beta_collapses_the_code_and_free_bits_save_it() -> None:
    nets = variants.collapsing(presets.get("digits-vae").with_values({"epochs": 40}))
    one, heavy, free = (collapse.of(fit(net, "cpu")) for net in nets.values())
    assert (one.active, heavy.active, free.active) == (2, 0, 2)
    assert heavy.whole
    assert not one.whole
    assert one.mse < 0.7 * one.mean_mse
