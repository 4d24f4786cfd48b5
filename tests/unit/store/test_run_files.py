"""The files of a run, whole and cut."""

import pytest

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
