"""What kinds of nets are judged by: a linear net finds the plane of PCA, and what does not apply is not there."""

import pytest
import torch
from sklearn.decomposition import PCA

from aelib import datasets
from aelib.analysis import judged
from aelib.analysis.linear import plane
from aelib.experiment import presets
from aelib.training import Run, fit


@pytest.fixture(scope="module")
def linear() -> Run:
    return fit(presets.get("font-linear"), "cpu")


def test_a_linear_net_finds_the_plane_of_pca_and_its_error(linear: Run) -> None:
    pixels = datasets.load("font5x7").images().flatten(1).double().numpy()
    pca = PCA(2).fit(pixels)
    best = float(((pca.inverse_transform(pca.transform(pixels)) - pixels) ** 2).mean())
    found = judged.figures(linear)
    assert found.keys() == {"pca_mse", "largest_angle"}
    assert found["pca_mse"] == pytest.approx(best, rel=1e-9)
    assert linear.metrics["mse"] == pytest.approx(best, rel=1e-3)
    assert linear.metrics["mse"] > best * (1 - 1e-6), "nothing linear is better"
    assert 0 <= found["largest_angle"] < 1


def test_a_net_that_has_learnt_nothing_lies_in_another_plane() -> None:
    run = fit(presets.get("font-linear").with_values({"epochs": 1}), "cpu")
    assert judged.figures(run)["largest_angle"] > 30


def test_nonlinear_nets_have_no_plane(font_run: Run) -> None:
    assert judged.figures(font_run) == {}
    with pytest.raises(ValueError, match="linear"):
        plane.against_pca(font_run)


def test_a_k_sparse_code_has_at_most_k_active_numbers() -> None:
    run = fit(presets.get("digits-k-sparse").with_values({"epochs": 2}), "cpu")
    found = judged.figures(run)
    assert 0 < found["active_rate"] <= 8 / 128
    codes = torch.from_numpy(run.codes())
    assert int((codes != 0).sum(dim=1).max()) <= 8
    assert 0.5 < found["knn_accuracy"] <= 1


def test_a_code_with_a_target_rate_is_sparse_and_not_small_everywhere() -> None:
    run = fit(presets.get("digits-sparse-kl"), "cpu")
    codes = torch.from_numpy(run.codes())
    assert judged.active_rate(run) < 0.25
    assert 0.02 < float(codes.mean()) < 0.06, "near the target of 0.03"
    assert float(codes.amax(dim=0).mean()) > 0.5, "a number that is on is large"
    assert run.metrics["mse"] < 0.01


def test_a_codebook_is_judged_by_its_use() -> None:
    run = fit(presets.get("digits-vq").with_values({"epochs": 5}), "cpu")
    found = judged.figures(run)
    assert found["code_bits"] == 8 * 5
    assert 8 < found["perplexity"] <= 32
