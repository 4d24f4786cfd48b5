"""Binary files that little or nothing at their beginning tells: fonts of the console, MATLAB 4, CIFAR."""

import gzip
import io
import struct
from typing import Any

import numpy as np
import pytest
import scipy.io

from aelib import datasets
from aelib.core.errors import LabError
from tests.support import own_data
from tests.support.other_programs import cifar, psf1, psf2
from tests.support.pictures import packed, tarred

FONT = own_data.FONT.pixels.numpy()[:, 0] // 255
NAMES = own_data.FONT.names
IMAGES, LABELS = own_data.digits()
COLOUR = np.random.default_rng(0).integers(0, 256, (40, 3, 32, 32), np.uint8)
CLASSES = np.arange(40) % 10
ANIMALS = [f"animal {i}" for i in range(10)]


def _wide() -> np.ndarray:
    """256 glyphs of 16x8, 32 of which are the font."""
    glyphs = np.zeros((256, 16, 8), np.uint8)
    glyphs[0x60:0x80, 4:11, 1:6] = FONT
    return glyphs


@pytest.mark.parametrize("pack", [bytes, lambda content: gzip.compress(content, mtime=0)])
@pytest.mark.parametrize("signs", [False, True])
def test_a_font_of_the_console(pack: Any, signs: bool) -> None:
    found = datasets.read(pack(psf1(_wide(), signs)), name="lat.psf.gz")
    assert (found.kind, found.images, found.shape) == ("glyphs", 256, (1, 16, 8))
    assert np.array_equal(found.pixels[:, 0] // 255, _wide())
    assert found.names is not None
    assert found.names[0x60:0x7F] == tuple(NAMES[:-1])
    assert found.names[0x7F] == "0x7f"
    second = datasets.read(pack(psf2(FONT, NAMES if signs else None)))
    assert (second.images, second.shape) == (32, (1, 7, 5))
    assert np.array_equal(second.pixels[:, 0] // 255, FONT)
    assert second.names is not None
    assert (second.names[1] == "a") == signs


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (psf1(_wide(), False)[:-1], "claims 256 glyphs of 16 bytes and has 4,095"),
        (psf2(FONT, None)[:40], "cut off"),
        (psf2(FONT, None)[:8] + struct.pack("<6I", 32, 0, 1 << 31, 7, 7, 5) + bytes(99), "was cut off"),
        (psf2(np.zeros((2, 40, 40), np.uint8), None), "glyphs of 40x40"),
        (gzip.compress(psf1(_wide(), False) + bytes(5_000_000)), "bytes: give at most"),
    ],
)
def test_a_font_of_the_console_that_is_broken_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=says) as caught:
        datasets.read(content, name="a.psf")
    assert "\n" not in str(caught.value)


def _mat4(**arrays: Any) -> bytes:
    out = io.BytesIO()
    scipy.io.savemat(out, arrays, format="4")
    return out.getvalue()


def _big_endian(name: str, array: np.ndarray) -> bytes:
    head = struct.pack(">5i", 1050, *array.shape, 0, len(name) + 1) + name.encode() + b"\0"
    return head + array.astype("u1").tobytes(order="F")


FLAT = IMAGES.reshape(60, -1)
MATLAB = {
    "doubles": _mat4(X=FLAT.astype(float), y=LABELS[:, None].astype(float)),
    "columns": _mat4(data=FLAT.T.astype(float), labels=LABELS[None].astype(float)),
    "with words": _mat4(about="digits", data=FLAT.astype(np.uint8), labels=LABELS[:, None].astype(np.int32)),
    "big end": _big_endian("X", FLAT) + _big_endian("y", LABELS[:, None]),
}


