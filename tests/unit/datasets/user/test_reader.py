"""Data in whatever form people have it: each form has its right answer, and what cannot be read gets one sentence."""

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aelib import datasets
from aelib.cli.main import main
from aelib.core.errors import LabError
from aelib.core.language import LANGUAGES, speaking
from aelib.core.paths import bundled
from aelib.datasets import Options, Splits
from aelib.datasets.user import forms, pictures
from tests.conftest import SHARED
from tests.support import own_data
from tests.support.pictures import claims, packed, saved

IMAGES, LABELS = own_data.digits()
TABLES = own_data.tables()


@pytest.mark.parametrize("form", TABLES)
def test_glyphs_are_read_from_every_form_of_them(form: str) -> None:
    found = datasets.read(TABLES[form], name="a.txt")
    assert (found.kind, found.images, found.shape, found.classes) == ("glyphs", 32, (1, 7, 5), 32)
    assert found.parts == {"train": 32}
    assert np.array_equal(found.pixels, own_data.FONT.pixels.numpy())
    assert datasets.load(datasets.keep_found(found)).names == found.names
    if form in ("hexadecimal", "decimal", "binary", "python", "headers", "sep", "UTF-16", "hexadecimal cells"):
        assert found.names == own_data.FONT.names


@pytest.mark.parametrize(
    ("text", "size", "shape"),
    [
        ("{0,1,1, 1,0,1},{1,1,1, 0,0,1}", (2, 3), None),  # too few rows
        ("int a[] = {0,1,1,1,0,1,1,0,1, 1,1,1,0,0,1,0,1,0};", (3, 3), (2, 3, 3)),
        ("x = [0,1,1,1,0,1,1,0,1]\ny = [1,1,1,0,0,1,0,1,0]", None, (2, 3, 3)),
        ("#.#\n###\n#.#\n.#.\n#.#\n.#.", (3, 3), (2, 3, 3)),
        ("#.#\n###\n#.#\n.#.\n#.#\n.#.", None, None),  # nothing says how high a glyph is
        ("A 011101101\nB 010101010", None, (2, 3, 3)),
        ("A: 011 101 101\nB: 010 101 010", None, (2, 3, 3)),
        ("const uint64_t f[] = {0x3c66c3c3c3c3663cULL, 0x1838181818181c7eULL};", None, (2, 8, 8)),
        ("[[[0,1,0],[1,1,1],[0,1,0]],[[1,0,1],[0,1,0],[1,0,1]]]", None, (2, 3, 3)),
        (" # \n# #\n\n###\n  #", None, None),  # two rows
        (" # \n# #\n # \n\n###\n  #\n#", None, (2, 3, 3)),  # spaces are off, and cut at the right
    ],
)
def test_a_glyph_is_as_large_as_its_form_or_the_person_says(
    text: str, size: tuple[int, int] | None, shape: tuple[int, ...] | None
) -> None:
    def read() -> tuple[int, ...]:
        found = datasets.read(text.encode(), Options(size=size))
        return found.images, *found.shape[1:]

    if shape is None:
        with pytest.raises(LabError):
            read()
    else:
        assert read() == shape


SCALED = np.rint(IMAGES / 255 * 16).astype(np.uint8)


