"""What codes are good for: search, clusters, maps, single numbers, and codes of several sizes."""

from dataclasses import replace

import numpy as np
import pytest

from aelib import datasets
from aelib.analysis.codes import features, neighbours, sizes, traversal
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.training import Run, fit

CORNERS = np.array([[0, 0], [0, 9], [9, 0], [9, 9]], np.float32)


def _blobs(labels: list[int]) -> features.Labelled:
    """Images of each label near a corner of their own, half of them training images."""
    rng = np.random.default_rng(0)
    ours = np.repeat(np.array(labels), 20)
    codes = (CORNERS[np.repeat(np.arange(len(labels)), 20)] + rng.normal(0, 0.1, (len(ours), 2))).astype(np.float32)
    return features.Labelled(codes[::2], ours[::2], codes[1::2], ours[1::2])


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(presets.get("digits-codes").with_values({"epochs": 3, "model.layers": "64-32-6"}), "cpu")


def test_the_nearest_come_first_and_never_more_than_there_are() -> None:
    query = np.array([[1, 2]], np.float32)
    assert neighbours.nearest(query, CORNERS, 9).tolist() == [[0, 1, 2, 3]]


def test_clusters_that_are_the_classes_are_pure() -> None:
    found = neighbours.clusters(_blobs([0, 1, 2, 3]))
    assert (found.purity, found.nmi) == pytest.approx((1, 1))
    assert sorted(found.classes) == [0, 1, 2, 3]
    assert found.shares == (1.0,) * 4
    assert neighbours.precision(_blobs([0, 1, 2, 3]), 5) == 1


def test_clusters_that_mix_classes_say_so() -> None:
    blobs = _blobs([0, 0, 1, 1])
    mixed = replace(blobs, test_labels=np.arange(len(blobs.test_labels)) % 2)
    found = neighbours.clusters(mixed)
    assert found.purity == pytest.approx(0.5)
    assert found.nmi == pytest.approx(0, abs=0.01)


def test_codes_that_are_all_the_same_form_no_clusters() -> None:
    blobs = _blobs([0, 1])
    with pytest.raises(LabError, match="nearly the same, so 2 clusters cannot be formed: train longer"):
        neighbours.clusters(replace(blobs, train=np.zeros_like(blobs.train)))


def test_tsne_keeps_neighbours_and_is_the_same_again() -> None:
    codes = features.components(datasets.spec("digits8x8"), 10)
    some, labels = codes.test[:120], codes.test_labels[:120]
    points = neighbours.tsne(some)
    assert np.array_equal(points, neighbours.tsne(some))
    assert neighbours.agreement(points, labels) > neighbours.agreement(some[:, :2], labels)
    assert neighbours.trustworthiness(some, points) > neighbours.trustworthiness(some, some[:, :2])
    assert neighbours.tsne(some[:5]).shape == (5, 2)


def test_a_number_goes_through_its_range_and_the_others_stay(run: Run) -> None:
    found = traversal.ranges(run)
    assert (found.low < found.high).all()
    number = found.order[0]
    assert found.effects[number] == found.effects.max()
    drawn = traversal.traverse(run, 3, number, found, 4)
    code = run.codes()[3:4].copy()
    code[0, number] = found.high[number]
    assert drawn.shape == (4, 1, 8, 8)
    assert drawn[-1] == pytest.approx(run.decode(code)[0], abs=1e-5)


def test_a_number_that_the_decoder_ignores_draws_nothing(run: Run) -> None:
    weights = {name: value.clone() for name, value in run.weights.items()}
    first = next(name for name in weights if name.startswith("decoder") and name.endswith("weight"))
    weights[first][:, 2] = 0
    deaf = replace(run, weights=weights)
    found = traversal.ranges(deaf)
    assert found.effects[2] == 0
    assert found.idle >= 1
    assert found.order[-1] == 2


def test_codes_of_every_size_are_below_the_number_of_pixels(run: Run) -> None:
    wanted = sizes.of_kinds(run.experiment, run.spec)
    assert {kind for kind, _ in wanted} == set(sizes.KINDS)
    assert {numbers for _, numbers in wanted} == set(sizes.SIZES)
    few = replace(run.spec, shape=(1, 3, 3))
    assert {numbers for _, numbers in sizes.of_kinds(run.experiment, few)} == {2, 5}
    for (kind, numbers), experiment in wanted.items():
        assert experiment.model.layers == (64, 32, numbers)
        assert experiment.model.variational == (kind == "variational")


def test_ten_numbers_are_worth_more_than_two_and_pixels_come_last(run: Run) -> None:
    two = fit(run.experiment.with_values({"model.layers": "64-32-2"}), "cpu")
    found = sizes.worths(["plain", "plain"], [two, run])
    assert [(one.kind, one.numbers) for one in found] == [
        ("PCA", 2),
        ("PCA", 6),
        ("plain", 2),
        ("plain", 6),
        ("pixels", 64),
    ]
    assert found[0].knn < found[1].knn < found[-1].knn
    assert found[2].knn < found[3].knn
    assert found[3].mse == run.metrics["mse"]
    assert found[-1].mse is None
