"""Many pictures of one's own: archives and folders, good and hostile."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import Found, Options
from aelib.datasets.user import collection, storage
from aelib.datasets.user.readers import archives, photographs
from tests.support.pictures import packed, picture, pictures


def _read(content: bytes, side: int = 32, colour: bool = True) -> Found:
    return datasets.read([("mine.zip", content)], Options(side, colour))


@pytest.mark.parametrize("side", [8, 28, 64])
@pytest.mark.parametrize("colour", [True, False])
def test_an_archive_becomes_a_data_set(side: int, colour: bool) -> None:
    others = {"__MACOSX/cats/._1.png": b"x", "README.txt": b"hello", ".hidden.png": b"x"}
    found = _read(packed(pictures(70) | others), side, colour)
    assert {one.file for one in found.skipped} == others.keys()
    name = datasets.keep_found(found)
    described, loaded = datasets.spec(name), datasets.load(name)
    assert described.shape == (3 if colour else 1, side, side)
    assert described.splits == (42, 18, 10)
    assert (described.classes, described.light) == (2, True)
    assert sorted(map(bytes, loaded.pixels.numpy())) == sorted(map(bytes, found.pixels))
    assert loaded.labels.tolist() != sorted(loaded.labels.tolist())
    assert {one.split(" ")[0] for one in loaded.names} == {"cats", "dogs"}
    if colour:  # each has the class of the folder that it was in: the middle number of its colour says which it was
        assert [("cats" if int(p[1, 0, 0]) % 3 else "dogs") for p in loaded.pixels] == [
            n.split()[0] for n in loaded.names
        ]
    assert name in [one.name for one in datasets.available()]


def test_a_collection_travels_and_has_one_name() -> None:
    name = datasets.keep_found(_read(packed(pictures(30)), 28, False))
    content = datasets.content_of(name)
    assert content is not None
    (Path(storage.folder()) / f"{name}.safetensors").unlink()
    datasets.save_content(name, content)
    assert datasets.content_of(name) == content
    assert datasets.keep_found(_read(packed(pictures(31)), 28, False)) != name


def test_pictures_of_one_folder_or_of_very_many_are_one_class() -> None:
    flat = {f"{i}.jpg": picture(i, "JPEG") for i in range(25)}
    many = {f"{i}/a.png": picture(i) for i in range(110)}
    for entries in (flat, many):
        images = datasets.load(datasets.keep_found(_read(packed(entries))))
        assert set(images.labels.tolist()) == {0}
        assert len(set(images.names)) == len(entries)


def test_a_few_pictures_that_cannot_be_read_are_left_out_and_told() -> None:
    small = io.BytesIO()
    Image.new("L", (1, 1)).save(small, "PNG")
    bad = {"cats/bad.png": b"no picture", "cats/small.png": small.getvalue(), "cats/film.gif": b"GIF89a"}
    found = _read(packed(pictures(57) | bad))
    assert found.images == 57
    assert sorted(one.file for one in found.skipped) == ["cats/bad.png", "cats/film.gif", "cats/small.png"]


def _link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in pictures(30).items():
            archive.writestr(name, content)
        link = zipfile.ZipInfo("cats/link.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _locked() -> bytes:
    content = bytearray(packed(pictures(30)))
    content[6] |= 1  # the flag in the first entry, and in the list of entries
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and no more", "cut off or damaged"),
        (packed(pictures(30))[:-40], "cut off or damaged"),
        (packed({}), "has no images"),
        (packed(pictures(1)), "one picture:"),
        (packed(pictures(30) | {"../../etc/cron.d/a.png": picture(1)}), "leads out"),
        (packed(pictures(30) | {"/etc/a.png": picture(1)}), "leads out"),
        (packed(pictures(30) | {"C:\\windows\\a.png": picture(1)}), "leads out"),
        (packed(pictures(30) | {"..\\..\\a.png": picture(1)}), "leads out"),
        (_link(), "the link"),
        (_locked(), "password"),
        (packed(pictures(30) | {"more.zip": packed(pictures(30))}), "archive 'more.zip'"),
        (packed(pictures(30) | {"cats/bomb.png": bytes(30_000_000)}, zipfile.ZIP_DEFLATED), "grows to 30,000,000"),
        (packed(pictures(10) | {f"bad{i}.png": picture(1)[:60] for i in range(11)}), "More than half"),
    ],
    ids=[
        "empty",
        "start",
        "cut",
        "nothing",
        "few",
        "dots",
        "absolute",
        "drive",
        "backslash",
        "link",
        "locked",
        "nested",
        "bomb",
        "unreadable",
    ],
)
def test_a_hostile_archive_is_refused_in_one_sentence(content: bytes, says: str, home: Path) -> None:
    with pytest.raises(LabError) as caught:
        _read(content, 32, True)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert not home.exists(), "nothing is written"


def test_an_archive_that_says_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(pictures(30))
    monkeypatch.setattr(archives, "MAX_TOTAL", 2000)
    with pytest.raises(LabError, match="unpacks to more than 2,000"):
        _read(content)


def test_more_than_twenty_thousand_pictures_are_refused() -> None:
    content = packed({f"{i}.png": b"P5 1 1 255 a" for i in range(20_001)})
    with pytest.raises(LabError, match="20,001 pictures"):
        _read(content, 32, True)


def test_an_entry_whose_bytes_were_changed_is_unreadable_and_no_more() -> None:
    content = bytearray(packed(pictures(40)))
    content[content.index(b"IDAT") + 6] ^= 0xFF
    found = _read(bytes(content))
    assert (found.images, len(found.skipped)) == (39, 1)


def _travelling(**changes: torch.Tensor) -> bytes:
    names = torch.tensor(list(json.dumps([f"a {i}" for i in range(20)]).encode()), dtype=torch.uint8)
    tensors = {
        "pixels": torch.zeros(20, 1, 28, 28, dtype=torch.uint8),
        "labels": torch.zeros(20).long(),
        "names": names,
    }
    return save(tensors | changes)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04N.",
        _travelling(labels=torch.full((20,), -1)),
        _travelling(labels=torch.full((20,), 1000)),
        _travelling(labels=torch.zeros(20)),
        _travelling(labels=torch.zeros(19).long()),
        _travelling(pixels=torch.zeros(20, 1, 28, 28)),
        _travelling(pixels=torch.zeros(20, 2, 28, 28, dtype=torch.uint8)),
        _travelling(pixels=torch.zeros(20, 1, 29, 65, dtype=torch.uint8)),
        _travelling(about=torch.tensor(list(b'{"splits": [20, 0, 0]}'), dtype=torch.uint8)),
        _travelling(about=torch.tensor(list(b'{"splits": [10, 0, 11]}'), dtype=torch.uint8)),
        _travelling(about=torch.tensor(list(b'{"more": 1}'), dtype=torch.uint8)),
        _travelling(pixels=torch.zeros(21, 1, 28, 28, dtype=torch.uint8)),
        _travelling(names=torch.tensor(list(b'["a"]'), dtype=torch.uint8)),
    ],
)
def test_a_collection_that_travels_is_checked(content: bytes, home: Path) -> None:
    with pytest.raises(LabError):
        datasets.save_content("collection-0123456789ab", content)
    assert not list((home / "datasets").glob("*"))


def test_a_kept_collection_that_is_damaged_does_not_hide_the_others() -> None:
    collection.save_content(_travelling())
    (storage.folder() / "collection-0123456789ab.safetensors").write_bytes(b"damaged")
    assert len(datasets.available()) == len(datasets.SETS) + 1
    with pytest.raises(LabError):
        datasets.spec("collection-0123456789ab")
    for name in ("collection-ffffffffffff", "collection-../../etc/passwd"):
        with pytest.raises(LabError):
            datasets.spec(name)


def test_pictures_that_are_small_files_and_many_pixels_are_refused_before_they_are_all_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(photographs, "MAX_PIXELS", 25 * 40 * 30)
    assert _read(packed(pictures(25)), 28).images == 25
    with pytest.raises(LabError, match="more than 30,000 pixels"):
        _read(packed(pictures(26)), 28, True)


def test_an_archive_of_very_many_entries_is_refused_before_its_list_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 30)
    others = {f"{i}.txt": b"" for i in range(11)}
    _read(packed(pictures(20)), 28, True)
    with pytest.raises(LabError, match="more than 30 entries"):
        _read(packed(pictures(20) | others), 28, True)
