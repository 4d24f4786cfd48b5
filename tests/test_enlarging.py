"""Pictures of any size through super-resolution nets."""

import pytest
import torch

from aelib import enlarging, presets
from aelib.basics import LabError, generator
from aelib.models import build
from aelib.run import Run, Snapshots

SMALLER = {"model.convolution.channels": "4-4", "model.convolution.pooling": "none"}


def untrained(values: dict[str, str]) -> Run:
    experiment = presets.get("photographs-3-best").with_values(values)
    nothing = Snapshots(torch.zeros(0), torch.zeros(0), torch.zeros(0))
    weights = build(experiment).state_dict()
    return Run(experiment, [], {}, 0, "epochs", 0.0, "cpu", "", {}, weights, nothing)


@pytest.mark.parametrize(
    "values",
    [
        {},
        SMALLER | {"model.convolution.stride": "2", "model.convolution.kernel": "4"},
        SMALLER | {"model.convolution.stride": "5-1"},
        SMALLER | {"model.convolution.stride": "2-1", "model.convolution.pooling": "max"},
        SMALLER | {"model.convolution.stride": "3-1", "model.convolution.upscale": "last"},
    ],
)
def test_tiles_leave_no_seams(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enlarging, "TILE", 20)
    run = untrained(values)
    picture = torch.randint(0, 256, (114, 114, 3), dtype=torch.uint8, generator=generator(0, "picture"))
    found = enlarging.enlarge(run, picture.numpy())
    times = enlarging.factor(run)
    assert found.shape == (114 * times, 114 * times, 3)
    at_once = run.restored(picture.permute(2, 0, 1)[None].float() / 255).clamp(0, 1)
    wanted = at_once[0].mul(255).round().permute(1, 2, 0)
    apart = (torch.from_numpy(found.copy()).float() - wanted).abs()[: -12 * times, : -12 * times]
    assert float(apart.max()) <= 1, "but for rounding, as of the whole picture at once"


@pytest.mark.parametrize(
    "values",
    [
        {"model.convolution.code_size": "8"},
        SMALLER | {"model.convolution.stride": "2-1", "model.convolution.upsampling": "resize"},
    ],
)
def test_a_net_for_one_size_says_so(values: dict[str, str]) -> None:
    run = untrained(values)
    picture = torch.zeros(60, 70, 3, dtype=torch.uint8).numpy()
    with pytest.raises(LabError, match="images of one size only"):
        enlarging.enlarge(run, picture)
