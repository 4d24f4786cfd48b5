"""Codes as features: accuracies of neighbours and probe, PCA and pixels beside them, and planted features found."""

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.analysis import judged
from aelib.analysis.codes import dictionary, features
from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.training import Run, fit


@pytest.fixture(scope="module")
def sparse() -> Run:
    return fit(presets.get("dictionary-sparse"), "cpu")


def test_a_sparse_net_finds_the_planted_features(sparse: Run) -> None:
    found = judged.figures(sparse)
    assert found["recovered"] >= 0.9
    pairs = dictionary.recovery(sparse)
    assert pairs.cosines == pytest.approx((pairs.planted * pairs.learnt).sum(dim=(1, 2, 3)).numpy(), abs=1e-5)


def test_an_untrained_net_finds_none(sparse: Run) -> None:
    run = fit(sparse.experiment.with_values({"epochs": 1, "optimizer.learning_rate": 1e-6}), "cpu")
    assert judged.figures(run)["recovered"] < 0.1


def test_planted_features_have_length_one_and_differ() -> None:
    flat = datasets.spec("dictionary8x8").features().flatten(1)  # type: ignore[misc]
    cosines = (flat @ flat.T - torch.eye(len(flat))).abs()
    assert flat.norm(dim=1).numpy() == pytest.approx(1)
    assert float(cosines.max()) < 0.5


def test_images_without_known_features_are_refused(font_run: Run) -> None:
    with pytest.raises(LabError, match=r"No features of .* are known: choose dictionary8x8"):
        dictionary.recovery(font_run)


def test_pixels_are_better_features_than_two_components() -> None:
    digits = datasets.spec("digits8x8")
    pixels, two = features.pixels(digits), features.components(digits, 2)
    assert pixels.train.shape == (1437, 64)
    assert two.test.shape == (360, 2)
    assert pixels.knn_accuracy() > 0.95 > 0.75 > two.knn_accuracy() > 0.4
    assert pixels.probe_accuracy() > 0.9 > two.probe_accuracy()


def test_more_components_than_there_are_are_refused() -> None:
    with pytest.raises(LabError, match="PCA of these images has 1 to 64 components, not 65"):
        features.components(datasets.spec("digits8x8"), 65)
    with pytest.raises(LabError, match="no classes to tell apart"):
        features.pixels(datasets.spec("font5x7"))


def test_codes_are_those_of_the_run() -> None:
    run = fit(Experiment().with_values({"dataset": "digits8x8", "model.layers": "64-8", "epochs": 3}), "cpu")
    found = features.codes(run)
    assert np.array_equal(found.test, run.codes_of(datasets.test_set("digits8x8").pixels))
    figures = judged.figures(run)
    assert figures["knn_accuracy"] == found.knn_accuracy()
    assert figures["probe_accuracy"] == found.probe_accuracy()
