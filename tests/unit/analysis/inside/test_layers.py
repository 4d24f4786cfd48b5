"""What is seen inside a net is what torch's autograd, and the chain rule by hand, say."""

import itertools

import pytest
import torch
from torch import Tensor, nn

from aelib.analysis.inside.layers import fits, look, untrained
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.models import Autoencoder
from aelib.nn import losses
from aelib.training import Run, fit

SMALL = {"epochs": 3, "model.layers": "35-6-4-2"}


def _run(preset: str = "font-20-10", **values: str) -> Run:
    return fit(presets.get(preset).with_values({**SMALL, **values}), "cpu")


def _by_autograd(run: Run, net: Autoencoder, x: Tensor, t: Tensor) -> Tensor:
    """The loss of a net without penalties, by its own forward pass."""
    loss = losses.select(run.experiment.loss, run.experiment.output_activation)
    logits = net.through(x)[1]
    return loss.value(logits, net.output(logits), t).mean()


@pytest.mark.parametrize(
    "values",
    [
        {"loss": "mse"},
        {"loss": "bce", "model.hidden_activation": "relu"},
        {"loss": "mae", "model.batch_norm": "true", "model.hidden_activation": "prelu"},
    ],
    ids=str,
)
def test_weight_gradients_are_those_of_autograd(values: dict[str, str]) -> None:
    run = _run(**values)
    net, x = untrained(run), run.inputs
    found = look(run, net)
    loss = _by_autograd(run, net, x, run.images.images())
    weights = [one.weight for one in net.modules() if isinstance(one, nn.Linear)]
    assert found.loss == pytest.approx(float(loss.detach()), rel=1e-6)
    for layer, weight, wanted in zip(found.layers, weights, torch.autograd.grad(loss, weights), strict=True):
        torch.testing.assert_close(layer.weights, weight.detach())
        torch.testing.assert_close(layer.weight_gradient, wanted, rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(found.outputs, net.reconstruct(x).detach())


def test_tied_layers_share_the_gradient_of_their_matrix() -> None:
    run = _run(**{"model.tied": "true"})
    net = untrained(run)
    layers = look(run, net).layers
    loss = _by_autograd(run, net, run.inputs, run.images.images())
    (wanted,) = torch.autograd.grad(loss, [net.encoder[0].weight])  # type: ignore[index, union-attr, list-item]
    torch.testing.assert_close(layers[0].weight_gradient + layers[-1].weight_gradient.T, wanted, rtol=1e-4, atol=1e-8)


def test_gradients_follow_the_chain_rule() -> None:
    run = _run()
    layers = look(run, run.model).layers
    for layer, after in itertools.pairwise(layers):
        through = (after.gradients @ after.weights) * layer.slopes
        torch.testing.assert_close(layer.gradients, through, rtol=1e-4, atol=1e-9)
    last, y = layers[-1], layers[-1].outputs
    wanted = 2 * (y - run.images.images().flatten(1)) / y.shape[1] * y * (1 - y)
    torch.testing.assert_close(last.gradients, wanted, rtol=1e-4, atol=1e-9)
    torch.testing.assert_close(layers[0].slopes, layers[0].outputs * (1 - layers[0].outputs))
    assert [one.name for one in layers] == [f"{part} {i}" for part in ("encoder", "decoder") for i in (1, 2, 3)]
    assert [one.hidden for one in layers] == [True, True, False, True, True, False]


def test_an_images_own_gradient_does_not_depend_on_the_others() -> None:
    run = _run()
    every, pixels = look(run, run.model), run.inputs[5:6]
    one = look(run, run.model, pixels, run.images.images()[5:6])
    for layer, alone in zip(every.layers, one.layers, strict=True):
        torch.testing.assert_close(alone.gradients[0], layer.gradients[5], rtol=1e-4, atol=1e-9)
        torch.testing.assert_close(alone.outputs[0], layer.outputs[5])


def test_a_variational_net_pays_for_its_divergence() -> None:
    run = _run("font-best", **{"model.variational": "true", "beta": "0.5"})
    layers = look(run, run.model).layers
    code = layers[2]
    assert code.units == 4
    mu, log_var = code.outputs.chunk(2, dim=1)
    torch.testing.assert_close(mu.numpy(), run.codes())
    # the decoder reads the mean alone, so the gradient of log σ² comes from the divergence
    torch.testing.assert_close(code.gradients.chunk(2, dim=1)[1], 0.5 * 0.5 * (log_var.exp() - 1), rtol=1e-4, atol=1e-7)


def test_the_untrained_net_is_the_one_that_training_began_with() -> None:
    run = _run()
    with torch.no_grad():
        codes = untrained(run).embed(run.inputs)
    torch.testing.assert_close(codes, run.snapshots.codes[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "values",
    [
        {"model.penalty.kind": "contractive"},
        {"model.penalty.kind": "k_sparse", "model.penalty.active": "1"},
        {"model.codebook.entries": "8"},
        {"model.decoder_layers": "2-9-35", "normalization": "symmetric", "model.dropout": "0.2"},
    ],
    ids=str,
)
def test_every_dense_net_can_be_looked_into(values: dict[str, str]) -> None:
    run = _run(**values)
    found = look(run, run.model)
    torch.testing.assert_close(found.outputs, run.reconstructions())
    assert all(bool(torch.isfinite(one.weight_gradient).all()) for one in found.layers)
    assert found.layers[0].gradient > 0


def test_looking_changes_nothing() -> None:
    run = _run()
    before = {name: one.clone() for name, one in run.model.state_dict().items()}
    look(run, run.model)
    assert all(bool((before[name] == one).all()) for name, one in run.model.state_dict().items())
    assert not any(one._forward_hooks for one in run.model.modules())
    assert not any(one.grad is not None for one in run.model.parameters())


def test_other_nets_and_numbers_that_are_not_finite_are_refused() -> None:
    run = _run()
    broken = untrained(run)
    with torch.no_grad():
        broken.encoder[0].weight.fill_(torch.nan)  # type: ignore[index, union-attr, operator]
    with pytest.raises(LabError, match="not finite"):
        look(run, broken)
    with pytest.raises(LabError, match="fully connected"):
        look(run, nn.Identity())  # type: ignore[arg-type]
    assert fits(run.experiment)
    assert not fits(presets.get("letters-7x7"))
