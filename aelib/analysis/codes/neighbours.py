"""What lies near what: search by code and by pixels, clusters, and maps of codes."""

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
STARTS = 10  # of k-means, of which the best is kept
PERPLEXITY = 30  # of t-SNE: about how many neighbours a point has
NEAR = 5  # neighbours that are compared between a map and the codes


def nearest(queries: Array, among: Array, count: int) -> Indices:
    """For each query (n × numbers) the rows of `among` (m × numbers) that are nearest by Euclidean distance, the
    nearest first: n × count, or n × m for a larger count."""
    search = neighbors.NearestNeighbors(n_neighbors=min(count, len(among))).fit(among)
    found: Indices = search.kneighbors(queries, return_distance=False)
    return found


def precision(codes: Labelled, count: int) -> float:
    """Mean over the test images: the share of their `count` nearest training images that have their class, 0 to 1."""
    found = codes.train_labels[nearest(codes.test, codes.train, count)]
    return float((found == codes.test_labels[:, None]).mean())


@dataclass(frozen=True, eq=False)
class Clusters:
    """k-means of codes, with as many clusters as there are classes.

    Attributes:
        centres: clusters × numbers.
        members: the cluster of each test image.
        purity: share of the test images that are of the most frequent class of their cluster, 0 to 1.
        nmi: mutual information of clusters and classes, divided by the mean of both entropies: 0 (independent) to 1
            (the same parts). See scikit-learn's normalized_mutual_info_score.
        classes: the most frequent class of each cluster among test images, −1 for one without any.
        shares: the share that this class has in its cluster, 0 to 1.
    """

    centres: Array
    members: Indices
    purity: float
    nmi: float
    classes: tuple[int, ...]
    shares: tuple[float, ...]


def clusters(codes: Labelled) -> Clusters:
    """k-means is fitted to the training images, without their classes, and judged by the test images. Raises LabError
    where there are fewer different codes than classes."""
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
    """A map of codes (images × numbers, at least 5 images) in two numbers, images × 2: t-SNE (van der Maaten and Hinton
    2008) of scikit-learn, begun at the first two principal components, the same for the same codes."""
    perplexity = min(PERPLEXITY, (len(codes) - 1) / 3)
    found: Array = manifold.TSNE(perplexity=perplexity, random_state=0, init="pca").fit_transform(codes)
    return found


def trustworthiness(codes: Array, points: Array) -> float:
    """Whether images that are near in a map (images × 2) are near by code too, 0 to 1: 1 where the NEAR nearest in the
    map are the nearest by code. See scikit-learn's trustworthiness (Venna and Kaski 2001)."""
    return float(manifold.trustworthiness(codes, points, n_neighbors=NEAR))


def agreement(points: Array, labels: Indices) -> float:
    """Mean over all images: the share of their NEAR nearest in a map (images × 2) that have their class, 0 to 1."""
    search = neighbors.NearestNeighbors(n_neighbors=NEAR).fit(points)
    found = search.kneighbors(return_distance=False)  # of each point, without itself, also where two are the same
    return float((labels[found] == labels[:, None]).mean())
