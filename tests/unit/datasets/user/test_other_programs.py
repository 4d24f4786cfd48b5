"""Files of other programs: MATLAB, LibreOffice, TensorFlow datasets, bitmap fonts, arrays with names of their own."""

import io
import struct
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from aelib import datasets
from aelib.core.errors import LabError
from tests.support import own_data
from tests.support.other_programs import HEAD, MIME, field, masked, ods, records
from tests.support.pictures import packed

IMAGES, LABELS = own_data.digits()
FONT = own_data.FONT.pixels.numpy()[:, 0] // 255
NAMES = own_data.FONT.names
DRAWN = own_data.rows()


def _mat(compressed: bool = False, **arrays: Any) -> bytes:
    out = io.BytesIO()
    scipy.io.savemat(out, arrays, do_compression=compressed)
    return out.getvalue()


def _inner(part: slice) -> dict[str, np.ndarray]:
    return {"images": IMAGES[part].reshape(-1, 64), "labels": LABELS[part, None]}


COLOUR = np.repeat(IMAGES[..., None], 3, 3)
MATLAB: dict[str, tuple[bytes, dict[str, int] | None]] = {
    "SVHN": (_mat(X=COLOUR.transpose(1, 2, 3, 0), y=LABELS[:, None]), None),
    "flat": (_mat(True, X=IMAGES.reshape(60, -1).astype(float), y=LABELS[:, None].astype(float)), None),
    "USPS": (_mat(data=IMAGES.transpose(1, 2, 0), labels=LABELS[None]), None),
    "columns": (_mat(True, data=IMAGES.reshape(60, -1).T, label=LABELS[None], about=np.array(["a"], object)), None),
    "EMNIST": (
        _mat(True, dataset={"train": _inner(slice(40)), "test": _inner(slice(40, 60))}),
        {"train": 40, "test": 20},
    ),
}


@pytest.mark.parametrize("form", MATLAB)
def test_arrays_of_matlab(form: str) -> None:
    content, parts = MATLAB[form]
    found = datasets.read(content, name="a.mat")
    assert (found.images, found.shape[1:], found.classes) == (60, (8, 8), 10)
    assert np.array_equal(found.pixels[:, 0], IMAGES)
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)
    assert parts is None or found.parts == parts


def test_a_matlab_file_that_is_damaged_or_claims_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = MATLAB["flat"][0]
    for bad in (content[:-50], content[:140], content[:136] + b"\0" * 40 + content[176:], _mat(s="words")):
        with pytest.raises(LabError, match="a MATLAB file") as caught:
            datasets.read(bad)
        assert "\n" not in str(caught.value)
    monkeypatch.setattr("aelib.datasets.user.readers.matlab.MAX_BYTES", 100_000)
    with pytest.raises(LabError, match="more than 100,000 bytes"):
        datasets.read(_mat(True, X=np.zeros((100, 64, 64), np.uint8)))


def _row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def _word(text: str, times: int = 1) -> str:
    said = f"<text:p>{escape(text)}</text:p>" if text else ""
    return f'<table:table-cell table:number-columns-repeated="{times}">{said}</table:table-cell>'


def _number(value: float) -> str:
    return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>?</text:p></table:table-cell>'


FONT_TABLE = _row(_word("char"), *(_word(f"row{i}") for i in range(7))) + "".join(
    _row(_word(name), *map(_word, rows), _word("", 1000)) for name, rows in zip(NAMES, DRAWN, strict=True)
)


def test_a_spreadsheet_of_libreoffice() -> None:
    found = datasets.read(ods(FONT_TABLE + _row(_word("", 16000), times=1_000_000)), name="a.ods")
    assert (found.kind, found.names) == ("glyphs", NAMES)
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)
    lines = [_row(_number(label), *map(_number, image.ravel())) for label, image in zip(LABELS, IMAGES, strict=True)]
    numbers = datasets.read(ods("".join([_row(_word("label"), *(_word(f"p{i}") for i in range(64))), *lines])))
    assert (numbers.images, numbers.classes) == (60, 10)
    assert np.array_equal(numbers.pixels[:, 0], IMAGES)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (ods(""), "without anything in its cells"),
        (ods(_row(_word("a"), _word("b"))), "without images"),
        (ods(_row(_word("1", 9_000_000))), "damaged"),
        (ods(_row(_word("1", 64), times=2_000_000)), "more than 8,000,000 cells"),
        (ods(FONT_TABLE, before='<!DOCTYPE a [<!ENTITY b "c">]>'), "declarations of its own"),
        (ods(FONT_TABLE, before=f"<!--{'a' * 9000}--><!DOCTYPE a>"), "declarations of its own"),
        (packed({"mimetype": MIME, "content.xml": (HEAD + FONT_TABLE[:200]).encode()}), "damaged"),
    ],
)
def test_a_spreadsheet_that_is_no_data_or_a_bomb_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=f"LibreOffice.*{says}|{says}") as caught:
        datasets.read(content)
    assert "\n" not in str(caught.value)


