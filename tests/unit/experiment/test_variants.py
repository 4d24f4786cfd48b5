"""Nets beside others that differ in one thing."""

import pytest

from aelib.experiment import presets, variants


@pytest.mark.parametrize(
    "values", [{"corruption.where": "train"}, {"corruption.where": "test"}, {"corruption.level": 0}]
)
def test_a_denoiser_sees_noise_in_training_and_when_it_is_judged(values: dict[str, object]) -> None:
    noise = {"corruption.kind": "gaussian", "corruption.level": 0.3}
    experiment = presets.get("house-numbers-autoencoder").with_values({**noise, **values})
    found = variants.noisy(experiment).corruption
    assert (found.kind, found.where) == ("gaussian", "both")
    assert found.level == (0.3 if experiment.corruption.level else 0.2)


def test_even_kernels_are_compared_without_pooling() -> None:
    pooled = {"model.convolution.pooling": "max", "model.convolution.stride": "2-1-1"}
    experiment = presets.get("photographs-3-best").with_values(pooled)
    found = variants.kernels(experiment)
    assert {one.model.convolution.kernel for one in found.values()} == {4, 6}
    assert {one.model.convolution.pooling for one in found.values()} == {"none"}