@pytest.mark.parametrize(
    ("content", "classes", "parts"),
    [
        (own_data.npy(IMAGES), 1, None),
        (own_data.npy(np.asfortranarray(IMAGES)), 1, None),
        (own_data.npy(IMAGES.reshape(60, 64) / 255), 1, None),
        (own_data.npy(IMAGES[..., None].astype(">f4")), 1, None),
        (own_data.npy(IMAGES[:, None] / 127.5 - 1), 1, None),
        (own_data.npz(x_train=IMAGES[:40], y_train=LABELS[:40], x_test=IMAGES[40:], y_test=LABELS[40:]), 10, [40, 20]),
        (own_data.npz(train_images=IMAGES[:40], val_images=IMAGES[40:]), 1, [40, 20]),
        (own_data.npz(X=IMAGES.reshape(60, -1) / 255, y=LABELS), 10, None),
        (own_data.npz(images=IMAGES, labels=np.eye(10)[LABELS]), 10, None),
        (own_data.npz(arr_0=IMAGES, arr_1=LABELS[:, None]), 10, None),
        (own_data.npz(data=SCALED, target=LABELS.astype(str)), 10, None),
        (own_data.kaggle(IMAGES, LABELS), 10, None),
        (own_data.kaggle(IMAGES, LABELS, header=False), 10, None),
        (own_data.kaggle(IMAGES, None), 1, None),
        (own_data.kaggle(IMAGES, LABELS).replace(b",", b";").replace(b"\n", b"\r\n"), 10, None),
        (own_data.kaggle(IMAGES, LABELS).decode().encode("utf-16"), 10, None),
        (own_data.idx(IMAGES), 1, None),
        (
            b"emotion,pixels,Usage\n"
            + b"\n".join(
                f"{label},{' '.join(map(str, image.ravel()))},{'Training' if i < 40 else 'PublicTest'}".encode()
                for i, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
            ),
            10,
            [40, 20],
        ),
    ],
)
def test_arrays_and_tables_of_images_are_read(content: bytes, classes: int, parts: list[int] | None) -> None:
    found = datasets.read(content, name="a.bin")
    assert (found.kind, found.images, found.shape, found.classes) == ("images", 60, (1, 8, 8), classes)
    assert np.abs(found.pixels[:, 0].astype(int) - IMAGES).max() <= (1 if found.pixels.max() else 0)
    assert list(found.parts.values()) == (parts or [36, 15, 9])
    assert any("read as" in str(note) for note in found.notes)
    name = datasets.keep_found(found)
    assert datasets.spec(name).classes == classes
    loaded = datasets.load(name)
    assert len(loaded) == 60
    if parts:  # in the order in which they came
        assert np.array_equal(loaded.pixels.numpy(), found.pixels)
        content_kept = datasets.content_of(name)
        assert content_kept is not None
        assert datasets.save_content(name, content_kept) == name


@pytest.mark.parametrize("language", LANGUAGES)
def test_objects_beside_images_are_left_out_whatever_the_language(language: str) -> None:
    packed_arrays = io.BytesIO()
    images = np.arange(20 * 64, dtype=np.uint8).reshape(20, 8, 8)
    np.savez(packed_arrays, images=images, about=np.array([{"by": "Ana"}], object))
    with speaking(language):
        found = datasets.read(packed_arrays.getvalue())
    assert len(found.pixels) == 20
    assert [one.file for one in found.skipped] == ["about"]


def test_files_that_belong_together_are_one_set(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(own_data.idx(IMAGES))
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(own_data.idx(LABELS.astype(np.uint8)))
    assert datasets.read(tmp_path / "t10k-images-idx3-ubyte").classes == 10
    assert datasets.read(tmp_path).classes == 10
    both = [("X.npy", own_data.npy(IMAGES)), ("y.npy", own_data.npy(LABELS))]
    assert datasets.read(both).classes == 10
    tables = [
        ("my_train.csv", own_data.kaggle(IMAGES, LABELS)),
        ("my_test.csv", own_data.kaggle(IMAGES[:9], LABELS[:9])),
    ]
    for given in (tables, [("a.zip", packed(dict(tables)))]):
        found = datasets.read(given)
        assert (found.images, found.parts, found.classes) == (69, {"train": 60, "test": 9}, 10)
    with pytest.raises(LabError, match=r"several tables of images \(a.csv, b.csv\)"):
        datasets.read([("a.csv", tables[0][1]), ("b.csv", tables[1][1])])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "HEIF"])
def test_pictures_are_told_by_their_content(tmp_path: Path, kind: str) -> None:
    names = ["1.png", "2.jpg", "3", "4.TXT", "5.jfif"]
    found = datasets.read(own_data.folder(tmp_path, kind, names), Options(side=8, colour=False))
    assert (found.images, found.shape, found.skipped) == (5, (1, 8, 8), ())
    assert found.names == ("1", "2", "3", "4", "5")
    assert np.abs(found.pixels[:, 0].astype(int) - IMAGES[:5]).mean() < (
        25 if kind in ("JPEG", "AVIF", "WEBP", "HEIF") else 1
    )
    assert datasets.spec(datasets.keep_found(found)).memorised


