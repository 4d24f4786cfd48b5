"""Runs to hand in."""

import pytest

from aelib.training import Run
from tests.support.trainings import trained


@pytest.fixture(scope="module")
def convolutional_run() -> Run:
    small = {"model.convolution.channels": "4-2", "model.convolution.stride": "2", "epochs": 3}
    return trained("font-20-10", {"model.kind": "convolutional", **small, "corruption.kind": "salt_pepper"})


@pytest.fixture(scope="module")
def noisy_run() -> Run:
    return trained("digits-denoise", {"epochs": 2, "model.layers": "64-16-2"})


@pytest.fixture(scope="module")
def compressor_run() -> Run:
    small = {"model.convolution.channels": "4-1", "model.convolution.stride": "2-2", "epochs": 1}
    return trained("letters-7x7", small)
