"""Classes of pictures that files' names, or a table beside the pictures, say."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aelib import datasets
from aelib.datasets import Options
from tests.support import own_data
from tests.support.pictures import packed, saved

COUNT = 40
ANIMALS = ("cat", "dog")
NAMES = [f"{i}.png" for i in range(COUNT)]


def _read(tmp_path: Path, names: list[str], **others: str) -> datasets.Found:
    own_data.folder(tmp_path, "PNG", names)
    for name, text in others.items():
        (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return datasets.read(tmp_path, Options(side=8))


def _table(line: str, header: str = "", end: str = "\n") -> str:
    lines = [line.format(i=i, label=ANIMALS[i % 2], other=1 - i % 2, one=i % 2) for i in range(COUNT)]
    return end.join([header, *lines] if header else lines)


@pytest.mark.parametrize(
    ("folder", "name", "text"),
    [
        ("", "labels__csv", _table("{i}.png,{label}", "filename,label")),
        ("train/", "trainLabels__csv", _table("{i},{label}", "id,breed")),
        ("img/", "labels__txt", _table("{i}.png {label}")),
        ("", "annotations__tsv", _table("{i}.png\t{label}", end="\r\n")),
        ("", "GT__csv", _table("{i}.png;16;16;{label}", "Filename;Width;Height;ClassId")),
        ("", "truth__csv", _table("{i}.png,{other},{one}", "image,cat,dog")),
        ("", "labels__json", json.dumps({name: ANIMALS[i % 2] for i, name in enumerate(NAMES)})),
        ("", "all__json", json.dumps([{"file": f"./{name}", "y": ANIMALS[i % 2]} for i, name in enumerate(NAMES)])),
    ],
)
def test_a_table_beside_pictures_says_their_classes(tmp_path: Path, folder: str, name: str, text: str) -> None:
    found = _read(tmp_path, [f"{folder}{each}" for each in NAMES], **{name: text})
    assert (found.images, found.class_names, found.skipped) == (COUNT, ANIMALS, ())
    assert found.labels is not None
    assert found.labels.tolist() == [i % 2 for i in range(COUNT)], "2.png is before 10.png"
    assert any("a table beside" in str(note) for note in found.notes)


def test_a_table_in_an_archive_says_parts_too() -> None:
    lines = [f"images/{i}.png,{'ab'[i % 2]},{'train' if i < 30 else 'test'}" for i in range(COUNT)]
    table = "\n".join(["path,label,split", *lines])
    pictures = {f"d/images/{i}.png": saved(Image.fromarray(own_data.digits(COUNT)[0][i])) for i in range(COUNT)}
    found = datasets.read(packed(pictures | {"d/data.csv": table.encode()}), Options(side=8))
    assert (found.class_names, found.parts) == (("a", "b"), {"train": 30, "test": 10})


def test_a_picture_that_a_table_does_not_name_is_left_out_and_told(tmp_path: Path) -> None:
    table = _table("{i}.png,{label}", "file,label").rpartition("\n")[0]
    found = _read(tmp_path, NAMES, labels__csv=table)
    assert found.images == COUNT - 1
    assert [(one.file, one.why) for one in found.skipped] == [(f"{COUNT - 1}.png", "not in labels.csv")]


@pytest.mark.parametrize("text", ["some words about\nthese pictures", "a,b\n1,2\n3,4", '{"a": {"b": 1}}', "[[[", "\0"])
def test_what_names_no_pictures_is_left_out_and_told(tmp_path: Path, text: str) -> None:
    found = _read(tmp_path, NAMES, notes__txt=text)
    assert (found.images, found.classes) == (COUNT, 1)
    assert [one.file for one in found.skipped] == ["notes.txt"]


def test_folders_say_more_than_a_table(tmp_path: Path) -> None:
    names = [f"{'xy'[i % 2]}/{i}.png" for i in range(COUNT)]
    assert _read(tmp_path, names, labels__csv=_table("{i}.png,{label}")).class_names == ("x", "y")


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("{klass}_{i}.png", 4),
        ("{i:05d}-num{klass}.png", 4),
        ("{word} ({i}).png", 2),
        ("{word}_{i:03d}.png", 2),
        ("20230101_{i}.png", 1),
        ("photo {i}.png", 1),
    ],
)
def test_classes_in_the_names_of_files(tmp_path: Path, name: str, classes: int) -> None:
    found = _read(tmp_path, [name.format(klass=i % 4, i=i, word=ANIMALS[i % 2]) for i in range(COUNT)])
    assert found.classes == classes
    assert any("files' names" in str(note) for note in found.notes) == (classes > 1)


@pytest.mark.parametrize("words", [("entrenamiento", "validación", "prueba"), ("treino", "validação", "teste")])
def test_parts_are_understood_in_the_languages_of_the_app(tmp_path: Path, words: tuple[str, ...]) -> None:
    found = _read(tmp_path, [f"{words[i % 3]}/{'ab'[i // 3 % 2]}/{i}.png" for i in range(COUNT)])
    assert (found.class_names, found.parts) == (("a", "b"), {"train": 14, "valid": 13, "test": 13})


def test_small_sets_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    assert _read(tmp_path, NAMES[:12]).names == tuple(str(i) for i in range(12))


def _deep(factor: int, kind: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(own_data.digits(1)[0][0].astype(np.uint16) * factor).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_twelve_bits_in_sixteen_are_as_light_as_eight(kind: str) -> None:
    eight = saved(Image.fromarray(own_data.digits(1)[0][0]))
    options = Options(side=8, colour=False)
    found = datasets.read([("a", eight), ("b", _deep(16, kind))], options)
    assert np.abs(found.pixels[0].astype(int) - found.pixels[1]).max() <= 1
    assert any("0 to 4,095" in str(note) for note in found.notes)
    # a dark one among pictures of 16 bits stays dark
    found = datasets.read([("a", eight), ("b", _deep(16, kind)), ("c", _deep(257, kind))], options)
    assert found.pixels[1].max() <= 16
    assert np.abs(found.pixels[0].astype(int) - found.pixels[2]).max() <= 1
