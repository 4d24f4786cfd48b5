"""Training speed of a net on each device: measured on this machine, and stored from other machines."""

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
WARM_UP = 5  # steps before the measurement: libraries initialise themselves on their first calls


class Stopped(LabError):
    """The measurement was cancelled."""


@dataclass(frozen=True)
class Speed:
    """A measured training speed.

    Attributes:
        device: cpu, cuda or mps.
        name: name of the processor or GPU.
        machine: system and number of threads.
        torch: its version.
        dataset: title of the data set.
        network: the net in short.
        precision: full or mixed.
        batch_size: images per batch.
        epochs: number of measured epochs.
        images: number of images that were trained on, all epochs together.
        seconds: time for these images.
        steps: identifies the computations of a step, see `steps_of`.
    """

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
        """Images per second."""
        return self.images / self.seconds


def processor() -> str:
    """The name of this machine's processor."""
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
    """Measure the training of a new net, batches and noise included, without evaluation; nothing is stored.

    device: auto, cpu, cuda or mps; on_progress: called with the share done, 0 to 1; cancelled: True stops the
    measurement. Raises Stopped if cancelled, LabError for a device that this machine does not have.
    """
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
    """Wait until the device has finished its work."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    elif device.type == "mps":
        torch.mps.synchronize()


# prefixes of fields that do not change the computing time of a step
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
    """16 hexadecimal digits, equal for experiments whose steps do the same work; the images do not matter."""
    values = {path: value for path, value in resolve(experiment).effective.items() if not path.startswith(_AS_LONG)}
    return hashlib.sha256(json.dumps(sorted(values.items())).encode()).hexdigest()[:16]


def is_of(speed: Speed, experiment: Experiment) -> bool:
    """Whether a speed was measured with the steps and the data set of this experiment."""
    return (speed.steps, speed.dataset) == (steps_of(experiment), resolve(experiment).spec.title)


def stored() -> list[Speed]:
    """The speeds stored by `python -m benchmarks.devices`, an empty list without the file. Raises LabError if the file
    is damaged."""
    try:
        found = [Speed(**record) for record in json.loads(STORED.read_text(encoding="utf-8"))]
        if not all(one.seconds > 0 and one.images > 0 for one in found):
            raise ValueError("a speed that is none")
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        raise LabError("{name} cannot be read: delete it, and measure the devices again.", name=STORED.name) from None
    return found


def save(speeds: list[Speed]) -> None:
    """Add speeds to the stored ones. The same measurement on the same machine is replaced. Raises LabError if the file
    is damaged, which is then not changed."""

    def key(one: Speed) -> tuple[str, ...]:
        return one.name, one.machine, one.dataset, one.steps

    kept = {key(one): one for one in [*stored(), *speeds]}
    temp_path = STORED.with_suffix(".new")
    temp_path.write_text(json.dumps([asdict(one) for one in kept.values()], indent=1) + "\n", encoding="utf-8")
    temp_path.replace(STORED)
