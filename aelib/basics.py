"""What every layer needs: the error people see, where files live, explicit random numbers, the device."""

import hashlib
import os
from pathlib import Path

import platformdirs
import torch


class LabError(Exception):
    """Something a person can mend. Its text is one sentence: what is wrong, and what to do."""


class StoreError(LabError):
    """What is kept on disk cannot be read or written."""


def home() -> Path:
    """Folder for runs, uploads and downloads: `AELIB_HOME`, or the platform's user data folder."""
    chosen = os.environ.get("AELIB_HOME")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("aelib", appauthor=False))


def generator(seed: int, purpose: str) -> torch.Generator:
    """An explicit CPU generator for one purpose ("weights", "order", ...) of one seed.

    Sessions share a process, so the global generator is never touched. Purposes get independent streams,
    so that, say, another batch size does not change the initial weights.
    """
    word = hashlib.sha256(f"{purpose}:{seed}".encode()).digest()[:8]
    return torch.Generator().manual_seed(int.from_bytes(word, "little") >> 1)


def pick_device(wanted: str = "auto") -> torch.device:
    """The device to train on. `auto` takes CUDA, then Apple MPS, then the CPU.

    Raises LabError where the wanted device is not on this machine.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, there in present.items() if there))
    if wanted not in present:
        raise LabError(f"device is {wanted!r}: choose auto, cpu, cuda or mps.")
    if not present[wanted]:
        here = ", ".join(name for name, there in present.items() if there)
        raise LabError(f"device is {wanted!r}, which this machine does not have: choose {here} or auto.")
    return torch.device(wanted)


def device_name(device: torch.device) -> str:
    """A name for people: the graphics card's for CUDA, else the device's type."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