@pytest.mark.parametrize("form", MATLAB)
def test_arrays_of_matlab_4(form: str) -> None:
    found = datasets.read(MATLAB[form], name="a.mat")
    assert str(found.form) == "a MATLAB file of version 4"
    assert (found.images, found.shape, found.classes) == (60, (1, 8, 8), 10)
    assert np.array_equal(found.pixels[:, 0], IMAGES)
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (MATLAB["doubles"][:-9], "cut off"),
        (MATLAB["doubles"] + b"\1", "cut off"),
        (struct.pack("<5i", 0, 1 << 30, 1 << 30, 0, 2) + b"X\0" + bytes(99), "cut off"),
        (_mat4(s="words"), "without arrays of numbers"),
    ],
)
def test_a_file_of_matlab_4_that_is_broken_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=f"a MATLAB file of version 4.*{says}") as caught:
        datasets.read(content)
    assert "\n" not in str(caught.value)


FOLDER = {
    "cifar/data_batch_1.bin": cifar(COLOUR[:10], CLASSES[:10]),
    "cifar/data_batch_2.bin": cifar(COLOUR[10:30], CLASSES[10:30]),
    "cifar/test_batch.bin": cifar(COLOUR[30:], CLASSES[30:]),
    "cifar/batches.meta.txt": "\n".join([*ANIMALS, "", ""]).encode(),
    "cifar/readme.html": b"<html>",
}


@pytest.mark.parametrize("given", [list(FOLDER.items()), packed(FOLDER), gzip.compress(tarred(FOLDER), mtime=0)])
def test_the_files_of_cifar(given: Any) -> None:
    found = datasets.read(given)
    assert (found.shape, found.parts) == ((3, 32, 32), {"train": 30, "test": 10})
    assert np.array_equal(found.pixels, COLOUR)
    assert found.labels is not None
    assert np.array_equal(found.labels, CLASSES)
    assert found.class_names == tuple(ANIMALS)
    assert [one.file for one in found.skipped] == ["cifar/readme.html"]


def test_one_file_of_cifar_and_the_fine_labels_of_the_hundred() -> None:
    alone = datasets.read(FOLDER["cifar/data_batch_2.bin"])
    assert (alone.images, alone.classes, alone.given) == (20, 10, None)
    fine = np.arange(40) % 4 * 25 + 3
    hundred = [
        ("train.bin", cifar(COLOUR[:30], CLASSES[:30], fine[:30])),
        ("test.bin", cifar(COLOUR[30:], CLASSES[30:], fine[30:])),
        ("coarse_label_names.txt", "\n".join(f"coarse {i}" for i in range(20)).encode()),
        ("fine_label_names.txt", "\n".join(f"fine {i}" for i in range(100)).encode()),
    ]
    found = datasets.read(hundred)
    assert found.parts == {"train": 30, "test": 10}
    assert np.array_equal(found.pixels, COLOUR)
    assert found.labels is not None
    assert [found.class_names[i] for i in found.labels] == [f"fine {i}" for i in fine]


def test_an_image_of_cifar_may_begin_as_any_other_file() -> None:
    """A label 0 and dark pixels are how icons and outlines of fonts begin."""
    dark = COLOUR.copy()
    dark[0].reshape(-1)[:6] = (1, 0, 0, 0, 0, 0)
    assert np.array_equal(datasets.read(cifar(dark, CLASSES)).pixels, dark)


def test_a_file_of_cifar_that_was_cut_off_is_refused_or_named() -> None:
    cut = FOLDER["cifar/data_batch_2.bin"][:-100]
    with pytest.raises(LabError, match=r"seems to be records of CIFAR, but its 61,360 bytes .* cut off") as caught:
        datasets.read(cut)
    assert "\n" not in str(caught.value)
    found = datasets.read([("data_batch_1.bin", FOLDER["cifar/data_batch_1.bin"]), ("data_batch_2.bin", cut)])
    assert (found.images, found.skipped[0].file) == (10, "data_batch_2.bin")
    assert "cut off" in str(found.skipped[0].reason)
    wrong = cifar(COLOUR, CLASSES + 10)
    with pytest.raises(LabError, match="no form of images that is known"):
        datasets.read(wrong)
    with pytest.raises(LabError, match="of 10 and of 100 classes"):
        datasets.read([("a.bin", cifar(COLOUR, CLASSES)), ("b.bin", cifar(COLOUR, CLASSES, CLASSES))])
