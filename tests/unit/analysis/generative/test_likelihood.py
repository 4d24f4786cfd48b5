"""The importance-sampled likelihood against the closed form of a linear net with normal noise."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal

from aelib.analysis.generative.likelihood import iwae_bounds, negative_log_likelihood
from aelib.core.errors import LabError
from aelib.experiment import Experiment
from aelib.training import Run, fit

LINEAR = {"model.layers": "35-2", "model.output_activation": "identity", "model.variational": True, "epochs": 300}


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(Experiment().with_values({**LINEAR, "optimizer.learning_rate": 0.02}), "cpu")


def _exact(run: Run, pixels: torch.Tensor) -> torch.Tensor:
    """Squared error is a normal distribution of variance 1/2 without its constant, so x is normal too."""
    layer = run.model.decoder[0]
    weight, bias = layer.weight.detach().double(), layer.bias.detach().double()
    marginal = MultivariateNormal(bias, weight @ weight.T + torch.eye(35, dtype=torch.float64) / 2)
    return marginal.log_prob(pixels.flatten(1).double() / 255) + 35 / 2 * math.log(math.pi)


def test_many_samples_give_the_likelihood_of_the_closed_form(run: Run) -> None:
    pixels = run.images.pixels[:6]
    exact = _exact(run, pixels)
    torch.testing.assert_close(iwae_bounds(run, pixels, 5000), exact, rtol=0, atol=0.05)
    assert negative_log_likelihood(run, pixels, 5000) == pytest.approx(-float(exact.mean()), abs=0.03)


def test_one_sample_gives_the_elbo_and_more_give_more(run: Run) -> None:
    pixels = run.images.pixels
    one = torch.stack([iwae_bounds(run, pixels, 1, seed).mean() for seed in range(40)]).mean()
    assert float(one) == pytest.approx(run.metrics["elbo"], abs=0.15)
    assert float(one) < float(iwae_bounds(run, pixels, 200).mean()) < float(_exact(run, pixels).mean()) + 0.05


def test_the_same_seed_gives_the_same(run: Run) -> None:
    pixels = run.images.pixels[:2]
    assert torch.equal(iwae_bounds(run, pixels, 3, 1), iwae_bounds(run, pixels, 3, 1))
    assert not torch.equal(iwae_bounds(run, pixels, 3, 1), iwae_bounds(run, pixels, 3, 2))


def test_what_has_no_likelihood_is_one_sentence(run: Run, font_run: Run) -> None:
    with pytest.raises(LabError, match="Only a variational net"):
        iwae_bounds(font_run, font_run.images.pixels, 5)
    with pytest.raises(LabError, match="samples is 0: give a whole number from 1"):
        iwae_bounds(run, run.images.pixels, 0)
