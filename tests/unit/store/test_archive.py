"""Runs as files: there and back between two servers, and whatever is not such a file is refused whole."""

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import ImageSet
from aelib.datasets.bundled import emoji
from aelib.datasets.user import collection, glyphs, pictures
from aelib.experiment import presets
from aelib.store import Store, run_files
from aelib.store import archive as exchange
from aelib.store.run_files import RUN, SNAPSHOTS, WEIGHTS
from aelib.training import Run, fit

TINY = presets.get("font-best").with_values({"epochs": 20, "model.layers": "35-12-2"})
TABLE = b"char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n"


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(TINY, "cpu")


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _signed(files: dict[str, bytes], change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, bytes]:
    """The same with run.json changed and every checksum made anew: what somebody forges who knows how."""
    record = json.loads(files[RUN])
    record["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in (WEIGHTS, SNAPSHOTS)}
    change(record)
    record.pop("checksum")
    checksum = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    return {**files, RUN: json.dumps({**record, "checksum": checksum}).encode()}


def _nothing_kept(home: Path) -> bool:
    return not [path for folder in ("runs", "datasets") for path in (home / folder).glob("*")]


def _refused(content: bytes, says: str, home: Path) -> None:
    store = Store()
    with pytest.raises(LabError, match=says) as refused:
        exchange.import_zip(content, store)
    assert len(str(refused.value)) < 400
    assert "\n" not in str(refused.value)
    assert _nothing_kept(home)
    assert store.count() == 0


def _own_collection() -> str:
    pixels = torch.randint(0, 256, (30, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    return collection.save(ImageSet(pixels, tuple(f"picture {i}" for i in range(30)), torch.zeros(30).long()))


def _own_pictures() -> str:
    some = emoji.palette(emoji.GREY)
    return pictures.save(ImageSet(some.pixels[:3], ("a", "b", "c"), torch.arange(3)))


@pytest.mark.parametrize(
    ("preset", "values", "own"),
    [
        ("font-best", {"epochs": 20}, None),
        ("font-denoise-10", {"epochs": 20}, None),
        ("font-best", {"epochs": 20, "model.layers": "9-6-2"}, lambda: glyphs.save(TABLE)),
        ("emoji-best", {"epochs": 3, "beta_warm_up": 0, "model.layers": "400-8-2"}, _own_pictures),
        ("digits-vae", {"epochs": 2, "beta_warm_up": 0}, None),
        (
            "digits-vae",
            {"epochs": 2, "beta_warm_up": 0, "model.layers": "784-8-2", "batch_size": "all"},
            _own_collection,
        ),
        ("letters-7x7", {"epochs": 1, "model.convolution.channels": "4-4-1", "batch_size": 256}, None),
    ],
    ids=["font", "noisy", "own glyphs", "own pictures", "variational", "own collection", "convolutional"],
)
def test_a_run_is_the_same_on_another_server(
    preset: str, values: dict[str, object], own: Callable[[], str] | None, elsewhere: Callable[[], Path]
) -> None:
    if own is not None:
        values = {**values, "dataset": own()}
    run = fit(presets.get(preset).with_values(values), "cpu")
    content = exchange.to_zip(run)
    assert exchange.to_zip(run) == content, "the same run gives the same file"
    outputs, images = run.reconstructions(), run.images.pixels
    elsewhere()
    store = Store()
    assert exchange.import_zip(content, store)[1]
    back = store.get(run.digest)
    assert back is not None
    assert (back.metrics, back.history, back.created) == (run.metrics, run.history, run.created)
    assert torch.equal(back.images.pixels, images)
    assert torch.allclose(back.reconstructions(), outputs, atol=1e-6)
    same = {name: torch.equal(one, back.snapshots.tensors()[name]) for name, one in run.snapshots.tensors().items()}
    assert same == dict.fromkeys(same, True) != {}
    assert [row["digest"] for row in store.summaries()] == [run.digest]
    assert list(store.verify()) == [(run.digest, None)]


def test_a_file_packed_again_by_another_program_is_read(run: Run) -> None:
    assert exchange.from_zip(_zip(_files(exchange.to_zip(run)), zipfile.ZIP_DEFLATED)).metrics == run.metrics


def test_a_run_that_is_here_stays_unless_it_is_damaged(run: Run) -> None:
    store = Store()
    store.save(run)
    weights = store.runs / run.digest / WEIGHTS
    written = weights.stat().st_mtime_ns
    assert not exchange.import_zip(exchange.to_zip(run), store)[1]
    assert weights.stat().st_mtime_ns == written
    weights.write_bytes(b"broken")
    assert exchange.import_zip(exchange.to_zip(run), store)[1]
    assert list(store.verify()) == [(run.digest, None)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_refused(run: Run, home: Path, share: float) -> None:
    content = exchange.to_zip(run)
    _refused(content[: int(len(content) * share)], "not a ZIP archive", home)


def test_one_flipped_byte_anywhere_is_refused_or_changes_nothing(run: Run, home: Path) -> None:
    content = exchange.to_zip(run)
    places, refused = range(0, len(content), len(content) // 150), 0
    for place in places:
        flipped = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        try:
            back = exchange.from_zip(flipped)
        except LabError:
            refused += 1
            continue
        assert back.metrics == run.metrics
        assert all(torch.equal(back.weights[name], one) for name, one in run.weights.items())
    assert refused > 0.9 * len(places), "nearly all bytes mean something"
    assert _nothing_kept(home)


@pytest.mark.parametrize(
    "name", ["../run.json", "/etc/passwd", "a/run.json", "RUN.JSON", "..\\x", "evil.pkl", "dataset.zip"]
)
def test_names_that_no_run_has_are_refused(run: Run, home: Path, name: str) -> None:
    _refused(_zip({**_files(exchange.to_zip(run)), name: b"x"}), "which no run has", home)
    assert not (home.parent / "run.json").exists()


def test_a_name_twice_and_a_member_that_lacks(run: Run, home: Path) -> None:
    files, out = _files(exchange.to_zip(run)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in files:
            archive.writestr(name, files[name])
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(RUN, files[RUN])
    _refused(out.getvalue(), "which no run has", home)
    del files[SNAPSHOTS]
    _refused(_zip(files), "lacks snapshots", home)


def test_bombs_are_refused_before_they_grow(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = _files(exchange.to_zip(run))
    _refused(_zip({**files, RUN: b" " * 2_500_000}, zipfile.ZIP_DEFLATED), "no run does", home)
    _refused(_zip({**files, RUN: b" " * (exchange.LIMITS[RUN] + 1)}, zipfile.ZIP_DEFLATED), "grows to", home)
    # one that says it is small: the size in the directory is a lie
    bomb = _zip({**files, SNAPSHOTS: bytes(5_000_000)}, zipfile.ZIP_DEFLATED)
    liar = bomb.replace((5_000_000).to_bytes(4, "little"), (5_000).to_bytes(4, "little"))
    assert liar != bomb
    _refused(liar, "not a ZIP archive", home)
    monkeypatch.setattr(exchange, "MAX_ARCHIVE", 1000)
    _refused(exchange.to_zip(run), "at most 1,000", home)


def test_an_archive_of_many_entries_is_refused_before_its_list_is_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = _zip({f"{i}": b"" for i in range(2000)})
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda _: pytest.fail("the list has been read"))
    _refused(many, "not a ZIP archive", home)


def test_a_locked_archive_is_refused(run: Run, home: Path) -> None:
    content = bytearray(exchange.to_zip(run))
    start = content.rindex(b"PK\x01\x02")
    content[start + 8] |= 1
    _refused(bytes(content), "locked|not a ZIP", home)


def test_weights_of_another_experiment_are_refused(run: Run, home: Path) -> None:
    files = _files(exchange.to_zip(run))
    larger = run_files.pack(fit(TINY.with_values({"model.layers": "35-13-2"}), "cpu")).files
    _refused(_zip({**files, WEIGHTS: larger[WEIGHTS]}), "checksum", home)
    _refused(_zip(_signed({**files, WEIGHTS: larger[WEIGHTS]})), "do not fit", home)
    # of the same shapes, signed anew: the figures are not what these weights give
    other = run_files.pack(fit(TINY.with_values({"seed": 1, "epochs": 300}), "cpu")).files
    _refused(_zip(_signed({**files, WEIGHTS: other[WEIGHTS]})), "not those of its weights", home)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(run: Run, home: Path, value: float) -> None:
    weights = {name: one.clone() for name, one in run.weights.items()}
    next(iter(weights.values())).view(-1)[0] = value
    files = {**_files(exchange.to_zip(run)), WEIGHTS: safetensors.torch.save(weights)}
    _refused(_zip(_signed(files)), "not all numbers", home)
    kinds = {
        **_files(exchange.to_zip(run)),
        WEIGHTS: safetensors.torch.save({n: w.double() for n, w in weights.items()}),
    }
    _refused(_zip(_signed(kinds)), "another kind", home)


def test_snapshots_that_do_not_fit_are_refused(run: Run, home: Path) -> None:
    whole = run.snapshots.tensors()
    for changed in (
        {"codes": whole["codes"][:, :5].contiguous()},
        {"codes": whole["codes"] * float("nan")},
        {"epochs": whole["epochs"].flip(0)},
        {"pixels": whole["pixels"].float()},
        {"grid": torch.zeros(3)},
        {"weight_epochs": whole["weight_epochs"] + 1000},
        {"weight_epochs": whole["weight_epochs"].float()},
        {"weight_epochs": whole["weight_epochs"][:1].clone()},
        {"weights.encoder.0.bias": whole["weights.encoder.0.bias"] * float("inf")},
        {"weights.encoder.0.bias": whole["weights.encoder.0.bias"][:, :3].contiguous()},
        {"weights.more": torch.zeros(3)},
    ):
        files = {**_files(exchange.to_zip(run)), SNAPSHOTS: safetensors.torch.save({**whole, **changed})}
        _refused(_zip(_signed(files)), "snapshots", home)


def test_a_run_whose_snapshots_have_no_weights_is_read(run: Run) -> None:
    """As of earlier versions."""
    without = {name: one for name, one in run.snapshots.tensors().items() if not name.startswith("weight")}
    files = {**_files(exchange.to_zip(run)), SNAPSHOTS: safetensors.torch.save(without)}
    back = exchange.from_zip(_zip(_signed(files, lambda record: record.update(format=2))))
    assert back.snapshots.weights == {}
    assert back.metrics == run.metrics


def test_edited_figures_are_refused(run: Run, home: Path) -> None:
    files = _files(exchange.to_zip(run))
    edited = files[RUN].replace(b'"total": 32', b'"total": 33')
    assert edited != files[RUN]
    _refused(_zip({**files, RUN: edited}), "checksum", home)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r["metrics"].update(learnt=32), "agree|weights"),
        (
            lambda r: r["metrics"].update(
                learnt=32, wrong_pixels_total=0, wrong_pixels=dict.fromkeys(r["metrics"]["wrong_pixels"], 0)
            ),
            "weights",
        ),
        (lambda r: r["metrics"].update(mse=r["metrics"]["mse"] / 2), "weights"),
        (lambda r: r["metrics"].update(mse="<b>"), "not all numbers"),
        (lambda r: r["metrics"].update(mse=True), "not all numbers"),
        (lambda r: r["metrics"].update(extra=1), "not those of such a run"),
        (lambda r: r["metrics"]["wrong_pixels"].update({"<script>": 0}), "agree"),
        (lambda r: r.update(history=[]), "history"),
        (lambda r: r["history"][-1].update(epoch=10**9), "history"),
        (lambda r: r["history"][0].pop("train_loss"), "history"),
        (lambda r: r.update(seconds=-1.0), "seconds"),
        (lambda r: r.update(epochs=19.5), "epochs"),
        (lambda r: r.update(epochs=10**5), "epochs"),
        (lambda r: r.update(parameters=1), "parameters"),
        (lambda r: r["history"][0].pop("learnt"), "history"),
        (lambda r: [one.pop("learnt") for one in r["history"]], "history has other columns"),
        (lambda r: [one.pop("wrong_pixels") for one in r["history"]], "history has other columns"),
        (lambda r: [one.update(mse=0.1) for one in r["history"]], "history has other columns"),
        (lambda r: r.update(history=r["history"][:1]), "history has other epochs"),
        (lambda r: r.update(history=r["history"][:-1]), "history has other epochs"),
        (lambda r: r.update(history=r["history"][::-1]), "history has other epochs"),
        (lambda r: r["history"][1].update(epoch=0.5), "history has other epochs"),
        (lambda r: r["history"][1].update(learnt="<b>"), "history"),
        (lambda r: r["history"][1].update(seconds=-1.0), "seconds"),
        (lambda r: r.update(created="yesterday"), "created"),
        (lambda r: r.update(created="2024-01-01"), "created"),
        (lambda r: r.update(created="2024-01-01T10:00:00.000"), "created"),
        (lambda r: r.update(created="2024-01-01T10:00:00.000+02:00"), "created"),
        (lambda r: r.update(created="0001-01-01T00:00:00.000+02:00"), "created"),
        (lambda r: r.update(created="2024-01-01T10:00:00.000Z"), "created"),
        (lambda r: r.update(created="2024-01-01 10:00:00.000+00:00"), "created"),
        (lambda r: r.update(created="9999-01-01T10:00:00.000+00:00"), "created"),
        (lambda r: r.update(device="x" * 1000), "device"),
        (lambda r: r.update(stopped="<b>"), "stopped"),
        (lambda r: r.update(files=3), "files"),
        (lambda r: r.update(digest="../../../../etc"), "digest"),
        (lambda r: r.update(digest="0" * 16), "digest"),
        (lambda r: r["experiment"].update(seed=8), "digest"),
        (lambda r: r["experiment"].update(dataset="mnist"), "mnist|fit"),
        (lambda r: r["experiment"].update(dataset="glyphs-../../x"), "lacks the data set"),
        (lambda r: r.update(format=run_files.FORMAT + 1), "newer Autoencoder Lab"),
    ],
)
def test_a_forged_record_is_refused(
    run: Run, home: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    _refused(_zip(_signed(_files(exchange.to_zip(run)), change)), says, home)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{", b"[" * 100_000, b'{"a":' * 5000, b'{"x": NaN}', b"\xff\xfe", b"9" * 10_000],
    ids=["empty", "null", "list", "cut", "deep", "deep objects", "NaN", "no text", "long number"],
)
def test_a_record_that_is_no_record_is_refused(run: Run, home: Path, content: bytes) -> None:
    _refused(_zip({**_files(exchange.to_zip(run)), RUN: content}), r"run.json|damaged", home)


def test_a_record_that_is_too_deep_is_refused(run: Run, home: Path) -> None:
    def deepen(record: dict[str, Any]) -> None:
        value: object = 1
        for _ in range(50):
            value = [value]
        record["metrics"]["x"] = value

    _refused(_zip(_signed(_files(exchange.to_zip(run)), deepen)), "run.json", home)


class _Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("name", [WEIGHTS, SNAPSHOTS, RUN])
def test_nothing_is_unpickled(run: Run, home: Path, tmp_path: Path, name: str) -> None:
    trap = tmp_path / "trap"
    files = {**_files(exchange.to_zip(run)), name: pickle.dumps(_Evil(trap))}
    _refused(_zip(files), "damaged|not JSON", home)
    if name != RUN:
        _refused(_zip(_signed(files)), "damaged", home)
    assert not trap.exists()


def test_a_data_set_that_is_another_is_refused_and_not_kept(home: Path, elsewhere: Callable[[], Path]) -> None:
    name = glyphs.save(TABLE)
    run = fit(TINY.with_values({"dataset": name, "model.layers": "9-6-2"}), "cpu")
    files = _files(exchange.to_zip(run))
    there = elsewhere()
    other = TABLE.replace(b"###", b"#.#")
    _refused(_zip({**files, "dataset.csv": other}), "not the one it names", there)
    _refused(_zip({**files, "dataset.csv": b"\xff\xff"}), "UTF-8", there)
    _refused(_zip({name: one for name, one in files.items() if name != "dataset.csv"}), "lacks the data set", there)
    _refused(_zip({**files, "dataset.safetensors": b"x"}), "lacks the data set", there)
    weights = {name: one * float("nan") for name, one in run.weights.items()}
    broken = _signed({**files, WEIGHTS: safetensors.torch.save(weights)})
    _refused(_zip(broken), "not all numbers", there)  # the data set was good, and is not kept either
    with pytest.raises(LabError):
        datasets.spec(name)


def test_a_data_set_that_nobody_asked_for_is_refused(run: Run, home: Path) -> None:
    _refused(_zip({**_files(exchange.to_zip(run)), "dataset.csv": TABLE}), "does not use", home)
