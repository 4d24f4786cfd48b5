"""Runs on disk: equal when read back, whole or not at all, damage found, old ones pruned."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import torch

from aelib.cli.main import main
from aelib.core.errors import StoreError
from aelib.datasets.user import glyphs
from aelib.experiment import Experiment, digest_of, presets
from aelib.store import DamagedRun, Store, UnreadableRun
from aelib.training import Run, fit, fit_many

TINY = presets.get("font-best").with_values({"epochs": 3})


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return [r for r in fit_many([TINY.with_values({"seed": s}) for s in range(4)], "cpu") if isinstance(r, Run)]


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_run_with_dropout_is_read_back(store: Store) -> None:
    run = fit(TINY.with_values({"model.dropout": 0.2}), "cpu")
    store.save(run)
    read = store.get(run.digest)
    assert read is not None
    assert torch.equal(read.reconstructions(), run.reconstructions())


def test_a_run_read_back_in_another_process_gives_equal_outputs(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    code = (
        "import sys, torch; from aelib.store import Store; "
        "run = Store().get(sys.argv[1]); sys.stdout.buffer.write(run.reconstructions().numpy().tobytes())"
    )
    done = subprocess.run([sys.executable, "-c", code, runs[0].digest], capture_output=True, check=True)
    assert done.stdout == runs[0].reconstructions().numpy().tobytes()


@pytest.mark.parametrize("values", [{"model.batch_norm": True}, {"model.hidden_activation": "prelu"}, {}], ids=str)
def test_save_and_load_keep_everything(store: Store, values: dict[str, object]) -> None:
    run = fit(TINY.with_values(values), "cpu")
    store.save(run)
    again = store.get(run.digest)
    assert again is not None
    assert again.experiment == run.experiment
    assert (again.history, again.metrics, again.epochs, again.stopped) == (
        run.history,
        run.metrics,
        run.epochs,
        run.stopped,
    )
    torch.testing.assert_close(again.weights, run.weights, rtol=0, atol=0)
    assert torch.equal(again.snapshots.pixels, run.snapshots.pixels)
    assert torch.equal(again.reconstructions(), run.reconstructions())


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.get("0123456789abcdef") is None
    assert store.get("../../etc/passwd") is None
    assert "../../etc" not in store


def test_saving_twice_keeps_the_first_and_replace_the_second(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    before = (store.runs / runs[0].digest / "run.json").stat().st_ino
    store.save(runs[0])
    assert (store.runs / runs[0].digest / "run.json").stat().st_ino == before
    store.save(runs[0], replace=True)
    assert (store.runs / runs[0].digest / "run.json").stat().st_ino != before
    assert [path.name for path in store.runs.iterdir()] == [runs[0].digest]


def test_lists_are_newest_first_and_survive_a_lost_index(store: Store, runs: list[Run]) -> None:
    for run in runs:
        store.save(run)
    listed = store.summaries()
    assert {row["digest"] for row in listed} == {run.digest for run in runs}
    assert [row["created"] for row in listed] == sorted((row["created"] for row in listed), reverse=True)
    for file in store.root.glob("index.sqlite*"):
        file.unlink()
    assert Store().summaries() == listed
    (store.root / "index.sqlite").write_bytes(b"not a database at all" * 100)
    for file in store.root.glob("index.sqlite-*"):
        file.unlink()
    assert Store().summaries() == listed


def test_the_list_follows_folders_that_came_or_went_behind_its_back(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    assert len(store.summaries()) == 1
    (store.runs / runs[0].digest).rename(store.root / "elsewhere")
    assert store.summaries() == []
    (store.root / "elsewhere").rename(store.runs / runs[0].digest)
    assert len(store.summaries()) == 1


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("name", ["run.json", "weights.safetensors", "snapshots.safetensors"])
@pytest.mark.parametrize("damage", [_cut, _flip, Path.unlink, lambda path: path.write_bytes(b"")])
def test_damage_is_found_and_named(store: Store, runs: list[Run], name: str, damage: object) -> None:
    store.save(runs[0])
    store.save(runs[1])
    damage(store.runs / runs[0].digest / name)  # type: ignore[operator]
    with pytest.raises(DamagedRun, match=runs[0].digest):
        store.get(runs[0].digest)
    found = dict(store.verify())
    assert isinstance(found[runs[0].digest], DamagedRun)
    assert found[runs[1].digest] is None
    assert store.prune(damaged=True) == [runs[0].digest]
    assert store.digests() == [runs[1].digest]


def test_a_run_under_another_runs_name_is_damaged(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    (store.runs / runs[0].digest).rename(store.runs / runs[1].digest)
    assert "has the digest" in str(dict(store.verify())[runs[1].digest])


@pytest.fixture
def failing_disk(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Digests of runs whose files the disk does not give."""
    digests: set[str] = set()
    read_bytes = Path.read_bytes

    def read(path: Path) -> bytes:
        if path.parent.name in digests:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    return digests


