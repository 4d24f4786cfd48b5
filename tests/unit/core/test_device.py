"""The device that is taken, and what is said of one that is not here."""

import pytest
import torch

from aelib.core.device import device_name, pick_device
from aelib.core.errors import LabError


@pytest.fixture
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with these devices besides the CPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in request.param)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in request.param)


@pytest.mark.parametrize(
    ("machine", "taken"),
    [((), "cpu"), (("mps",), "mps"), (("cuda",), "cuda"), (("cuda", "mps"), "cuda")],
    indirect=["machine"],
)
def test_auto_takes_the_fastest_that_is_there(machine: None, taken: str) -> None:
    assert pick_device() == pick_device("auto") == torch.device(taken)
    assert pick_device("cpu") == torch.device("cpu"), "asked for by name"


@pytest.mark.parametrize(
    ("machine", "wanted", "says"),
    [
        ((), "cuda", "device is 'cuda', which this machine does not have: choose cpu or auto."),
        (("mps",), "cuda", "device is 'cuda', which this machine does not have: choose mps, cpu or auto."),
        ((), "gpu", "device is 'gpu': choose auto, cpu, cuda or mps."),
        ((), "", "device is '': choose auto, cpu, cuda or mps."),
        ((), "cuda:0", "device is 'cuda:0': choose auto, cpu, cuda or mps."),
    ],
    indirect=["machine"],
)
def test_a_device_that_is_not_there_is_one_sentence(machine: None, wanted: str, says: str) -> None:
    with pytest.raises(LabError) as refused:
        pick_device(wanted)
    assert str(refused.value) == says


def test_a_graphics_card_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"Abacus {device.index}")
    assert device_name(torch.device("cuda", 1)) == "Abacus 1"
    assert device_name(torch.device("cpu")) == "cpu"
