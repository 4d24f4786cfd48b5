"""The variational autoencoder: its formulas against torch.distributions, its gradients against finite differences, and
what a run of it keeps."""

import math
from pathlib import Path

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from aelib import datasets
from aelib.core.random import generator
from aelib.datasets import catalog
from aelib.experiment import GRID_SIDE, SNAPSHOT_IMAGES, Experiment, presets, resolve
from aelib.models import build
from aelib.nn import variational
from aelib.nn.variational import VARIANCES
from aelib.store import Store
from aelib.training import fit, fit_many
from aelib.training.engines.autograd import AutogradEngine
from aelib.training.engines.base import Batch, Engine
from aelib.training.engines.batched import FUSED_FROM, BatchedDense

CPU = torch.device("cpu")
BASE = Experiment().with_values(
    {
        "model.variational": True,
        "model.layers": "35-12-3",
        "loss": "bce",
        "model.hidden_activation": "tanh",
        "optimizer.kind": "sgd",
        "optimizer.learning_rate": 0.001,
    }
)
DIGITS = presets.get("digits-vae").with_values({"epochs": 3, "snapshots": "0,1,3", "model.layers": "64-16-2"})


def _random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=generator(0, "test"), dtype=torch.float64)


def _batch(experiment: Experiment) -> Batch:
    images = datasets.load(experiment.dataset).images().double()[None]
    return Batch(images, images, _random(1, images.shape[1], resolve(experiment).latent_dim))


def _engines(experiment: Experiment) -> list[Engine]:
    model = [build(experiment).double() for _ in range(2)]
    return [AutogradEngine(model[0], experiment, CPU), BatchedDense([model[1]], [experiment], CPU)]


def test_kl_is_that_of_torch_distributions() -> None:
    mu, log_var = 3 * _random(50, 4), 2 * _random(50, 4)
    expected = kl_divergence(Normal(mu, (log_var / 2).exp()), Normal(torch.zeros_like(mu), torch.ones_like(mu)))
    torch.testing.assert_close(variational.kl(mu, log_var), expected)
    assert float(variational.kl(torch.zeros(1), torch.zeros(1))) == 0


