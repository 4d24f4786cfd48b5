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
from aelib.datasets.user import image_archive, storage
from tests.support.pictures import packed, picture, pictures


@pytest.mark.parametrize("side", image_archive.SIDES)
@pytest.mark.parametrize("colour", [True, False])
def test_an_archive_becomes_a_data_set(side: int, colour: bool) -> None:
    others = {"__MACOSX/cats/._1.png": b"x", "README.txt": b"hello", ".hidden.png": b"x"}
    images, skipped = image_archive.read_zip(packed(pictures(70) | others), "mine.zip", side, colour)
    assert skipped == []
    name = image_archive.save(images)
    described, loaded = datasets.spec(name), datasets.load(name)
    assert described.shape == (3 if colour else 1, side, side)
    assert described.splits == (42, 18, 10)
    assert (described.classes, described.light) == (2, True)
    assert torch.equal(loaded.pixels, images.pixels)
    assert loaded.labels.tolist() == images.labels.tolist() != sorted(images.labels.tolist())
    assert {one.split(" ")[0] for one in loaded.names} == {"cats", "dogs"}
    if colour:  # each has the class of the folder that it was in: the middle number of its colour says which it was
        assert [("cats" if int(p[1, 0, 0]) % 3 else "dogs") for p in loaded.pixels] == [
            n.split()[0] for n in loaded.names
        ]
    assert name in [one.name for one in datasets.available()]


def test_a_collection_travels_and_has_one_name() -> None:
    images, _ = image_archive.read_zip(packed(pictures(30)), "a", 28, colour=False)
    name = image_archive.save(images)
    content = datasets.content_of(name)
    assert content is not None
    (Path(storage.folder()) / f"{name}.safetensors").unlink()
    datasets.save_content(name, content)
    assert datasets.content_of(name) == content
    other, _ = image_archive.read_zip(packed(pictures(31)), "a", 28, colour=False)
    assert image_archive.save(other) != name


def test_pictures_of_one_folder_or_of_very_many_are_one_class() -> None:
    flat = {f"{i}.jpg": picture(i, "JPEG") for i in range(25)}
    many = {f"{i}/a.png": picture(i) for i in range(110)}
    for entries in (flat, many):
        images, _ = image_archive.read_zip(packed(entries), "a", 32, colour=True)
        assert set(images.labels.tolist()) == {0}
        assert len(set(images.names)) == len(entries)


def test_a_few_pictures_that_cannot_be_read_are_left_out_and_told() -> None:
    small = io.BytesIO()
    Image.new("L", (1, 1)).save(small, "PNG")
    bad = {"cats/bad.png": b"no picture", "cats/small.png": small.getvalue(), "cats/film.gif": b"GIF89a"}
    images, skipped = image_archive.read_zip(packed(pictures(57) | bad), "a", 32, colour=True)
    assert len(images) == 57
    assert sorted(skipped) == ["cats/bad.png", "cats/film.gif", "cats/small.png"]


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
        (b"", "not a ZIP"),
        (b"PK\x03\x04 and no more", "not a ZIP"),
        (packed(pictures(30))[:-40], "not a ZIP"),
        (packed({}), "has 0 pictures"),
        (packed(pictures(19)), "has 19 pictures"),
        (packed(pictures(30) | {"../../etc/cron.d/a.png": picture(1)}), "leads out"),
        (packed(pictures(30) | {"/etc/a.png": picture(1)}), "leads out"),
        (packed(pictures(30) | {"C:\\windows\\a.png": picture(1)}), "leads out"),
        (packed(pictures(30) | {"..\\..\\a.png": picture(1)}), "leads out"),
        (_link(), "the link"),
        (_locked(), "password"),
        (packed(pictures(30) | {"more.zip": packed(pictures(30))}), "archive 'more.zip'"),
        (packed(pictures(30) | {"cats/bomb.png": bytes(30_000_000)}, zipfile.ZIP_DEFLATED), "grows to 30,000,000"),
        (packed(pictures(27) | {f"cats/bad{i}.png": b"no" for i in range(3)}), "More than 5%"),
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
        image_archive.read_zip(content, "mine.zip", 32, colour=True)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert not home.exists(), "nothing is written"


def test_an_archive_that_says_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(pictures(30))
    monkeypatch.setattr(image_archive, "MAX_TOTAL", 2000)
    with pytest.raises(LabError, match="unpacks to more than 2,000"):
        image_archive.read_zip(content, "a", 32, colour=True)
    monkeypatch.setattr(image_archive, "MAX_ARCHIVE", 1000)
    with pytest.raises(LabError, match="at most 1,000"):
        image_archive.read_zip(content, "a", 32, colour=True)


def test_more_than_twenty_thousand_pictures_are_refused() -> None:
    content = packed({f"{i}.png": b"" for i in range(20_001)})
    with pytest.raises(LabError, match="too many pictures"):
        image_archive.read_zip(content, "a", 32, colour=True)


def test_an_entry_whose_bytes_were_changed_is_unreadable_and_no_more() -> None:
    content = bytearray(packed(pictures(40)))
    content[content.index(b"IDAT") + 6] ^= 0xFF
    images, skipped = image_archive.read_zip(bytes(content), "a", 32, colour=True)
    assert (len(images), len(skipped)) == (39, 1)


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
        _travelling(labels=torch.full((20,), 100)),
        _travelling(labels=torch.zeros(20)),
        _travelling(labels=torch.zeros(19).long()),
        _travelling(pixels=torch.zeros(20, 1, 28, 28)),
        _travelling(pixels=torch.zeros(20, 2, 28, 28, dtype=torch.uint8)),
        _travelling(pixels=torch.zeros(20, 1, 29, 29, dtype=torch.uint8)),
        _travelling(pixels=torch.zeros(21, 1, 28, 28, dtype=torch.uint8)),
        _travelling(names=torch.tensor(list(b'["a"]'), dtype=torch.uint8)),
    ],
)
def test_a_collection_that_travels_is_checked(content: bytes, home: Path) -> None:
    with pytest.raises(LabError):
        datasets.save_content("collection-0123456789ab", content)
    assert not list((home / "datasets").glob("*"))


def test_a_kept_collection_that_is_damaged_does_not_hide_the_others() -> None:
    image_archive.save_content(_travelling())
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
    monkeypatch.setattr(image_archive, "MAX_PIXELS", 25 * 40 * 30)
    images, _ = image_archive.read_zip(packed(pictures(25)), "a", 28, colour=True)
    assert len(images) == 25
    with pytest.raises(LabError, match="more than 30,000 pixels"):
        image_archive.read_zip(packed(pictures(26)), "a", 28, colour=True)


def test_an_archive_of_very_many_entries_is_refused_before_its_list_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_archive, "MAX_ENTRIES", 30)
    others = {f"{i}.txt": b"" for i in range(11)}
    image_archive.read_zip(packed(pictures(20)), "a", 28, colour=True)
    with pytest.raises(LabError, match="more than 30 entries"):
        image_archive.read_zip(packed(pictures(20) | others), "a", 28, colour=True)
