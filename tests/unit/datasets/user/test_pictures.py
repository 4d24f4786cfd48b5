"""Pictures of one's own, good and hostile."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import ImageSet
from aelib.datasets.user import pictures
from tests.support.pictures import claims, half, saved


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (saved(Image.new("L", (1, 1))), "1x1"),
        (claims(60_000, 60_000), "50,000,000"),
        (claims(9000, 9000), "9,000x9,000"),
        (claims(3000, 3000), "damaged"),
        (b"hello, I am a text file", "not a picture"),
        (b"", "not a picture"),
        (saved(Image.effect_noise((40, 40), 90))[:900], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "not a picture"),
        (b"x" * (pictures.MAX_BYTES + 1), "bytes"),
    ],
)
def test_a_hostile_picture_is_refused_in_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=says) as caught:
        pictures.read(content, "me.png", 20, colour=False)
    assert str(caught.value).startswith("me.png ")
    assert "\n" not in str(caught.value)


def _claiming(side: int, of: int = 64) -> bytes:
    """A HEIC picture of some pixels a side whose header says another number."""
    content = bytearray(saved(Image.new("RGB", (of, of), (200, 10, 10)), "HEIF"))
    at = content.index(b"ispe") + 8
    content[at : at + 8] = struct.pack(">II", side, side)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_claiming(60_000), "give at most 50,000,000 pixels"),
        (_claiming(6000), "6,000x6,000 pixels: give at most 26,000,000"),
        (_claiming(16, of=2000), "damaged"),
    ],
)
def test_a_phones_picture_that_claims_another_size_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=says) as caught:
        pictures.read(content, "me.heic", 20, colour=True)
    assert "\n" not in str(caught.value)


def test_a_phones_picture_is_read_the_way_up_that_the_phone_held_it() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    content = saved(half("RGB", (0, 0, 0), (255, 255, 255), 64), "HEIF", quality=95, exif=turned.tobytes())
    pixels = pictures.read(content, "me.heic", 20, colour=False)[0]
    assert pixels[:8].float().mean() < 10 < 245 < pixels[12:].float().mean()


SIXTEEN = Image.fromarray((np.tile(np.array([0] * 20 + [65535] * 20), (40, 1))).astype(np.uint16))


@pytest.mark.parametrize(
    ("content", "left", "right"),
    [
        (saved(half("L", 0, 255)), 0, 255),
        *((saved(half("L", 0, 255), kind), 0, 255) for kind in ("WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")),
        (saved(half("F", 0.0, 1.0), "TIFF"), 0, 255),
        (saved(half("RGB", "black", "white"), "JPEG", quality=95), 0, 255),
        (saved(half("CMYK", (0, 0, 0, 255), (0, 0, 0, 0)), "JPEG", quality=95), 0, 255),
        (saved(SIXTEEN), 0, 255),
        (saved(Image.fromarray(np.full((40, 40), 32_896, np.uint16))), 128, 128),
        (saved(half("RGBA", (0, 0, 0, 255), (0, 0, 0, 0))), 0, 255),  # what is transparent is white
        (saved(half("LA", (0, 255), (0, 128))), 0, 127),
        (saved(SIXTEEN, transparency=0), 255, 255),  # the black half is transparent
        (saved(half("1", 0, 1)), 0, 255),
        (saved(half("L", 0, 255).convert("P")), 0, 255),
    ],
    ids=[
        "grey",
        "WebP",
        "GIF",
        "BMP",
        "TIFF",
        "PGM",
        "AVIF",
        "TIFF of floats",
        "JPEG",
        "CMYK",
        "16 bit",
        "16 bit, middle",
        "transparent",
        "half",
        "16 bit, transparent",
        "1 bit",
        "palette",
    ],
)
@pytest.mark.parametrize("side", pictures.SIDES)
def test_every_kind_of_picture_is_read_as_it_looks(content: bytes, left: int, right: int, side: int) -> None:
    grey = pictures.read(content, "me", side, colour=False)
    colour = pictures.read(content, "me", side, colour=True)
    assert grey.shape == (1, side, side)
    assert colour.shape == (3, side, side)
    for picture in (grey, colour):
        assert picture.dtype == torch.uint8
        assert int(picture[0, side // 2, 2]) == pytest.approx(left, abs=6)
        assert int(picture[0, side // 2, -3]) == pytest.approx(right, abs=6)


def test_the_middle_is_cut_out_and_a_camera_on_its_side_is_turned() -> None:
    wide = Image.new("RGB", (300, 100), "white")
    wide.paste("black", (100, 0, 200, 100))
    assert int(pictures.read(saved(wide), "a", 20, colour=False).max()) < 30
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    upside = pictures.read(saved(half("RGB", "black", "white"), "JPEG", exif=exif, quality=95), "a", 20, False)
    assert int(upside[0, 10, 2]) > 240 > int(upside[0, 10, -3])


def test_a_large_photograph_is_read_in_a_moment() -> None:
    content = saved(Image.new("RGB", (7000, 7000), "white"), "JPEG")
    assert int(pictures.read(content, "a", 32, colour=True).min()) > 250


def test_an_animated_png_is_its_first_picture() -> None:
    content = saved(half("L", 0, 255), "PNG", save_all=True, append_images=[half("L", 255, 0)])
    assert int(pictures.read(content, "a", 20, colour=False)[0, 10, 2]) < 10


def _set(count: int = 3, **changes: object) -> ImageSet:
    pixels = torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(-1, 1, 20, 20).contiguous()
    return ImageSet(pixels, tuple(f"p{i}" for i in range(count)), torch.arange(count))


def test_pictures_are_kept_by_content_and_travel() -> None:
    name = pictures.save(_set())
    assert pictures.save(_set()) == name != pictures.save(_set(4))
    images = datasets.load(name)
    assert torch.equal(images.pixels, _set().pixels)
    assert images.names == ("p0", "p1", "p2")
    described = datasets.spec(name)
    assert (described.memorised, described.light, described.shape) == (True, True, (1, 20, 20))
    assert name in [one.name for one in datasets.available()]
    content = datasets.content_of(name)
    assert content is not None
    datasets.save_content(name, content)
    assert datasets.content_of("emoji20x20") is None


@pytest.mark.parametrize("count", [0, 1, 65])
def test_too_few_and_too_many_pictures_are_refused(count: int) -> None:
    with pytest.raises(LabError, match="2 to 64"):
        pictures.save(_set(count))


def _travelling(names: object) -> bytes:
    """A file as `keep` writes it, with any names."""
    words = torch.tensor(list(json.dumps(names).encode()), dtype=torch.uint8)
    return save({"pixels": torch.zeros(2, 1, 20, 20, dtype=torch.uint8), "names": words})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04.",
        b"\xff" * 100,
        b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ",
        _travelling([[], []]),
        _travelling({"a": 1, "b": 2}),
        _travelling(["a", "a"]),
        _travelling(["a", "b" * 99]),
        _travelling(["a"]),
    ],
)
def test_what_travels_is_checked(content: bytes, home: Path) -> None:
    with pytest.raises(LabError):
        datasets.save_content("pictures-0123456789ab", content)
    assert not list((home / "datasets").glob("*"))


def test_names_come_from_files_and_are_all_different() -> None:
    names = pictures.names_of(["a/b/me.png", "me.jpg", "me.jpeg", ".png", "x" * 99, "<script>\n.png"])
    assert len(set(names)) == 6
    assert all(0 < len(name) <= pictures.MAX_NAME for name in names)
    assert names[:3] == ["me", "me 2", "me 3"]


@pytest.mark.parametrize(
    ("kind", "moves"), [("GIF", True), ("WEBP", True), ("TIFF", True), ("GIF", False), ("PNG", False)]
)
def test_that_only_the_first_of_several_is_taken_is_said(tmp_path: Path, kind: str, moves: bool) -> None:
    frames = [Image.new("L", (16, 16), value) for value in (30, 90, 200)]
    for i in range(3):
        more = {"save_all": True, "append_images": frames[1:]} if moves else {}
        frames[0].save(tmp_path / f"{i}.{kind.lower()}", kind, **more)
    found = datasets.read(tmp_path)
    assert any("the first of each was taken" in str(note) for note in found.notes) == moves
    assert 27 < found.pixels.mean() < 33, "the first"
