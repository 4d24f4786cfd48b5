"""Emoji, digits, MNIST, downloads, and a person's own pictures, good and hostile."""

import gzip
import hashlib
import json
import math
import struct
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import ImageSet, catalog, files, idx
from aelib.datasets.bundled import emoji
from aelib.datasets.files import RemoteFile
from aelib.datasets.user import pictures
from tests.support.pictures import claims, half, saved


@pytest.mark.parametrize(("base", "channels", "side"), [(emoji.GREY, 1, 20), (emoji.COLOUR, 3, 32)])
def test_emoji_are_eight_and_more_to_choose_from(base: str, channels: int, side: int) -> None:
    every = emoji.palette(base)
    assert len(every) >= 8 + 24
    assert every.pixels.shape[1:] == (channels, side, side)
    assert len({pixels.numpy().tobytes() for pixels in every.pixels}) == len(every)
    assert datasets.load(base).names == every.names[:8]
    assert every.names[0] == "grinning"
    corners = every.pixels[:8, :, 0, 0]
    assert int(corners.min()) > 250, "the background is white"


def test_a_choice_of_emoji_is_in_the_name_of_the_set() -> None:
    name = emoji.name_of(emoji.GREY, [39, 0, 12])
    chosen = datasets.load(name)
    assert chosen.names == tuple(emoji.palette(emoji.GREY).names[i] for i in (0, 12, 39))
    assert emoji.numbers(name) == [0, 12, 39]
    assert emoji.name_of(emoji.COLOUR, range(8)) == emoji.COLOUR
    assert datasets.spec(name).splits == (3, 0, 0)


def test_digits_are_split_so_that_both_parts_have_all_of_them() -> None:
    train, judged = datasets.training_set("digits8x8"), datasets.test_set("digits8x8")
    assert (len(train), len(judged)) == (1437, 360)
    for part in (train, judged):
        counts = torch.bincount(part.labels, minlength=10)
        assert int(counts.min()) > 0.07 * len(part)
    assert int(train.pixels.max()) == 255
    both = {pixels.numpy().tobytes() for pixels in train.pixels} & {p.numpy().tobytes() for p in judged.pixels}
    assert not both


def test_mnist_is_the_original(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(real_data))
    assert datasets.spec("mnist").missing() is None
    images = datasets.load("mnist")
    assert images.pixels.shape == (70_000, 1, 28, 28)
    assert images.labels[:5].tolist() == [5, 0, 4, 1, 9]  # as in the file's description
    assert images.labels[60_000:60_003].tolist() == [7, 2, 1]
    assert len(datasets.evaluation_set("mnist")) == 1000
    assert set(datasets.evaluation_set("mnist").labels.tolist()) == set(range(10))


def test_where_mnist_is_not_there_one_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    catalog._load.cache_clear()
    missing = datasets.spec("mnist").missing()
    assert missing is not None
    assert "datasets --get mnist" in missing
    assert str(tmp_path / "mnist") in missing
    with pytest.raises(LabError, match="train-images-idx3-ubyte"):
        datasets.load("mnist")


def _idx(shape: tuple[int, ...], pixels: bytes) -> bytes:
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + pixels


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an IDX file at all, but long enough to have a header",
        _idx((2, 3), bytes(5)),  # truncated
        _idx((2, 3), bytes(7)),
        _idx((3, 2), bytes(6)),  # another file
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file_that_is_another_is_refused(content: bytes, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(LabError, match="replace it"):
        idx.read(path, (2, 3))
    path.write_bytes(gzip.compress(_idx((2, 3), bytes(range(6)))) if packed else _idx((2, 3), bytes(range(6))))
    assert idx.read(path, (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_packed_file_that_is_cut_or_grows_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(_idx((2, 3), bytes(6)))[:-9])
    with pytest.raises(LabError):
        idx.read(path, (2, 3))
    path.write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(LabError):
        idx.read(path, (2, 3))


def test_another_set_in_mnists_clothes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fashion-MNIST has files of the same names and shapes."""
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    for name, shape in (("train-images-idx3-ubyte", (60_000, 28, 28)), ("t10k-images-idx3-ubyte", (10_000, 28, 28))):
        (tmp_path / name).write_bytes(_idx(shape, bytes(math.prod(shape))))
    for name, count in (("train-labels-idx1-ubyte", 60_000), ("t10k-labels-idx1-ubyte", 10_000)):
        (tmp_path / name).write_bytes(_idx((count,), bytes(count)))
    catalog._load.cache_clear()
    with pytest.raises(LabError, match="is not MNIST's"):
        datasets.load("mnist")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and its address on an HTTP server of this machine."""
    folder = tmp_path / "shop"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_download_is_checked_reported_and_found_afterwards(shop: tuple[Path, str]) -> None:
    folder, address = shop
    content = bytes(300_000)
    (folder / "a.gz").write_bytes(content)
    good = RemoteFile("a.gz", address + "a.gz", len(content), hashlib.sha256(content).hexdigest())
    told: list[tuple[str, int, int]] = []
    assert files.missing("things", [good]) is not None
    files.get("things", [good], lambda *step: told.append(step))
    assert files.missing("things", [good]) is None
    assert told[-1] == ("a.gz", 300_000, 300_000)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    (folder / "a.gz").unlink()
    files.get("things", [good])  # it is here: nothing is asked for


@pytest.mark.parametrize("kind", ["other content", "not there"])
def test_a_download_that_is_wrong_leaves_nothing_behind(kind: str, shop: tuple[Path, str], home: Path) -> None:
    folder, address = shop
    if kind == "other content":
        (folder / "a.gz").write_bytes(b"something else")
    file = RemoteFile("a.gz", address + "a.gz", 10, hashlib.sha256(b"right").hexdigest())
    with pytest.raises(LabError, match="could not be downloaded") as caught:
        files.get("things", [file])
    assert "\n" not in str(caught.value)
    assert files.find("things", "a.gz") is None
    assert not [path for path in (home / "downloads").rglob("*") if path.is_file()]


# --- pictures of one's own ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (saved(Image.new("L", (1, 1))), "1x1"),
        (claims(60_000, 60_000), "50,000,000"),
        (claims(9000, 9000), "9,000x9,000"),
        (claims(3000, 3000), "damaged"),
        (b"hello, I am a text file", "not a PNG or JPEG"),
        (b"", "not a PNG or JPEG"),
        (
            saved(half("L", 0, 255), "GIF", save_all=True, append_images=[half("L", 255, 0)]),
            "not a PNG or JPEG",
        ),
        (saved(Image.effect_noise((40, 40), 90))[:900], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "not a PNG or JPEG"),
        (b"x" * (pictures.MAX_BYTES + 1), "bytes"),
    ],
)
def test_a_hostile_picture_is_refused_in_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=says) as caught:
        pictures.read(content, "me.png", 20, colour=False)
    assert str(caught.value).startswith("me.png ")
    assert "\n" not in str(caught.value)


SIXTEEN = Image.fromarray((np.tile(np.array([0] * 20 + [65535] * 20), (40, 1))).astype(np.uint16))


@pytest.mark.parametrize(
    ("content", "left", "right"),
    [
        (saved(half("L", 0, 255)), 0, 255),
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