@pytest.mark.parametrize("kind", [0, 1], ids=["autograd", "batched"])
def test_the_loss_of_cross_entropy_with_beta_1_is_the_negative_elbo(kind: int) -> None:
    """log p(x|z) − KL(q(z|x) ‖ p(z)), one sample of z each, written with torch.distributions."""
    model, batch = build(BASE).double().requires_grad_(False), _batch(BASE)
    mu, log_var = model.posterior(batch.inputs[0])
    posterior = Normal(mu, (log_var / 2).exp())
    z = posterior.loc + posterior.scale * batch.eps[0]
    likelihood = Bernoulli(logits=model.decode_logits(z)).log_prob(batch.inputs[0]).sum(dim=(1, 2, 3))
    divergence = kl_divergence(posterior, Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(dim=1)
    look = _engines(BASE)[kind].evaluate(batch)
    assert float(look.loss[0]) == pytest.approx(float(-(likelihood - divergence).mean()), rel=1e-9)
    assert look.posterior is not None
    assert float(look.posterior.recon_loss[0]) == pytest.approx(float(-likelihood.mean()), rel=1e-9)
    assert float(look.posterior.kl[0].sum()) == pytest.approx(float(divergence.mean()), rel=1e-9)
    torch.testing.assert_close(look.codes[0], mu)  # a code is the mean, whatever was sampled


@pytest.mark.parametrize("kind", [0, 1], ids=["autograd", "batched"])
@pytest.mark.parametrize("loss", ["mse", "bce", "mae"])
@pytest.mark.parametrize("free", [False, True])
def test_a_step_goes_down_the_slope_that_finite_differences_find(kind: int, loss: str, free: bool) -> None:
    """Through the reparametrisation: random numbers fixed, every weight moved a little. With plain descent the step
    of a weight is −rate · slope. The free bits lie between the KLs of the code's numbers, so that some pay and some
    do not."""
    experiment = BASE.with_values({"loss": loss, "beta": 2.5})
    batch, rate = _batch(experiment), experiment.optimizer.learning_rate
    if free:
        posterior = _engines(experiment)[kind].evaluate(batch).posterior
        assert posterior is not None
        lowest, middle, _ = sorted(posterior.kl[0].tolist())
        experiment = experiment.with_values({"free_bits": (lowest + middle) / 2})
    engine = _engines(experiment)[kind]
    before = engine.state(0)
    engine.step(batch, 1.0)
    slopes = {name: (before[name] - after) / rate for name, after in engine.state(0).items()}
    model = build(experiment).double()
    probe = AutogradEngine(model, experiment, CPU)
    for name, weight in model.named_parameters():
        for index in range(0, weight.numel(), max(1, weight.numel() // 5)):
            found = []
            for h in (1e-5, -1e-5):
                weight.data.view(-1)[index] += h
                found.append(float(probe.evaluate(batch).loss[0]))
                weight.data.view(-1)[index] -= h
            slope = (found[0] - found[1]) / 2e-5
            assert float(slopes[name].view(-1)[index]) == pytest.approx(slope, rel=2e-4, abs=1e-5), name


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "momentum"])
@pytest.mark.parametrize("layers", ["35-12-3", "35-400-120-2"])
def test_the_batched_engine_goes_the_way_of_autograd(optimizer: str, layers: str) -> None:
    """Also where the nets are so large that their optimiser is torch's fused one; members with a β of their own."""
    base = BASE.with_values(
        {"optimizer.kind": optimizer, "model.layers": layers, "optimizer.weight_decay": 0.01, "loss": "mse"}
    )
    assert (resolve(base).architecture.parameters >= FUSED_FROM) == (layers != "35-12-3")
    members = [base.with_values({"seed": i, "beta": beta, "free_bits": 0.02}) for i, beta in enumerate((0.3, 4.0))]
    batches = [_batch(member) for member in members]
    batch = Batch(batches[0].inputs, batches[0].targets, torch.cat([batches[0].eps, 0.5 * batches[1].eps]))
    together = BatchedDense([build(member).double() for member in members], members, CPU)
    alone = [AutogradEngine(build(member).double(), member, CPU) for member in members]
    for step in range(20):
        factor = step / 20
        together.step(batch, 1 - factor / 2, factor)
        for i, engine in enumerate(alone):
            engine.step(Batch(batch.inputs, batch.targets, batch.eps[i : i + 1]), 1 - factor / 2, factor)
    for i, engine in enumerate(alone):
        torch.testing.assert_close(together.state(i), engine.state(0), rtol=1e-6, atol=1e-8)
    together.retain([1])
    together.step(Batch(batch.inputs, batch.targets, batch.eps[1:]), 1.0)
    alone[1].step(Batch(batch.inputs, batch.targets, batch.eps[1:]), 1.0)
    torch.testing.assert_close(together.state(0), alone[1].state(0), rtol=1e-6, atol=1e-8)
    codes = _random(1, 5, resolve(base).latent_dim)
    torch.testing.assert_close(together.decode(codes), alone[1].decode(codes), rtol=1e-6, atol=1e-8)


def test_a_net_does_not_depend_on_the_beta_of_its_companions() -> None:
    base = DIGITS.with_values({"seed": 3})
    alone = fit_many([base, base.with_values({"seed": 4})], "cpu")[0]
    others = fit_many([base, base.with_values({"seed": 4, "beta": 7.0})], "cpu")[0]
    for name, weight in alone.weights.items():
        assert torch.equal(weight, others.weights[name])


def test_the_bound_of_many_samples_is_that_of_torch_distributions() -> None:
    """log 1/K Σ p(x|z) p(z) / q(z|x), with Bernoulli pixels; one sample of it is the ELBO's, sampled."""
    model = build(BASE).double().requires_grad_(False)
    images = datasets.load("font5x7").images().double()
    mu, log_var = model.posterior(images)
    eps = _random(7, len(images), 3)
    posterior, prior = Normal(mu, (log_var / 2).exp()), Normal(0.0, 1.0)
    each, weights = [], []
    for draw in eps:
        z = posterior.loc + posterior.scale * draw
        likelihood = Bernoulli(logits=model.decode_logits(z)).log_prob(images).sum(dim=(1, 2, 3))
        each.append(-likelihood)
        weights.append(likelihood + (prior.log_prob(z) - posterior.log_prob(z)).sum(dim=1))
    expected = -torch.stack(weights).exp().mean(dim=0).log().mean()
    found = variational.importance_objective(torch.stack(each), mu, log_var, eps, 1.0)
    torch.testing.assert_close(found, expected)
    elbo = variational.importance_objective(torch.stack(each[:1]), mu, log_var, eps[:1], 1.0)
    torch.testing.assert_close(elbo, -weights[0].mean())


@pytest.mark.parametrize("name", VARIANCES)
def test_a_variance_and_its_gradient_are_what_the_formula_says(name: str) -> None:
    s = torch.tensor([-20.0, -2.0, -0.5, 0.3, 1.0, 4.0], dtype=torch.float64, requires_grad=True)
    mu = torch.linspace(-1, 1, 6, dtype=torch.float64)
    variance = {
        "log_var": s.exp(),
        "softplus": torch.nn.functional.softplus(s).square().clamp(min=variational.SMALLEST_VARIANCE),
        "clamped": torch.where(s > variational.SMALLEST_VARIANCE, s, s.new_tensor(variational.SMALLEST_VARIANCE)),
    }[name]
    expected = kl_divergence(Normal(mu, variance.sqrt()), Normal(torch.zeros_like(mu), torch.ones_like(mu)))
    found = variational.kl(mu, VARIANCES[name].log_var(s))
    torch.testing.assert_close(found, expected)
    slopes = [torch.autograd.grad(one.sum(), s, retain_graph=True)[0] for one in (found, expected)]
    torch.testing.assert_close(*slopes)
    stuck = (slopes[0] == 0).tolist()
    assert (
        stuck
        == {
            "log_var": [False] * 6,
            "softplus": [True, *[False] * 5],
            "clamped": [True] * 3 + [False, True, False],  # at 1 it is where it should be
        }[name]
    )


def test_free_bits_without_end_leave_the_plain_loss_and_warm_up_begins_without_kl() -> None:
    base = DIGITS.with_values({"epochs": 1, "snapshots": "0,1"})
    free = fit(base.with_values({"free_bits": 100}), "cpu")
    none = fit(base.with_values({"beta": 0}), "cpu")
    for name, weight in free.weights.items():
        torch.testing.assert_close(weight, none.weights[name])
    assert [variational.warm_up(epoch, 4) for epoch in (1, 2, 4, 9)] == [0.25, 0.5, 1.0, 1.0]
    assert variational.warm_up(1, 0) == 1.0
    strong = DIGITS.with_values({"epochs": 2, "snapshots": "0,2", "beta": 20})
    at_once, slowly = fit(strong, "cpu"), fit(strong.with_values({"beta_warm_up": 2}), "cpu")
    assert slowly.history[1]["kl"] > 1.2 * at_once.history[1]["kl"], "half the weight in the first epoch"
    same = fit(strong.with_values({"beta_warm_up": 1}), "cpu")  # the first epoch has all of it already
    for name, weight in same.weights.items():
        assert torch.equal(weight, at_once.weights[name])


def test_a_code_is_the_mean_and_a_variance_is_there() -> None:
    run = fit(DIGITS, "cpu")
    images = run.images.images()
    mu, log_var = run.model.posterior(images)
    torch.testing.assert_close(torch.from_numpy(run.codes()), mu.detach())
    torch.testing.assert_close(torch.from_numpy(run.deviations()), (log_var / 2).exp().detach())
    torch.testing.assert_close(run.model.embed(images), run.model.embed(images), rtol=0, atol=0)
    with pytest.raises(ValueError, match="variational"):
        build(Experiment()).posterior(torch.zeros(1, 1, 7, 5))


def test_a_run_on_many_images_keeps_what_the_lesson_needs_and_comes_back_from_the_store() -> None:
    run = fit(DIGITS, "cpu")
    store = Store()
    store.save(run)
    again = store.get(run.digest)
    assert again is not None
    assert again.metrics == run.metrics
    assert again.history == run.history
    shown = len(datasets.evaluation_set("digits8x8"))
    snapshots = again.snapshots
    assert snapshots.epochs.tolist() == [0, 1, 3]
    assert snapshots.codes.shape == (3, shown, 2) == snapshots.log_var.shape
    assert snapshots.pixels.shape == (3, SNAPSHOT_IMAGES, 1, 8, 8)
    assert snapshots.grid.shape == (3, GRID_SIDE**2, 1, 8, 8)
    assert snapshots.extent.tolist() == [[-3.0, 3.0, -3.0, 3.0]] * 3
    edge = 3.0 - 3.0 / GRID_SIDE  # the middle of the outermost cells
    corner = again.decode(torch.tensor([[-edge, edge], [edge, -edge]]).numpy())
    torch.testing.assert_close(
        snapshots.grid[-1][[0, -1]].float() / 255, torch.from_numpy(corner), rtol=0, atol=0.5 / 255 + 1e-5
    )
    before = run.snapshots.tensors()
    assert before.keys() == snapshots.tensors().keys()
    for name, tensor in snapshots.tensors().items():
        assert torch.equal(tensor, before[name])
    found = again.metrics
    assert found["images"] == 360
    assert found["elbo"] == pytest.approx(-(found["recon_loss"] + found["kl"]))
    assert sum(found["kl_each"]) == pytest.approx(found["kl"])
    assert "learnt" not in found
    last = again.history[-1]
    assert last["test_loss"] == pytest.approx(last["recon_loss"] + last["kl"])
    assert last["test_loss"] < again.history[0]["test_loss"]
    (summary,) = store.summaries()
    assert (summary["learnt"], summary["wrong_pixels"], summary["mse"]) == (None, None, found["mse"])


def test_a_plain_net_keeps_the_plane_where_its_codes_are() -> None:
    run = fit(DIGITS.with_values({"model.variational": False}), "cpu")
    codes, extent = run.snapshots.codes[-1], run.snapshots.extent[-1]
    assert extent[0] < codes[:, 0].min() < codes[:, 0].max() < extent[1]
    assert extent[2] < codes[:, 1].min() < codes[:, 1].max() < extent[3]
    assert run.snapshots.log_var is None
    assert not {"kl", "elbo"} & run.metrics.keys()


def test_what_is_looked_at_is_judged_the_same_alone_and_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ELBO over parts is that over the whole."""
    whole = fit(DIGITS, "cpu").metrics
    for room in (datasets, catalog):
        monkeypatch.setattr(room, "EVALUATION_IMAGES", 100)
    catalog._evaluation_set.cache_clear()
    try:
        parts = fit(DIGITS, "cpu").metrics
    finally:
        catalog._evaluation_set.cache_clear()
    assert parts["images"] == whole["images"]
    for name in ("mse", "elbo", "kl"):
        assert parts[name] == pytest.approx(whole[name], rel=1e-5), name


def test_active_numbers_are_those_whose_means_differ() -> None:
    codes = torch.tensor([[0.0, 5.0, 0.05], [1.0, 5.0, -0.05]])
    assert variational.active(codes).tolist() == [True, False, False]


def test_our_emoji_are_all_learnt_and_sampling_has_an_end() -> None:
    run = fit(presets.get("emoji-best"), "cpu")
    assert (run.metrics["learnt"], run.metrics["wrong_pixels_total"]) == (8, 0)
    assert run.metrics["worst_pixel"] < datasets.spec("emoji20x20").wrong_pixel
    assert math.isfinite(run.metrics["elbo"])


def test_mnist_is_learnt_by_halves_within_one_epoch(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    values = {"epochs": 1, "snapshots": "0,1", "model.layers": "784-128-2", "batch_size": 256}
    run = fit(presets.get("mnist-vae").with_values(values), "cpu")
    assert run.metrics["images"] == 10_000
    assert run.metrics["mse"] < 0.06 < run.history[0]["mse"]
    assert run.snapshots.codes.shape[1] == 1000
