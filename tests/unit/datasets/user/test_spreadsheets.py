"""Tables of Excel: the same as CSV, and nothing in one costs more memory than its table."""

import io
import tracemalloc
import zipfile

import numpy as np
import openpyxl
import pytest

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets.user.readers import spreadsheets
from tests.support import own_data
from tests.support.pictures import packed

FONT = own_data.FONT.pixels.numpy()[:, 0] // 255
IMAGES, LABELS = own_data.digits()
PIXELS = [f"pixel{i}" for i in range(64)]
TABLE = [["label", *PIXELS], *([int(y), *map(int, x.ravel())] for x, y in zip(IMAGES, LABELS, strict=True))]
GLYPHS = [
    ["Char", *(f"Row {i}" for i in range(7))],
    *([n, *rows] for n, rows in zip(own_data.FONT.names, own_data.rows(), strict=True)),
]


def _book(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_table_in_a_sheet_is_read_as_csv_is() -> None:
    glyphs = datasets.read(_book(notes=[["my font"]], font=GLYPHS))
    assert (glyphs.kind, glyphs.names) == ("glyphs", own_data.FONT.names)
    assert np.array_equal(glyphs.pixels[:, 0] // 255, FONT)
    assert [one.file for one in glyphs.skipped] == ["notes"]
    images = datasets.read(_book(a=TABLE))
    assert (images.images, images.shape, images.classes) == (60, (1, 8, 8), 10)
    assert np.array_equal(images.pixels[:, 0], IMAGES)
    parts = datasets.read(_book(train=TABLE[:41], test=[TABLE[0], *TABLE[41:]]))
    assert parts.parts == {"train": 40, "test": 20}
    unit = [TABLE[0], *([y, *(x / 255 for x in row)] for y, *row in TABLE[1:])]
    assert np.array_equal(datasets.read(_book(a=unit)).pixels, images.pixels)


def test_a_drawing_in_cells_is_read() -> None:
    for off in (0, None):
        drawing: list[list[object]] = []
        for glyph in FONT:
            drawing += [[1 if p else off for p in row] if any(row) else [0] * 5 for row in glyph.tolist()] + [[]]
        found = datasets.read(_book(a=drawing))
        assert np.array_equal(found.pixels[:, 0] // 255, FONT)


BOOK = _book(a=TABLE)


def _with(name: str, content: bytes) -> bytes:
    entries = {}
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        entries = {one: archive.read(one) for one in archive.namelist()}
    return packed(entries | {name: content}, zipfile.ZIP_DEFLATED)


SHEET = "xl/worksheets/sheet1.xml"
CELLS = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
ENTITIES = b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 100 + b'">' + b'<!ENTITY b "' + b"&a;" * 100 + b'">]>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_with(SHEET, CELLS + b" " * (spreadsheets.MAX_SHEET + 1)), "grows to"),
        (_with("xl/sharedStrings.xml", b" " * (spreadsheets.MAX_OTHER + 1)), "grows to"),
        (_with(SHEET, b'<?xml version="1.0"?>' + ENTITIES + CELLS), "declarations of its own"),
        (_with("xl/workbook.xml", ENTITIES), "declarations of its own"),
        (_with(SHEET, CELLS + b'<row r="1"><c r="A1"'), "damaged"),
        (_with("xl/workbook.xml", b"x"), "damaged"),
        (_with(SHEET, CELLS + b"</sheetData></worksheet>"), "without anything"),
        (
            _with(SHEET, CELLS + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'),
            "give",
        ),
        (_book(a=[["name", "price"], ["apple", 3]]), "without images, such as a .is a table"),
        (BOOK[:-40], "cut off"),
    ],
)
def test_a_hostile_spreadsheet_is_refused_in_one_sentence(
    content: bytes, says: str, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(tracemalloc.stop)
    tracemalloc.start()
    with pytest.raises(LabError, match=says) as caught:
        datasets.read(content, name="mine.xlsx")
    assert "\n" not in str(caught.value)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000


def test_the_cells_that_are_read_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_CELLS", 60 * 64)
    with pytest.raises(LabError, match="more than 3,840 cells: save the table as CSV"):
        datasets.read(BOOK)
