"""The images that are scored: the test images of all classes, of which the net was trained on some."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import DatasetSpec, ImageSet
from aelib.training import Run


@dataclass(frozen=True, eq=False)
class Scored:
    """Images to score. odd: bool, one for each image: whether its class was excluded from training."""

    images: ImageSet
    odd: NDArray[np.bool_]


def has_odd_ones(described: DatasetSpec) -> bool:
    """Whether training excludes classes: because the experiment selects some, or because the training images have only
    some of the classes of the test images, as in folders train/good and test/scratch."""
    if described.only:
        return True
    if described.memorised or described.paired or described.classes < 2:
        return False
    return len(datasets.known_classes(described)) < described.classes


def to_score(run: Run) -> Scored:
    """The test images of the whole data set (all images of a memorised set). Those of the run's own classes are normal.
    Raises LabError if the run excludes no class."""
    if not has_odd_ones(run.spec):
        one = datasets.spec(run.experiment.dataset).classes < 2
        if one:
            raise LabError("All images are of one class, so none is odd: choose images of two classes or more.")
        raise LabError("The net is trained on every class, so no image is odd: leave some out, such as with classes 0.")
    images = datasets.test_set(run.experiment.dataset)
    normal = torch.isin(images.labels, torch.tensor(datasets.known_classes(run.spec))).numpy()
    if normal.all():
        raise LabError("No test image is of another class than the net knows: choose fewer classes to train on.")
    return Scored(images, ~normal)
