"""How fast a net trains on each device: measured here, and as measured elsewhere."""

import hashlib
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from aelib import datasets
from aelib.core.device import device_name, pick_device
from aelib.core.errors import LabError
from aelib.core.memory import retained_memory
from aelib.core.paths import bundled
from aelib.experiment import Experiment, resolve
from aelib.models import build

from .batches import BatchLoader
from .engines.autograd import AutogradEngine

STORED = bundled("devices.json")
WARM_UP = 5  # steps before the clock starts: libraries set themselves up on their first calls


class Stopped(LabError):
    """Whoever asked for the measurement no longer wants it."""


@dataclass(frozen=True)
class Speed:
    """device: cpu, cuda or mps; name: of the processor; images: trained on while the clock ran; seconds: for these;
    epochs: how often each was seen; steps: what a step computes, see `steps_of`."""

    device: str
    name: str
    machine: str
    torch: str
    dataset: str
    network: str
    precision: str
    batch_size: int
    epochs: int
    images: int
    seconds: float
    steps: str

    @property
    def images_a_second(self) -> float:
        return self.images / self.seconds


def processor() -> str:
    """What this machine's processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def here() -> list[str]:
    """The devices that this machine has."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


def measure(
    experiment: Experiment,
    device: str,
    epochs: int = 1,
    on_progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Speed:
    """Train a fresh net for so many epochs, batches and noise included, without evaluation; nothing is stored.
    on_progress gets the share done. Raises Stopped, and LabError for a device that is not here."""
    where = pick_device(device)
    images = datasets.training_set(experiment.dataset)
    loader = BatchLoader([experiment], images, datasets.normalization(experiment.normalization, images.pixels), where)
    engine = AutogradEngine(build(experiment), experiment, where)
    batches = -(-len(images) // (experiment.batch_size or len(images)))
    for step, batch in enumerate(loader.epoch(1)):
        if step < WARM_UP or step == batches - 1:  # the last one may be shorter
            engine.step(batch, 1.0)
    size = experiment.batch_size or len(images)
    steps = epochs * -(-len(images) // size)
    with retained_memory():
        _wait(where)
        start, done = time.perf_counter(), 0
        for epoch in range(1, epochs + 1):
            for batch in loader.epoch(epoch):
                engine.step(batch, 1.0)
                done += 1
                if cancelled():
                    raise Stopped("Stopped, as asked.")
                on_progress(done / steps)
        _wait(where)
        seconds = time.perf_counter() - start
    return Speed(
        device=where.type,
        name=device_name(where) if where.type == "cuda" else processor(),
        machine=f"{platform.system()}, {torch.get_num_threads()} threads",
        torch=torch.__version__,
        dataset=resolve(experiment).spec.title,
        network=experiment.network,
        precision=experiment.precision,
        batch_size=size,
        epochs=epochs,
        images=len(images) * epochs,
        seconds=seconds,
        steps=steps_of(experiment),
    )


def _wait(device: torch.device) -> None:
    """Until the device has done all that it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    elif device.type == "mps":
        torch.mps.synchronize()


# fields of which a step does the same work
_AS_LONG = (
    "dataset",
    "epochs",
    "seed",
    "snapshots",
    "early_stop.",
    "beta",
    "free_bits",
    "model.initialization",
    "corruption.level",
    "optimizer.learning_rate",
    "optimizer.momentum",
    "optimizer.weight_decay",
    "optimizer.s",
)


def steps_of(experiment: Experiment) -> str:
    """16 hexadecimal digits, the same for experiments whose steps compute the same but for the images."""
    values = {path: value for path, value in resolve(experiment).effective.items() if not path.startswith(_AS_LONG)}
    return hashlib.sha256(json.dumps(sorted(values.items())).encode()).hexdigest()[:16]


def is_of(speed: Speed, experiment: Experiment) -> bool:
    """Whether it was measured with steps that compute the same, on the same images."""
    return (speed.steps, speed.dataset) == (steps_of(experiment), resolve(experiment).spec.title)


def stored() -> list[Speed]:
    """What `python -m benchmarks.devices` has measured and kept, machine by machine; nothing where there is no such
    file. Raises LabError where it is damaged."""
    try:
        found = [Speed(**record) for record in json.loads(STORED.read_text(encoding="utf-8"))]
        if not all(one.seconds > 0 and one.images > 0 for one in found):
            raise ValueError("a speed that is none")
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        raise LabError(f"{STORED.name} cannot be read: make it again with `python -m benchmarks.devices`.") from None
    return found


def save(speeds: list[Speed]) -> None:
    """Beside those of other machines; the same measurement on the same machine is replaced. A damaged file is left as
    it is: raises LabError as `stored`."""

    def key(one: Speed) -> tuple[str, ...]:
        return one.name, one.machine, one.dataset, one.steps

    kept = {key(one): one for one in [*stored(), *speeds]}
    temp_path = STORED.with_suffix(".new")
    temp_path.write_text(json.dumps([asdict(one) for one in kept.values()], indent=1) + "\n", encoding="utf-8")
    temp_path.replace(STORED)