def test_folders_are_classes_and_parts(tmp_path: Path) -> None:
    leaf = own_data.folder(tmp_path / "a", "PNG", [f"train/{i % 3}/images/{i}.JPEG" for i in range(30)])
    found = datasets.read(leaf)
    assert (found.images, found.classes, found.class_names) == (30, 3, ("0", "1", "2"))
    parts = own_data.folder(
        tmp_path / "b", "PNG", [f"{'test' if i > 20 else 'train'}/{'ab'[i % 2]}/{i}.png" for i in range(30)]
    )
    found = datasets.read(parts)
    assert (found.parts, found.classes) == ({"train": 21, "test": 9}, 2)
    assert datasets.spec(datasets.keep_found(found)).splits == (21, 0, 9)


def test_every_file_that_is_left_out_is_named_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_data.folder(tmp_path, "PNG", [f"{i}.png" for i in range(6)])
    (tmp_path / "._1.png").write_bytes(b"\0\5\x16\7")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "cut.png").write_bytes((tmp_path / "1.png").read_bytes()[:60])
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    reasons = {one.file: one.why for one in datasets.read(tmp_path).skipped}
    assert reasons.keys() == {"._1.png", "notes.txt", "cut.png", "phone.heic"}
    assert "damaged" in reasons["cut.png"]
    assert "is not a picture that can be read" in reasons["phone.heic"]
    monkeypatch.setattr(pictures, "reads_heic", lambda: False)
    reasons = {one.file: one.why for one in datasets.read(tmp_path).skipped}
    assert "pillow-heif" in reasons["phone.heic"]


def _huge(shape: tuple[int, ...]) -> bytes:
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", _huge((10_000_000_000, 28, 28)) + bytes(50_000_000))
    return out.getvalue()


