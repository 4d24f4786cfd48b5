"""Samples beside the training images nearest to them."""

import numpy as np
import torch

from aelib import datasets
from aelib.analysis import generation


def test_samples_are_judged_by_the_whole_training_set() -> None:
    train = datasets.training_set("digits8x8")
    chosen = [3, 700, 1436]
    found = generation.evaluate(train.pixels[chosen].float() / 255, "digits8x8")
    assert found.distances.max() < 1e-6
    assert found.names == tuple(train.names[i] for i in chosen)
    np.testing.assert_array_equal(found.images, found.nearest)
    other = generation.evaluate(torch.full((1, 1, 8, 8), 0.5), "digits8x8")
    assert other.distances[0] > 0.2