def test_a_run_that_the_disk_does_not_give_is_not_damaged_and_is_not_deleted(
    store: Store, runs: list[Run], failing_disk: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    digest = runs[0].digest
    store.save(runs[0])
    failing_disk.add(digest)
    with pytest.raises(StoreError, match=f"{digest} cannot be read") as caught:
        store.get(digest)
    assert not isinstance(caught.value, DamagedRun)
    assert store.prune(damaged=True) == []
    assert main(["runs", "verify", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["damaged"], [row["digest"] for row in said["unreadable"]]) == ([], [digest])
    failing_disk.clear()
    assert dict(store.verify()) == {digest: None}


def test_a_run_that_was_unreadable_for_a_moment_is_listed_afterwards(
    store: Store, runs: list[Run], failing_disk: set[str]
) -> None:
    for run in runs[:2]:
        store.save(run)
    (store.root / "index.sqlite").unlink()
    failing_disk.add(runs[0].digest)
    again = Store()
    assert [row["digest"] for row in again.summaries()] == [runs[1].digest]
    failing_disk.clear()
    assert {row["digest"] for row in again.summaries()} == {run.digest for run in runs[:2]}


def test_a_store_whose_runs_are_gone_says_so(store: Store) -> None:
    store.runs.rmdir()
    with pytest.raises(StoreError, match="cannot be listed"):
        store.summaries()


def test_a_newer_programs_run_is_refused_but_not_called_damaged(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    path = store.runs / runs[0].digest / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(StoreError, match="newer") as caught:
        store.get(runs[0].digest)
    assert not isinstance(caught.value, DamagedRun)


def test_prune_by_number_age_and_size(store: Store, runs: list[Run]) -> None:
    for run in runs:
        store.save(run)
    oldest_first = [row["digest"] for row in reversed(store.summaries())]
    assert store.prune(keep=3, dry_run=True) == oldest_first[:1]
    assert len(store.digests()) == 4
    store.prune(keep=3)
    assert store.digests() == sorted(oldest_first[1:])
    two = sum(row["bytes"] for row in store.summaries()[:2])
    store.prune(max_bytes=two)
    assert store.digests() == sorted(oldest_first[2:])
    assert store.prune(older_than_days=1) == []
    assert len(store.prune(older_than_days=0)) == 2
    assert store.digests() == []
    assert store.summaries() == []


WRITER = """
import sys
from aelib.store import Store
from aelib.training import fit_many
from aelib.experiment import from_json
store = Store()
runs = fit_many([from_json(sys.argv[1]).with_values({"seed": s}) for s in range(3)], "cpu")
print("ready", flush=True)
while True:
    for run in runs:
        store.save(run, replace=True)
        print(".", end="", flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_no_damaged_run(store: Store) -> None:
    """Real kills, at random moments of saving the same three runs over and over: after so many saves, and then some
    time into the next. Only the first number decides what must be there, the time just varies the moment."""
    seen = 0
    moments = random.Random(7)
    for turn, saves in enumerate((3, *(moments.randrange(5) for _ in range(7)))):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, TINY.to_json()], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        assert writer.stdout.read(saves) == b"." * saves
        time.sleep(moments.uniform(0, 0.02))
        os.kill(writer.pid, signal.SIGTERM if turn % 2 else signal.SIGKILL)
        writer.communicate()
        again = Store()
        found = dict(again.verify())
        assert not any(found.values()), found
        assert len(found) >= seen, "a run that was there is gone"
        seen = len(found)
        assert {row["digest"] for row in again.summaries()} == set(found)
    assert seen == 3


def test_two_processes_with_the_same_experiment_end_with_one_good_run(store: Store) -> None:
    code = "import sys; from aelib.__main__ import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "train", "font-best", "--fresh", "--json", "--device", "cpu"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    digests = {json.loads(process.communicate()[0])["digest"] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert dict(store.verify()) == dict.fromkeys(digests)
    assert [row["digest"] for row in store.summaries()] == list(digests)


def test_a_replacement_cut_short_is_undone(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    (store.runs / runs[0].digest).rename(store.runs / f".old-{runs[0].digest}-abcd")
    assert Store().get(runs[0].digest) is not None


@pytest.mark.parametrize(("number", "opens"), [(errno.ENOSYS, True), (errno.ENOLCK, False), (errno.EOPNOTSUPP, False)])
def test_a_disk_without_locks_serves_or_says_so(
    number: int, opens: bool, home: Path, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network disks without flock(2): where it is unknown a lock file takes its place, where it fails, a sentence says
    so."""
    fcntl = pytest.importorskip("fcntl")

    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refused)
    if opens:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # filelock's own, of the lock file
            store = Store()
            store.save(runs[0])
            assert store.get(runs[0].digest) is not None
    else:
        with pytest.raises(StoreError, match=rf"cannot be opened \({os.strerror(number)}\): choose another AELIB_HOME"):
            Store()


def test_a_store_that_cannot_be_written_says_so(store: Store, runs: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    store.save(runs[0])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aelib.store.store._write", full)
    with pytest.raises(StoreError, match="No space left"):
        store.save(runs[1])
    assert store.digests() == [runs[0].digest]
    assert [path.name for path in store.runs.iterdir()] == [runs[0].digest]


def test_hostile_digests_never_leave_the_folder(store: Store) -> None:
    outside = store.root / "0123456789abcdef"
    outside.mkdir()
    store.delete("../0123456789abcdef")
    assert outside.exists()


def test_default_experiment_is_not_in_an_empty_store(store: Store) -> None:
    assert digest_of(Experiment()) not in store
    assert store.summaries() == []


READER = """
import sys
from aelib.cli.main import main
from aelib.core.errors import StoreError
from aelib.store import Store
store, digest, found = Store(), sys.argv[1], 0
for _ in range(200):
    try:
        assert store.get(digest) is not None, "gone"
        found += 1
    except StoreError as error:  # a reader that never gets the processor is asked to try again
        if "faster than it can be read" not in str(error):
            raise
assert found, "never read"
"""


def test_a_run_that_is_replaced_while_others_read_it_is_always_there(store: Store, runs: list[Run]) -> None:
    store.save(runs[0])
    readers = [subprocess.Popen([sys.executable, "-c", READER, runs[0].digest]) for _ in range(2)]
    while any(reader.poll() is None for reader in readers):
        store.save(runs[0], replace=True)
        Store()  # whoever opens the store clears up, and must not undo a replacement on its way
    assert [reader.returncode for reader in readers] == [0, 0]


def test_a_run_on_a_data_set_that_is_gone_is_listed_but_not_damaged(store: Store, home: Path) -> None:
    name = glyphs.save(b"char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n")
    run = fit(TINY.with_values({"dataset": name, "model.layers": "9-4-2"}), "cpu")
    store.save(run)
    (home / "datasets" / f"{name}.csv").unlink()
    glyphs._spec_of.cache_clear()
    with pytest.raises(UnreadableRun, match="upload"):
        store.get(run.digest)
    assert dict(store.verify()) == {run.digest: None}
    assert store.prune(damaged=True) == []
    for file in store.root.glob("index.sqlite*"):
        file.unlink()
    assert [row["architecture"] for row in Store().summaries()] == ["9-4-2"]
