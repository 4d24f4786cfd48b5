"""Curves like heartbeats, and how signals are drawn."""

import numpy as np
import pytest

from aelib import datasets
from aelib.analysis.anomalies.detection import detect
from aelib.datasets.bundled import heartbeats
from aelib.datasets.imageset import CURVE_HEIGHT, curves
from aelib.experiment import presets
from aelib.training import fit


def test_every_kind_is_in_both_parts_and_they_differ() -> None:
    described = datasets.spec("heartbeats")
    assert described.signal
    train, test = datasets.training_set(described), datasets.test_set(described)
    for part, counts in ((train, heartbeats.TRAIN), (test, heartbeats.TEST)):
        assert np.bincount(part.labels).tolist() == list(counts)
    means = np.stack([train.images()[train.labels == kind].mean(dim=(0, 1, 2)).numpy() for kind in range(4)])
    assert means[0].argmax() == pytest.approx(0.42 * heartbeats.WIDTH, abs=2), "the R wave"
    assert means[3].max() < 0.35, "no beat"
    assert np.abs(means[2] - means[0])[48:58].mean() > 0.1, "raised between S and T"


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_curve_is_high_where_its_value_is_and_has_no_holes(dtype: type) -> None:
    whole = 255 if dtype is np.uint8 else 1
    values = (np.array([[[[0, 1, 0.5, 0.5]]]]) * whole).astype(dtype)
    drawn = curves(values)[0, 0]
    assert drawn.shape == (CURVE_HEIGHT, 4)
    assert drawn.dtype == dtype
    assert set(np.unique(drawn)) == {0, whole}
    assert drawn[-1, 0] == drawn[0, 1] == whole
    assert drawn[: CURVE_HEIGHT // 2 - 1, 0].sum() == 0
    assert (drawn[: CURVE_HEIGHT // 2, 1] == whole).all(), "half of the way to each neighbour is the value's own"
    assert (drawn[:, 3] == whole).sum() == 1


@pytest.mark.parametrize("name", ["heartbeats-odd-one", "heartbeats-odd-one-conv"])
def test_a_net_that_knows_normal_beats_finds_the_others_odd(name: str) -> None:
    epochs = {"heartbeats-odd-one": 20, "heartbeats-odd-one-conv": 3}[name]
    run = fit(presets.get(name).with_values({"epochs": epochs}), "cpu")
    assert detect(run).auroc > 0.9
