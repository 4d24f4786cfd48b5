"""What happens inside a net over its training is what torch's autograd says of each snapshot."""

import copy

import pytest
import torch
from torch import nn

from aelib.analysis.inside.over_training import epochs, moments, net_at
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.nn import losses
from aelib.training import fit

DEEP = {"model.layers": "35-12-10-8-6-2", "epochs": 30, "snapshots": "0-3-30", "model.hidden_activation": "sigmoid"}


def test_gradients_of_every_snapshot_are_those_of_autograd() -> None:
    run = fit(presets.get("font-20-10").with_values(DEEP), "cpu")
    assert epochs(run) == [0, 3, 30]
    loss_of = losses.select(run.experiment.loss, run.experiment.output_activation)
    for moment in moments(run):
        net = copy.deepcopy(net_at(run, moment.epoch))
        sums: list[torch.Tensor] = []
        for one in net.modules():
            if isinstance(one, nn.Linear):
                one.register_forward_hook(lambda _m, _x, made, to=sums: to.append(made))
        logits = net.through(run.inputs)[1]
        loss = loss_of.value(logits, net.output(logits), run.images.images()).mean()
        wanted = [float(one.abs().mean()) * len(run.inputs) for one in torch.autograd.grad(loss, sums)]
        assert moment.gradients == pytest.approx(wanted, rel=1e-4)


def test_gradients_vanish_on_their_way_back_through_sigmoids() -> None:
    run = fit(presets.get("font-20-10").with_values(DEEP), "cpu")
    first = moments(run)[0].gradients
    assert first[0] < first[-1] / 100


def test_dead_units_are_counted_at_each_snapshot() -> None:
    values = {**DEEP, "model.hidden_activation": "relu", "optimizer.learning_rate": 0.05}
    run = fit(presets.get("font-20-10").with_values(values), "cpu")
    found = moments(run)
    assert len({moment.dead for moment in found}) > 1
    for moment in found:
        sums: list[torch.Tensor] = []
        net = copy.deepcopy(net_at(run, moment.epoch))  # shared: no hooks on it
        for one in net.modules():
            if isinstance(one, nn.ReLU):
                one.register_forward_hook(lambda _m, given, _made, to=sums: to.append(given[0]))
        with torch.no_grad():
            net(run.inputs)
        assert moment.dead == sum(int((one <= 0).all(dim=0).sum()) for one in sums)


def test_a_net_without_weights_in_snapshots_has_its_first_and_its_last() -> None:
    run = fit(presets.get("font-best").with_values({"model.layers": "35-2000-2", "epochs": 2}), "cpu")
    assert epochs(run) == [0, 2]
    assert [one.epoch for one in moments(run)] == [0, 2]
    with pytest.raises(LabError, match="epoch 1 are not kept"):
        net_at(run, 1)
