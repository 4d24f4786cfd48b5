"""Samples beside the training images nearest to them."""

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.analysis.generative import generation


def test_samples_are_judged_by_the_whole_training_set() -> None:
    train = datasets.training_set("digits8x8")
    chosen = [3, 700, 1436]
    found = generation.evaluate(train.pixels[chosen].float() / 255, "digits8x8")
    assert found.distances.max() < 1e-6
    assert found.names == tuple(train.names[i] for i in chosen)
    np.testing.assert_array_equal(found.images, found.nearest)
    other = generation.evaluate(torch.full((1, 1, 8, 8), 0.5), "digits8x8")
    assert other.distances[0] > 0.2
    assert found.labels.tolist() == train.labels[chosen].tolist()


def test_images_spread_over_as_many_classes_as_are_equally_frequent() -> None:
    train = datasets.training_set("digits8x8")
    one_each = [int((train.labels == label).nonzero()[0]) for label in range(4)]
    found = generation.evaluate(train.pixels[one_each].float() / 255, "digits8x8")
    assert found.classes == pytest.approx(4)
    same = generation.evaluate(train.pixels[one_each[:1] * 5].float() / 255, "digits8x8")
    assert same.classes == pytest.approx(1)
