"""Linear nets beside PCA: the least error, the axes, and what a bend adds."""

import numpy as np
import pytest

from aelib import datasets
from aelib.analysis.linear import duel, plane
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.training import Run, fit

FONT = datasets.spec("font5x7")


@pytest.fixture(scope="module")
def linear() -> Run:
    return fit(presets.get("font-linear"), "cpu")


def test_the_least_error_is_that_of_the_singular_values_left_out() -> None:
    pixels = datasets.load("font5x7").images().flatten(1).double().numpy()
    values = np.linalg.svd(pixels - pixels.mean(axis=0), compute_uv=False)
    assert plane.principal(FONT, 3).training_mse == pytest.approx(np.square(values[3:]).sum() / pixels.size, rel=1e-9)


def test_pca_restores_images_with_its_own_error() -> None:
    pca = plane.principal(FONT, 3)
    images = datasets.load("font5x7").images()
    assert float((pca.restored(images) - images).square().mean()) == pytest.approx(pca.training_mse, rel=1e-6)
    assert pca.test_mse == pytest.approx(pca.training_mse, rel=1e-6), "a memorised set is its own test set"


@pytest.mark.parametrize("count", [0, 32])
def test_more_components_than_there_are_are_refused(count: int) -> None:
    with pytest.raises(LabError, match="1 to 31 components"):
        plane.principal(FONT, count)


def test_the_axes_are_others_and_those_of_the_outputs_are_the_same(linear: Run) -> None:
    found = plane.against_pca(linear)
    assert np.linalg.norm(found.axes, axis=1) == pytest.approx([1, 1])
    assert plane.cosines(plane.axes_of_outputs(linear), found.pca.components).diagonal().min() > 0.99
    assert plane.cosines(found.axes, found.pca.components).max(axis=1).min() < 0.99
    assert plane.training_error(linear) == pytest.approx(found.pca.training_mse, rel=1e-3)


def test_only_a_bend_before_the_last_layer_beats_pca() -> None:
    least = plane.principal(FONT, 2).training_mse
    errors = {name: plane.training_error(fit(one, "cpu")) for name, one in duel.bend_and_depth(FONT, 2).items()}
    for name in (duel.LINEAR, duel.AT_CODE, duel.DEEP_LINEAR):
        assert errors[name] >= least * (1 - 1e-5), name
    assert errors[duel.ONE] < least / 2
    assert errors[duel.TWO] < least / 2


def test_every_round_has_both_errors() -> None:
    found = duel.rounds([fit(one.with_values({"epochs": 2}), "cpu") for one in duel.code_sizes(FONT)])
    assert [(one.numbers, one.bits) for one in found] == [(n, b) for n in (2, 8, 30) for b in duel.BITS]
    assert {one.winner for one in found} == {"PCA"}, "two epochs teach a net nothing"


def test_a_small_difference_is_level() -> None:
    assert duel.Round(2, 8, 20.0, 20.01).winner == "level"
    assert duel.Round(2, 8, 20.0, 19.0).winner == "net"
