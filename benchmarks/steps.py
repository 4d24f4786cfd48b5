"""Epochs of the batched engine, without the evaluation for history and snapshots."""

from collections.abc import Callable

import torch

from aelib import datasets
from aelib.experiment import Experiment
from aelib.models import build
from aelib.training.batches import BatchLoader
from aelib.training.engines.batched import BatchedDense


def steps_alone(experiment: Experiment) -> Callable[[int], None]:
    """A function that trains one net for a number of epochs, loading of batches and random numbers included."""
    device = torch.device("cpu")
    engine = BatchedDense([build(experiment)], [experiment], device)
    images = datasets.training_set(experiment.dataset)
    loader = BatchLoader([experiment], images, datasets.normalization(experiment.normalization, images.pixels), device)

    def train(epochs: int) -> None:
        for epoch in range(1, epochs + 1):
            for batch in loader.epoch(epoch):
                engine.step(batch, 1.0)

    return train
