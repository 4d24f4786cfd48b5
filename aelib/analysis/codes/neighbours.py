"""Neighbourhoods: search by code and by pixels, clusters, and maps of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.lazy import lazy

from .features import Array, Labelled

if TYPE_CHECKING:
    from sklearn import cluster, manifold, metrics, neighbors
else:  # they take as long to import as torch
    cluster, manifold = lazy("sklearn.cluster"), lazy("sklearn.manifold")
    metrics, neighbors = lazy("sklearn.metrics"), lazy("sklearn.neighbors")

Indices = NDArray[np.int64]
STARTS = 10  # starts of k-means; the best result is kept
PERPLEXITY = 30  # of t-SNE: roughly the number of neighbours of a point
NEAR = 5  # neighbours that are compared between a map and the codes


def nearest(queries: Array, among: Array, count: int) -> Indices:
    """For each query (n × numbers), the rows of `among` (m × numbers) that are nearest by Euclidean distance, nearest
    first: n × count, or n × m if count is larger than m."""
    search = neighbors.NearestNeighbors(n_neighbors=min(count, len(among))).fit(among)
    found: Indices = search.kneighbors(queries, return_distance=False)
    return found


def precision(codes: Labelled, count: int) -> float:
    """The share of a test image's `count` nearest training images that have its class; the mean over test images, 0 to
    1."""
    found = codes.train_labels[nearest(codes.test, codes.train, count)]
    return float((found == codes.test_labels[:, None]).mean())


@dataclass(frozen=True, eq=False)
class Clusters:
    """k-means of codes, with as many clusters as there are classes.

    Attributes:
        centres: clusters × numbers.
        members: the cluster of each test image.
        purity: share of the test images that belong to the most frequent class of their cluster, 0 to 1.
        nmi: mutual information of clusters and classes, divided by the mean of both entropies: 0 (independent) to 1
            (identical partitions). See scikit-learn's normalized_mutual_info_score.
        classes: the most frequent class of each cluster among test images, −1 for a cluster without test images.
        shares: the share of this class in its cluster, 0 to 1.
    """

    centres: Array
    members: Indices
    purity: float
    nmi: float
    classes: tuple[int, ...]
    shares: tuple[float, ...]


def clusters(codes: Labelled) -> Clusters:
    """k-means, fitted to the training images without their classes, and evaluated on the test images. Raises LabError
    if there are fewer different codes than classes."""
    count = len(np.unique(codes.train_labels))
    if len(np.unique(codes.train, axis=0)) < count:
        raise LabError(
            "The codes of all images are nearly the same, so {count} clusters cannot be formed: train longer, or "
            "choose another seed.",
            count=count,
        )
    means = cluster.KMeans(count, n_init=STARTS, random_state=0).fit(codes.train)
    members = means.predict(codes.test).astype(np.int64)
    classes, shares, right = [], [], 0
    for number in range(count):
        labels = codes.test_labels[members == number]
        values, counts = np.unique(labels, return_counts=True)
        classes.append(int(values[counts.argmax()]) if len(labels) else -1)
        shares.append(float(counts.max() / len(labels)) if len(labels) else 0.0)
        right += int(counts.max()) if len(labels) else 0
    nmi = float(metrics.normalized_mutual_info_score(codes.test_labels, members))
    purity = right / len(members)
    return Clusters(means.cluster_centers_.astype(np.float32), members, purity, nmi, tuple(classes), tuple(shares))


def tsne(codes: Array) -> Array:
    """A two-dimensional map of codes (images × numbers, at least 5 images), images × 2: scikit-learn's t-SNE (van der
    Maaten and Hinton 2008), initialised with the first two principal components; the same codes give the same map."""
    perplexity = min(PERPLEXITY, (len(codes) - 1) / 3)
    found: Array = manifold.TSNE(perplexity=perplexity, random_state=0, init="pca").fit_transform(codes)
    return found


def trustworthiness(codes: Array, points: Array) -> float:
    """Whether images that are close in a map (images × 2) are also close by code, 0 to 1: 1 if the NEAR nearest images
    in the map are also the nearest by code. See scikit-learn's trustworthiness (Venna and Kaski 2001)."""
    return float(manifold.trustworthiness(codes, points, n_neighbors=NEAR))


def agreement(points: Array, labels: Indices) -> float:
    """The share of an image's NEAR nearest in a map (images × 2) that have its class; the mean over all images, 0 to
    1."""
    search = neighbors.NearestNeighbors(n_neighbors=NEAR).fit(points)
    # for each point, without the point itself, even if two points are equal
    found = search.kneighbors(return_distance=False)
    return float((labels[found] == labels[:, None]).mean())
