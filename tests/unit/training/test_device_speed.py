"""How fast a net trains: measured, kept, and what the page is told of other machines; memory while a net trains."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from aelib.core import memory
from aelib.core.errors import LabError
from aelib.experiment import presets, resolve
from aelib.models import build
from aelib.training import device_speed, fit
from aelib.training.device_speed import Speed

TINY = presets.get("letters-7x7").with_values(
    {"dataset": "digits8x8", "model.convolution.channels": "4-1", "model.convolution.stride": "2-1"}
)
SPEED = Speed("cpu", "Abacus", "Linux, 2 threads", "2", "digits", "conv", "full", 64, 2, 2000, 0.5, "0123456789abcdef")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where speeds are stored, in this test alone; not there yet."""
    path = tmp_path / "devices.json"
    monkeypatch.setattr(device_speed, "STORED", path)
    return path


def test_the_images_of_all_epochs_are_counted_while_the_clock_runs() -> None:
    told: list[float] = []
    count = resolve(TINY).spec.splits.train
    found = device_speed.measure(TINY, "cpu", 2, told.append)
    assert (found.device, found.epochs, found.images) == ("cpu", 2, 2 * count)
    assert found.seconds > 0
    assert found.images_a_second == pytest.approx(2 * count / found.seconds)
    assert (found.dataset, found.batch_size) == (resolve(TINY).spec.title, TINY.batch_size)
    assert found.name
    assert told == sorted(told)
    assert (told[0] > 0, told[-1]) == (True, 1.0)


@pytest.mark.parametrize("size", [TINY.batch_size, None])
def test_a_measurement_can_be_stopped(size: int | None) -> None:
    """Also where an epoch is a single step."""
    told: list[float] = []
    with pytest.raises(device_speed.Stopped):
        device_speed.measure(TINY.with_values({"batch_size": size}), "cpu", 5, told.append, lambda: bool(told))
    assert told
    assert told[-1] < 1


def test_a_device_that_is_not_here_is_said() -> None:
    absent = next(name for name in ("mps", "cuda") if name not in device_speed.here())
    with pytest.raises(LabError, match=f"device is '{absent}'"):
        device_speed.measure(TINY, absent)
    assert device_speed.here()[0] == "cpu"


def test_what_was_measured_is_kept_beside_that_of_other_machines(kept: Path) -> None:
    assert device_speed.stored() == []
    other = replace(SPEED, name="Slide rule")
    device_speed.save([SPEED])
    device_speed.save([other])
    assert device_speed.stored() == [SPEED, other]
    faster = replace(SPEED, seconds=0.25)
    device_speed.save([faster])
    assert device_speed.stored() == [faster, other]
    assert [path.name for path in kept.parent.glob("devices*")] == ["devices.json"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "5", "[5]", '[{"device": "cpu"}]', json.dumps([asdict(replace(SPEED, seconds=0.0))])],
)
def test_a_damaged_file_is_one_sentence_and_stays(content: str, kept: Path) -> None:
    kept.write_text(content)
    for call in (device_speed.stored, lambda: device_speed.save([SPEED])):
        with pytest.raises(LabError, match="cannot be read: delete it, and measure"):
            call()
    assert kept.read_text() == content


@pytest.mark.parametrize("dataset", ["house_numbers"])
@pytest.mark.parametrize("preset", ["house-numbers-autoencoder", "svhn-gpu"])
def test_the_speeds_that_come_with_the_app_are_of_the_lessons_net(preset: str, dataset: str) -> None:
    wanted = presets.get(preset).with_values({"dataset": dataset})
    assert any(device_speed.is_of(one, wanted) and one.images_a_second > 0 for one in device_speed.stored())


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({"seed": 3, "epochs": 7, "optimizer.learning_rate": 0.5, "optimizer.schedule": "cosine"}, True),
        ({"corruption.level": 0.4}, True),
        ({"model.convolution.kernel": 5}, False),
        ({"model.batch_norm": True}, False),
        ({"model.hidden_activation": "tanh"}, False),
        ({"batch_size": 64}, False),
        ({"precision": "mixed"}, False),
        ({"corruption.kind": "masking"}, False),
        ({"optimizer.kind": "sgd"}, False),
        ({"model.convolution.upsampling": "resize"}, False),
        ({"dataset": "letters"}, False),
    ],
)
def test_a_speed_belongs_to_nets_whose_steps_compute_the_same(values: dict[str, object], same: bool) -> None:
    noisy = TINY.with_values({"corruption.kind": "gaussian", "corruption.level": 0.2})
    assert device_speed.is_of(device_speed.measure(noisy, "cpu"), noisy.with_values(values)) == same


# --- memory ------------------------------------------------------------------------------------------------------


def test_a_net_trained_inside_is_the_same_to_the_last_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = TINY.with_values({"epochs": 2})
    start = build(experiment).state_dict()
    with monkeypatch.context() as patch:
        patch.setattr(memory, "_libc", lambda: None)  # as where there is no glibc
        outside = fit(experiment, "cpu")
    with memory.retained_memory():
        inside = fit(experiment, "cpu")
    for name, values in outside.weights.items():
        assert torch.equal(values, inside.weights[name]), name
    assert any(not torch.equal(values, start[name]) for name, values in inside.weights.items())
