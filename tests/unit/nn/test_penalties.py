"""Penalties on the code: each value and each derivative against PyTorch's own words."""

import pytest
import torch
from torch.distributions import Bernoulli, kl_divergence

from aelib.core.random import generator
from aelib.experiment import Experiment
from aelib.models import build
from aelib.nn.penalties import ACTIVE_SHARE, PENALTIES, active

CODES = torch.rand(6, 5, generator=generator(0, "codes"), dtype=torch.float64) * 0.9 + 0.05
TARGET = 0.1
BY_HAND = {
    "l1": lambda z: z.abs().sum() / len(z),
    "kl": lambda z: kl_divergence(Bernoulli(torch.tensor(TARGET, dtype=z.dtype)), Bernoulli(z.mean(dim=0))).sum(),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_penalty_and_its_derivative_are_the_definition(name: str) -> None:
    entry, codes = PENALTIES[name], CODES.clone().requires_grad_()
    expected = BY_HAND[name](codes)
    torch.testing.assert_close(entry.value(codes, TARGET), expected)
    (wanted,) = torch.autograd.grad(expected, codes)
    members = CODES.T[None].expand(3, -1, -1)  # members x numbers x images
    torch.testing.assert_close(entry.gradient(members, TARGET), wanted.T[None].expand(3, -1, -1))
    several = entry.value(CODES[None].expand(3, -1, -1), TARGET)
    torch.testing.assert_close(several, expected.detach().expand(3))


def test_a_rate_at_its_limit_is_finite_and_has_no_slope() -> None:
    never = torch.zeros(4, 2)
    assert torch.isfinite(PENALTIES["kl"].value(never, TARGET))
    assert not PENALTIES["kl"].gradient(never.T[None], TARGET).any()


def test_only_the_k_largest_numbers_are_kept() -> None:
    entry, codes = PENALTIES["k_sparse"], torch.tensor([[3.0, -9.0, 1.0, 2.0], [0.5, 0.1, 0.4, 0.2]])
    kept = torch.tensor([[3.0, 0.0, 0.0, 2.0], [0.5, 0.0, 0.4, 0.0]])
    assert torch.equal(entry.constrain(codes, 2), kept)
    members = codes.T[None].clone()
    entry.keep(members, 2)
    assert torch.equal(members[0].T, kept)
    codes.requires_grad_()
    (slope,) = torch.autograd.grad(entry.constrain(codes, 2).sum(), codes)
    assert torch.equal(slope, (kept != 0).float())


@pytest.mark.parametrize("hidden", ["tanh", "relu", "silu"])
def test_the_contractive_penalty_is_the_squared_norm_of_the_jacobian(hidden: str) -> None:
    experiment = Experiment().with_values(
        {
            "model.layers": "35-6-3",
            "model.hidden_activation": hidden,
            "model.code_activation": "sigmoid",
            "model.penalty.kind": "contractive",
            "model.penalty.weight": 0.5,
        }
    )
    model = build(experiment).double()
    x = torch.rand(4, 1, 7, 5, generator=generator(1, "x"), dtype=torch.float64)
    each = [torch.autograd.functional.jacobian(lambda one: model.encoder(one.flatten()[None])[0], one) for one in x]
    expected = 0.5 * torch.stack(each).square().sum() / 4
    passed = model.passed(x)
    torch.testing.assert_close(passed.extra, expected)
    with torch.no_grad():  # as in an evaluation
        torch.testing.assert_close(model.passed(x).extra, expected)
    (slope,) = torch.autograd.grad(passed.extra, model.encoder[0].weight)
    weight = model.encoder[0].weight
    step = torch.zeros_like(weight)
    step[2, 7] = 1e-6
    with torch.no_grad():
        weight.add_(step)
        above = model.passed(x).extra
        weight.sub_(2 * step)
        below = model.passed(x).extra
    assert float(slope[2, 7]) == pytest.approx(float(above - below) / 2e-6, rel=1e-4)


def test_for_one_sigmoid_layer_it_is_the_formula_of_the_paper() -> None:
    """Rifai et al. 2011: the sum of (h (1 - h))^2 times the squared length of each row."""
    values = {"model.layers": "35-4", "model.code_activation": "sigmoid", "model.penalty.kind": "contractive"}
    model = build(Experiment().with_values({**values, "model.penalty.weight": 1.0}))
    x = torch.rand(5, 1, 7, 5, generator=generator(2, "x"))
    h, weight = model.encode(x), model.encoder[0].weight
    torch.testing.assert_close(model.passed(x).extra, ((h * (1 - h)) ** 2 @ weight.square().sum(dim=1)).mean())


def test_a_number_is_active_beyond_a_share_of_its_own_largest() -> None:
    codes = torch.tensor([[10.0, 0.0, -2.0], [0.5, 0.0, 0.1], [1.5, 0.0, 0.3]])
    assert ACTIVE_SHARE == 0.1
    assert active(codes).tolist() == [[True, False, True], [False, False, False], [True, False, True]]
