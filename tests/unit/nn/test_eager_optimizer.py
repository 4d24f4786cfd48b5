"""Torch's optimisers without torch's compiler are the same optimisers."""

import subprocess
import sys

import pytest
import torch

from aelib.nn.optimizers import OPTIMIZERS, torch_optimizer
from tests.support.server import ROOT

LOADS = """
import sys
import torch
weight = torch.nn.Parameter(torch.ones(3))
from aelib.nn.optimizers import torch_optimizer
optimizer = torch_optimizer(sys.argv[1], [weight], 0.1, 0.5, 0.0)
optimizer.zero_grad()
weight.sum().backward()
optimizer.step()
optimizer.load_state_dict(optimizer.state_dict())
sys.exit("torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize("kind", list(OPTIMIZERS))
def test_steps_and_state_are_those_of_torch(kind: str) -> None:
    def weights() -> list[torch.nn.Parameter]:
        return [torch.nn.Parameter(torch.linspace(-1, 1, 12).reshape(3, 4)), torch.nn.Parameter(torch.ones(3))]

    ours, theirs = weights(), weights()
    optimizers = torch_optimizer(kind, ours, 0.05, 0.5, 0.01), OPTIMIZERS[kind].torch(theirs, 0.05, 0.5, 0.01, True)
    for _ in range(5):
        for parameters, optimizer in zip((ours, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            ((parameters[0].sin().sum(1) + parameters[1]) ** 2).sum().backward()
            optimizer.step()
    assert all(one.equal(other) for one, other in zip(ours, theirs, strict=True))
    states = [optimizer.state_dict() for optimizer in optimizers]
    assert states[0].keys() == states[1].keys()
    assert states[0]["state"].keys() == states[1]["state"].keys()
    optimizers[0].load_state_dict(states[1])


@pytest.mark.parametrize("kind", ["adam", "sgd"])
def test_torch_compiler_is_not_loaded(kind: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADS, kind], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