def test_records_as_tensorflow_datasets_leaves_mnist(tmp_path: Path) -> None:
    folder = tmp_path / "mnist" / "3.0.1"
    folder.mkdir(parents=True)
    (folder / "mnist-train.tfrecord-00000-of-00001").write_bytes(records(IMAGES[:40], LABELS[:40]))
    (folder / "mnist-test.tfrecord-00000-of-00001").write_bytes(records(IMAGES[40:], LABELS[40:]))
    (folder / "dataset_info.json").write_text("{}")
    found = datasets.read(folder.parent)
    assert (found.shape, found.classes, found.parts) == ((1, 8, 8), 10, {"train": 40, "test": 20})
    assert np.array_equal(found.pixels[:, 0], IMAGES)
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)


def test_records_that_are_damaged_or_have_no_pictures_are_refused() -> None:
    whole = records(IMAGES[:3], LABELS[:3])
    numbers = field(1, field(1, field(1, b"x") + field(2, field(3, field(1, b"\x05")))))
    size = struct.pack("<Q", len(numbers))
    plain = size + struct.pack("<I", masked(size)) + numbers + bytes(4)
    for bad, says in (
        (whole[:-9], "cut off"),
        (whole[:12] + b"\xff" * 30 + whole[42:], "damaged record"),
        (plain, "without"),
    ):
        with pytest.raises(LabError, match=says):
            datasets.read(bad)


def _bdf(trimmed: bool) -> str:
    lines = ["STARTFONT 2.1", "FONT fixed", "SIZE 7 75 75", "FONTBOUNDINGBOX 5 7 0 -1", "CHARS 32"]
    for code, glyph in enumerate(FONT, 0x60):
        ys, xs = np.nonzero(glyph) if trimmed else np.nonzero(np.ones_like(glyph))
        low, high, left, right = (ys.min(), ys.max(), xs.min(), xs.max()) if len(ys) else (0, -1, 0, -1)
        box = f"BBX {right - left + 1} {high - low + 1} {left} {5 - high}"
        rows = [
            f"{int(''.join(map(str, row[left : right + 1])).ljust(8, '0'), 2):02X}" for row in glyph[low : high + 1]
        ]
        lines += [f"STARTCHAR c{code}", f"ENCODING {code}", "DWIDTH 5 0", box, "BITMAP", *rows, "ENDCHAR"]
    return "\n".join([*lines, "ENDFONT"])


@pytest.mark.parametrize("trimmed", [False, True])
def test_a_bitmap_font(trimmed: bool) -> None:
    found = datasets.read(_bdf(trimmed).encode(), name="5x7.bdf")
    assert (found.kind, found.shape) == ("glyphs", (1, 7, 5))
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)
    assert found.names[:2] == ("`", "a") if found.names else False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FONTBOUNDINGBOX 5 7", "FONTBOUNDINGBOX 500 7"),
        ("FONTBOUNDINGBOX", "X"),
        ("BBX 5 7 0", "BBX 5 7 3"),
        ("BBX 5 7 0", "BBX 5 9 0"),
        ("ENDCHAR", "END"),
    ],
)
def test_a_bitmap_font_that_is_broken_is_refused(old: str, new: str) -> None:
    with pytest.raises(LabError, match="a bitmap font"):
        datasets.read(_bdf(False).replace(old, new).encode())


def test_arrays_called_after_classes_or_after_each_image() -> None:
    flat = IMAGES.reshape(60, -1)
    for given in (
        [("cat.npy", own_data.npy(flat[:25])), ("dog.npy", own_data.npy(flat[25:]))],
        own_data.npz(cat=IMAGES[:25], dog=IMAGES[25:]),
    ):
        found = datasets.read(given)
        assert (found.images, found.class_names) == (60, ("cat", "dog"))
        assert found.labels is not None
        assert np.bincount(found.labels).tolist() == [25, 35]
    each = datasets.read(own_data.npz(**{name: IMAGES[i] for i, name in enumerate("ABCDEFGHIJ")}))
    assert (each.images, each.names) == (10, tuple("ABCDEFGHIJ"))


@pytest.mark.parametrize(
    ("array", "note"),
    [
        (IMAGES.astype(np.uint16) * 16, "read as 0 to 4,095"),
        (IMAGES.astype(np.uint16) * 257, "read as 0 to 65,535"),
        (2.0 * (IMAGES > 127) - 1, "read as -1 to 1"),
        ((IMAGES / 255 - 0.1307) / 0.3081, "the smallest is black"),
    ],
)
def test_numbers_of_other_ranges(array: np.ndarray, note: str) -> None:
    found = datasets.read(own_data.npy(array))
    assert any(note in str(one) for one in found.notes)
    expected = 255 * (IMAGES > 127) if array.min() == -1 else IMAGES
    assert np.abs(found.pixels[:, 0].astype(int) - expected).max() <= 1


def test_a_part_of_another_name() -> None:
    found = datasets.read(
        own_data.npz(**{"trX": IMAGES[:40], "trY": LABELS[:40], "te_X": IMAGES[40:], "te_Y": LABELS[40:]})
    )
    assert found.parts == {"train": 40, "test": 20}


def test_a_zip_of_text_documents_is_no_spreadsheet() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(LabError, match="a document of LibreOffice: save the table as CSV"):
        datasets.read(out.getvalue())
