"""The files of a run, whole and cut."""

import pytest
import torch

from aelib.experiment import digest_of, presets
from aelib.store import DamagedRun, Store
from aelib.training import fit

TINY = presets.get("font-best").with_values({"epochs": 20})


@pytest.mark.parametrize("name", ["weights.safetensors", "snapshots.safetensors", "run.json"])
@pytest.mark.parametrize("keep", [0, 1, 100])
def test_a_truncated_file_is_a_damaged_run(name: str, keep: int) -> None:
    store = Store()
    store.save(fit(TINY, "cpu"))
    path = store.runs / digest_of(TINY) / name
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DamagedRun, match="train it again"):
        store.get(digest_of(TINY))
    assert [digest for digest, problem in store.verify() if problem] == [digest_of(TINY)]


@pytest.mark.parametrize(
    ("preset", "values"),
    [("digits-vq", {}), ("digits-conditional", {}), ("digits-tied", {"model.dropout": 0.2})],
)
def test_nets_with_more_than_layers_come_back_whole(preset: str, values: dict[str, object]) -> None:
    experiment = presets.get(preset).with_values({**values, "epochs": 2})
    run = fit(experiment, "cpu")
    Store().save(run)
    again = Store().get(digest_of(experiment))
    assert again is not None
    assert torch.equal(again.reconstructions(), run.reconstructions())