BAD = {
    "cut array": (own_data.npy(IMAGES)[:-1], "cut off"),
    "pickle": (own_data.npy(np.array([{1: 2}, None], object), allow_pickle=True), "never opened"),
    "pickle alone": (b"\x80\x04N.", "a pickle"),
    "claim": (_huge((10_000_000_000, 28, 28)), "claims 7,840,000,000,000 bytes"),
    "negative": (_huge((-1, 28, 28)), "of no numbers"),
    "bomb": (_bomb(), "claims 7,840,000,000,000 bytes"),
    "NaN": (own_data.npy(np.where(IMAGES > 250, np.nan, IMAGES)), "NaN"),
    "words": (own_data.npy(np.array([["a", "b"]] * 3)), "no numbers"),
    "range": (own_data.npy(IMAGES.astype(float) * 9 - 400), "from 0 to 1 or from 0 to 255"),
    "no square": (own_data.npy(IMAGES.reshape(60, 64)[:, :60]), "no square"),
    "shape": (own_data.npy(IMAGES.reshape(2, 30, 8, 8)), "1 or 3 channels"),
    "labels": (own_data.npz(images=IMAGES, labels=LABELS[:7]), "one label for each"),
    "sizes": (own_data.npz(x_train=IMAGES, x_test=IMAGES[:, :7]), "8x8, 1x7x8"),
    "idx": (own_data.idx(IMAGES)[:-3], "claims 3,840 bytes"),
    "idx claim": (bytes((0, 0, 8, 3)) + b"\xff" * 12, "claims"),
    "idx labels": (own_data.idx(LABELS.astype(np.uint8)), "labels only"),
    "text in a table": (own_data.kaggle(IMAGES, LABELS).replace(b",255,", b",many,", 1), "'many'"),
    "NaN in a table": (own_data.kaggle(IMAGES, LABELS).replace(b",255,", b",nan,", 1), "nan"),
    "cut table": (own_data.kaggle(IMAGES, LABELS)[:-20], "cells"),
    "spreadsheet": (packed({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "a spreadsheet of Excel"),
    "zip in a zip": (packed({"a.zip": packed({"1.png": saved(Image.new("L", (9, 9)))})}), "archive 'a.zip'"),
    "PyTorch": (packed({"model/data.pkl": b"\x80\x02"}), "a file of PyTorch"),
    "one picture": (saved(Image.new("L", (9, 9))), "one PNG picture"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
    "large pictures": (packed({f"{i}.png": claims(60_000, 60_000) for i in range(3)}), "cannot be read"),
    "PDF": (b"%PDF-1.4 and so on", "a PDF document"),
    "prices": (b"name,price\napple,3\npear,4\n", "a table with the columns name,price"),
    "JSON": (b'{"epochs": 50}', "JSON"),
    "empty": (b"", "is empty"),
    "noise": (bytes(range(256)) * 40, "no form of images"),
    "braces": (b"int a[2][3] = {{1,2,3},{4,5", "never closed"),
    "ragged": (b"int a[2][3] = {{1,2,3},{4,5}};", "has 2 numbers and the first 3"),
    "ragged drawing": (b"#.#\n###\n#.#\n\n#.#\n##\n#.#\n", "line 6 has 2 pixels"),
    "heights": (b"#.#\n###\n#.#\n\n#.#\n###\n", "2 rows and the first 3"),
}


@pytest.mark.parametrize("form", BAD)
def test_bad_input_gets_one_sentence_and_nothing_is_kept(
    form: str, home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    content, says = BAD[form]
    (tmp_path / "mine.bin").write_bytes(content)
    request.addfinalizer(tracemalloc.stop)
    tracemalloc.start()
    for given in ([("mine.bin", content)], tmp_path / "mine.bin"):
        with pytest.raises(LabError) as caught:
            datasets.read(given)
        assert says in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400
        if form != "zip in a zip" and "ZIP" in str(caught.value):
            assert form in ("one picture", "HEIC", "large pictures")
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    assert not home.exists(), "nothing is written"


def test_an_array_of_a_notebook_is_kept_and_loads() -> None:
    for side in (7, 20, 24, 64):
        images = np.random.default_rng(1).integers(0, 256, (30, side, side), np.uint8)
        name = datasets.keep(images, [i % 3 for i in range(30)], name="my faces")
        described = datasets.spec(name)
        assert (described.shape, described.classes, described.splits.train) == ((1, side, side), 3, 18)
        assert described.title.startswith("my faces: 30 images")
        kept = datasets.load(name)
        assert sorted(map(bytes, kept.pixels.numpy())) == sorted(map(bytes, images))
        assert datasets.keep(images, [i % 3 for i in range(30)], name="my faces") == name
        assert datasets.load(datasets.keep(images[:3] / 255)).pixels.shape == (3, 1, side, side)
    assert datasets.spec(datasets.keep(np.zeros((5, 100, 90, 3)) + 0.5)).shape == (3, 32, 32)
    for images, labels in (([[1, 2], [3]], None), (IMAGES, LABELS[:5]), (IMAGES[0], None), (IMAGES[:1], None)):
        with pytest.raises(LabError):
            datasets.keep(images, labels)


def test_inverted_is_the_other_way_round_and_the_histogram_counts_every_number() -> None:
    found = datasets.read(own_data.npy(IMAGES))
    assert np.array_equal(found.inverted().pixels, 255 - found.pixels)
    assert sum(found.histogram()) == IMAGES.size
    assert found.histogram()[0] == int((IMAGES < 8).sum())


def test_what_the_command_keeps_is_printed_and_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "font.h").write_bytes(TABLES["hexadecimal"])
    (tmp_path / "digits.csv").write_bytes(own_data.kaggle(IMAGES, LABELS))
    for name, kind in (("font.h", "glyphs"), ("digits.csv", "images")):
        assert main(["datasets", "--add", str(tmp_path / name), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert list(said) == ["name", "kind", "images", "shape", "classes", "parts", "skipped"]
        assert said["kind"] == kind
        values = [f"dataset={said['name']}", "epochs=2", "early_stop.kind=none", "snapshots="]
        assert main(["train", "font-best", "--json", *(word for value in values for word in ("--set", value))]) == 0
        assert json.loads(capsys.readouterr().out)["epochs"] == 2


def test_the_documents_say_what_is_taken() -> None:
    text = bundled("README.md").read_text(encoding="utf-8")
    assert text.partition("writes this -->\n")[2].partition("\n<!-- /forms")[0] == forms.table()


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"HANDED CASES MISSING: {SHARED} is not there")
def test_the_handed_cases_are_right(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SHARED / "cases" / "make.py"), str(tmp_path)], check=True, timeout=120)
    font = own_data.FONT.pixels.numpy()
    for path in sorted((tmp_path / "tables").iterdir()):
        found = datasets.read(path)
        assert (found.kind, found.images, found.shape) == ("glyphs", 32, (1, 7, 5)), path.name
        assert np.array_equal(found.pixels, font), path.name
        if path.name != "font.h" and "blocks" not in path.name:
            assert found.names == own_data.FONT.names, path.name
    for path in sorted((tmp_path / "arrays").iterdir()):
        found = datasets.read(path)
        assert (found.kind, found.images, found.shape) == ("images", 200, (1, 28, 28)), path.name
        assert found.classes == (1 if path.suffix == ".npy" else 10), path.name
        assert (found.parts == {"train": 150, "test": 50}) == (path.name == "keras_mnist.npz")
    counts = {"mixed": 50, "twelve": 12, "tiny_imagenet": 60}
    for path in sorted((tmp_path / "pictures").iterdir()):
        found = datasets.read(path)
        assert (found.kind, found.images, found.skipped) == ("images", counts.get(path.name, 30), ()), path.name
        assert found.memorised == (path.name == "twelve")
        if path.name == "tiny_imagenet":
            assert found.classes == len(list((path / "train").iterdir()))


def test_folders_of_defects_keep_their_parts_and_their_masks_are_left_out(tmp_path: Path) -> None:
    found = datasets.read(own_data.defects(tmp_path / "bottle"))
    assert found.class_names == ("good", "hole", "scratch")
    assert found.given == Splits(24, 0, 18)
    assert found.images == 42, "masks are no pictures"
    assert len(found.skipped) == 12
    assert {one.why for one in found.skipped} == {"a mask of a defect, not a picture"}
    name = datasets.keep_found(found, "bottle")
    assert datasets.trainable_classes(name) == (0,)
    assert datasets.known_classes(datasets.spec(name)) == (0,)


def test_masks_alone_are_pictures(tmp_path: Path) -> None:
    own_data.defects(tmp_path)
    assert datasets.read(tmp_path / "ground_truth").images == 12


def _curves(values: np.ndarray, labels: np.ndarray) -> bytes:
    lines = [
        ",".join([str(label), *(f"{value:.4f}" for value in row)]) for row, label in zip(values, labels, strict=True)
    ]
    return "\n".join(["class," + ",".join(f"t{i}" for i in range(values.shape[1])), *lines]).encode()


def test_lines_that_fill_no_square_are_curves(tmp_path: Path) -> None:
    values = np.sin(np.linspace(0, 9, 50) + np.arange(30)[:, None]) * 3 - 1
    file = tmp_path / "beats.csv"
    file.write_bytes(_curves(values, np.arange(30) % 2))
    found = datasets.read(file)
    assert found.shape == (1, 1, 50)
    assert found.class_names == ("0", "1")
    assert any("read as curves" in str(note) for note in found.notes)
    expected = (values - values.min()) / (values.max() - values.min())
    assert found.pixels[:, 0, 0] / 255 == pytest.approx(expected, abs=0.003)
    described = datasets.spec(datasets.keep_found(found, "beats"))
    assert described.signal
    assert datasets.load(described).pixels.shape == (30, 1, 1, 50)


@pytest.mark.parametrize(("size", "shape"), [("5x10", (1, 5, 10)), (None, (1, 1, 50))])
def test_a_size_says_that_lines_are_images(size: str | None, shape: tuple[int, ...], tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(_curves(np.random.default_rng(0).random((30, 50)), np.arange(30) % 2))
    height, width = (int(side) for side in (size or "0x0").split("x"))
    assert datasets.read(file, Options(size=(height, width) if size else None)).shape == shape


def test_equal_curves_are_flat_and_squares_are_still_images(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(_curves(np.ones((20, 40)), np.arange(20) % 2))
    assert datasets.read(file).pixels.max() == 0
    file.write_bytes(_curves(np.ones((20, 64)), np.arange(20) % 2))
    assert datasets.read(file).shape == (1, 8, 8)
