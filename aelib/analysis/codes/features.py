"""Codes of labelled images as features: the accuracy of simple classifiers that use them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets import DatasetSpec, ImageSet
from aelib.training import Run

if TYPE_CHECKING:
    from sklearn import decomposition, exceptions, linear_model, neighbors, pipeline, preprocessing
else:  # they take as long to import as torch, and are needed only if images have classes
    decomposition, exceptions = lazy("sklearn.decomposition"), lazy("sklearn.exceptions")
    linear_model, neighbors = lazy("sklearn.linear_model"), lazy("sklearn.neighbors")
    pipeline, preprocessing = lazy("sklearn.pipeline"), lazy("sklearn.preprocessing")

Array = NDArray[np.float32]
NEIGHBOURS = 5
TRAINING_CODES, TEST_CODES = 5000, 1000  # images whose codes are compared, at most
STEPS = 300  # of the linear probe's optimiser, at most


@dataclass(frozen=True, eq=False)
class Labelled:
    """Features of labelled images. train, test: images × numbers; train_labels, test_labels: one class for each
    image."""

    train: Array
    train_labels: NDArray[np.int64]
    test: Array
    test_labels: NDArray[np.int64]

    def knn_accuracy(self) -> float:
        """Share of test images whose class is the majority class of their NEIGHBOURS nearest training images."""
        nearest = neighbors.KNeighborsClassifier(min(NEIGHBOURS, len(self.train)))
        return float(nearest.fit(self.train, self.train_labels).score(self.test, self.test_labels))

    def probe_accuracy(self) -> float:
        """Share of test images that a linear probe, logistic regression on standardised features, classifies
        correctly."""
        scaled = preprocessing.StandardScaler()
        probe = pipeline.make_pipeline(scaled, linear_model.LogisticRegression(max_iter=STEPS))
        with warnings.catch_warnings():
            # the accuracy no longer changes long before convergence
            warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
            return float(probe.fit(self.train, self.train_labels).score(self.test, self.test_labels))


def has_classes(described: DatasetSpec) -> bool:
    """Whether there are training images of several classes, and held-out ones too."""
    several = not described.memorised and not described.paired and described.classes > 1
    return several and len(datasets.known_classes(described)) > 1


def parts(described: DatasetSpec) -> tuple[ImageSet, ImageSet]:
    """The images whose codes are compared: at most the first TRAINING_CODES training and TEST_CODES test images. Raises
    LabError if they have no classes."""
    if not has_classes(described):
        raise LabError(
            "{title} has no classes to tell apart: choose digits, letters or images with labels.", title=described.title
        )
    train = datasets.training_set(described).part(slice(TRAINING_CODES))
    return train, datasets.test_set(described).part(slice(TEST_CODES))


def codes(run: Run) -> Labelled:
    """The codes of a run for the images of `parts`. Raises LabError if these have no classes."""
    train, test = parts(run.spec)
    found, others = (run.codes_of(part.shown, part.labels) for part in (train, test))
    return Labelled(found, train.labels.numpy(), others, test.labels.numpy())


def pixels(described: DatasetSpec) -> Labelled:
    """The pixels of the same images, 0 to 1, as features. Raises LabError like `codes`."""
    train, test = parts(described)
    shown = [part.shown.flatten(1).float().div(255).numpy() for part in (train, test)]
    return Labelled(shown[0], train.labels.numpy(), shown[1], test.labels.numpy())


def components(described: DatasetSpec, count: int) -> Labelled:
    """The first principal components of the pixels as features. Raises LabError like `codes`, and if `count` is too
    large."""
    whole = pixels(described)
    most = min(whole.train.shape)
    if not 1 <= count <= most:
        raise LabError(
            "PCA of these images has 1 to {most} components, not {count}: choose a smaller code.",
            most=most,
            count=count,
        )
    pca = decomposition.PCA(count, svd_solver="full").fit(whole.train)
    return Labelled(pca.transform(whole.train), whole.train_labels, pca.transform(whole.test), whole.test_labels)
