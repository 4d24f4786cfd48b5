"""Nets that are told the class: what they need, and that they train as a loop by hand does."""

import pytest
import torch
import torch.nn.functional as F

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.experiment import Experiment, ExperimentError, resolve
from aelib.models import build
from aelib.training import fit, fit_many
from aelib.training.engines import registry

SMALL = Experiment().with_values(
    {
        "dataset": "digits8x8",
        "model.layers": "64-16-3",
        "model.variational": True,
        "model.conditional": True,
        "model.hidden_activation": "tanh",
        "loss": "bce",
        "batch_size": 300,
        "epochs": 2,
    }
)
PLAIN = SMALL.with_values({"model.variational": False})


def test_the_class_goes_into_encoder_and_decoder() -> None:
    net = resolve(SMALL).architecture
    assert net.classes == 10
    assert [step.inputs for step in net.steps] == [(74,), (16,), (13,), (16,)]
    assert net.parameters == sum(p.numel() for p in build(SMALL).parameters())


def test_it_is_told_as_one_number_for_each_class() -> None:
    net, images = build(PLAIN).eval(), datasets.load("digits8x8").images()[:7]
    labels = datasets.load("digits8x8").labels[:7]
    told = net.given(labels)
    code = net.encoder(torch.cat([images.flatten(1), F.one_hot(labels, 10).float()], dim=1))  # type: ignore[operator]
    torch.testing.assert_close(told.encode(images), code)
    logits = net.decoder(torch.cat([code, F.one_hot(labels, 10).float()], dim=1))  # type: ignore[operator]
    torch.testing.assert_close(told.decode_logits(code), logits.view_as(images))
    torch.testing.assert_close(net.given(labels[:1]).decode(code)[0], told.decode(code)[0])
    assert not torch.equal(net.given(torch.tensor([0])).decode(code), net.given(torch.tensor([1])).decode(code))


def test_labels_are_needed_and_one_sentence_says_so() -> None:
    net, images = build(PLAIN), datasets.load("digits8x8").images()[:3]
    with pytest.raises(LabError, match="told the class"):
        net.encode(images)
    with pytest.raises(LabError, match="told the class"):
        net.given(None)
    with pytest.raises(LabError, match="classes 0 to 9"):
        net.given(torch.tensor([10]))
    run = fit(PLAIN.with_values({"epochs": 1}), "cpu")
    with pytest.raises(LabError, match="told the class"):
        run.restored(images)
    assert run.restored(images, torch.tensor([1, 2, 3])).shape == images.shape
    assert run.decode(run.codes()[:2], torch.tensor([7])).shape == (2, 1, 8, 8)


def test_a_net_that_is_not_told_ignores_labels() -> None:
    net = build(PLAIN.with_values({"model.conditional": False}))
    assert net.given(torch.tensor([3])) is net
    assert net.given(None) is net


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"dataset": "font5x7", "model.layers": "35-2"}, "class of its own"),
        ({"model.kind": "convolutional", "model.variational": False}, "only dense nets"),
        ({"model.tied": True, "model.variational": False}, "choose false"),
        ({"model.penalty.kind": "contractive", "model.variational": False}, "Jacobian"),
    ],
)
def test_what_a_conditional_net_may_not_be(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence) as found:
        resolve(SMALL.with_values(values))
    assert len(found.value.problems) == 1


def test_only_autograd_claims_it_and_trains_it_as_a_loop_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [kind.name for kind in registry.serving([PLAIN], torch.device("cpu"))] == ["autograd"]
    images = datasets.training_set("digits8x8")
    x, told = images.images(), F.one_hot(images.labels, 10).float()
    net, order = build(PLAIN), generator(PLAIN.seed, "order")
    optimizer = torch.optim.Adam(net.parameters(), PLAIN.optimizer.learning_rate)
    for _ in range(PLAIN.epochs):
        for chosen in torch.randperm(len(x), generator=order).split(300):
            code = net.encoder(torch.cat([x[chosen].flatten(1), told[chosen]], dim=1))  # type: ignore[operator]
            logits = net.decoder(torch.cat([code, told[chosen]], dim=1))  # type: ignore[operator]
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(logits, x[chosen].flatten(1)).backward()
            optimizer.step()
    (run,) = fit_many([PLAIN], "cpu")
    assert not isinstance(run, Exception)
    for name, tensor in net.state_dict().items():
        torch.testing.assert_close(run.weights[name], tensor, rtol=1e-4, atol=1e-6)


def test_the_run_of_a_conditional_vae_has_what_every_run_has() -> None:
    run = fit(SMALL, "cpu")
    torch.testing.assert_close(torch.from_numpy(run.codes()), run.snapshots.codes[-1], rtol=1e-4, atol=1e-5)
    assert run.snapshots.grid is None, "there is one plane for each class"
    assert run.deviations().shape == run.codes().shape
    again = fit(SMALL, "cpu")
    assert all(torch.equal(again.weights[name], tensor) for name, tensor in run.weights.items())
