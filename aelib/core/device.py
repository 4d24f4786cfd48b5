"""The device to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aelib.core.lazy import lazy

from .errors import LabError

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")


def pick_device(wanted: str = "auto") -> torch.device:
    """Return the device to train on. `auto` takes CUDA if it is there, then Apple MPS, then the CPU.

    Raises LabError if this machine does not have the wanted device.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, there in present.items() if there))
    if wanted not in present:
        raise LabError("device is {wanted!r}: choose auto, cpu, cuda or mps.", wanted=wanted)
    if not present[wanted]:
        here = ", ".join(name for name, there in present.items() if there)
        raise LabError(
            "device is {wanted!r}, which this machine does not have: choose {here} or auto.", wanted=wanted, here=here
        )
    return torch.device(wanted)


def device_name(device: torch.device) -> str:
    """A device's name for people: for CUDA the name of the graphics card, else the device's type."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
