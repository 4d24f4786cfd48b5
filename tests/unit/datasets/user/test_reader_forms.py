"""Further members of each kind of form: as programs, spreadsheets, courses and phones really write them."""

import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import Options
from aelib.experiment import change, presets, resolve
from tests.support import own_data
from tests.support.pictures import saved, tarred

FONT = own_data.FONT.pixels.numpy()[:, 0] // 255
NAMES = own_data.FONT.names
ROWS = [[int("".join(map(str, row)), 2) for row in glyph] for glyph in FONT]
DRAWN = own_data.rows()
IMAGES, LABELS = own_data.digits()
HEAD = [f"row{i}" for i in range(7)]


def _braces(write: str, before: str = "{", after: str = "}") -> str:
    return ",\n".join(f"{before}{', '.join(format(value, write) for value in glyph)}{after}" for glyph in ROWS)


def _table(rows: Sequence[Sequence[object]], separator: str = ",") -> str:
    return "\n".join(separator.join(map(str, row)) for row in rows)


def _named(open_: str, close: str, write: str = "#04x") -> str:
    letters = [("\\" if name in "'\\" else "") + name for name in NAMES]
    return ",\n".join(
        f"{open_.format(letter)} {{{', '.join(format(value, write) for value in glyph)}}}{close}"
        for letter, glyph in zip(letters, ROWS, strict=True)
    )


COLUMNS = ",\n".join(
    ", ".join(f"{int(''.join(map(str, glyph[::-1, column])), 2):#04x}" for column in range(5)) for glyph in FONT
)
CELLS = [[name, *glyph] for name, glyph in zip(NAMES, ROWS, strict=True)]
BITS = [
    [name, *("".join(map(str, row)).lstrip("0") or "0" for row in glyph)]
    for name, glyph in zip(NAMES, FONT, strict=True)
]
GLYPHS: dict[str, tuple[str, tuple[int, int] | None, bool]] = {
    # form: text, the size that the person says, whether the names are the font's
    "designated": ("const uint8_t f[128][7] = {" + _named("['{}'] =", "") + "};", None, True),
    "struct": ("Glyph font[] = {" + _named("{{ '{}',", " }") + "};", None, True),
    "octal": (f"char f[32][7] = {{ {_braces('03o')} }};", None, False),
    "Java": (f"static final int[][] F = new int[][] {{ {_braces('d', 'new int[] {')} }};", None, False),
    "Rust": (f"pub const F: [[u8; 7]; 32] = [ {_braces('#07b', '[', ']')} ];", None, False),
    "suffixes": (f"const uint16_t PROGMEM f[][7] = {{ {_braces('#06x').replace(',', 'U,')} }};", None, False),
    "columns": (f"static const unsigned char font[] PROGMEM = {{\n{COLUMNS}\n}};", (7, 5), False),
    "JSON of drawings": (json.dumps(dict(zip(NAMES, DRAWN, strict=True))), None, True),
    "printed by NumPy": (np.array2string(FONT, threshold=FONT.size + 1), None, False),
    "printed by MATLAB": (f"X = [{';'.join(' '.join(map(str, g.ravel())) + chr(10) for g in FONT)}];", (7, 5), False),
    "decimal cells": (_table([["char", *HEAD], *CELLS]), None, True),
    "decimal cells, no header": (_table(CELLS), None, True),
    "zeros lost": (_table([["char", *HEAD], *BITS]), None, True),
    "counted from 1": (_table([["char", *(f"row{i + 1}" for i in range(7))], *CELLS], ";"), None, True),
    "pixel columns": (
        _table([["name", *range(35)], *([n, *g.ravel()] for n, g in zip(NAMES, FONT, strict=True))]),
        (7, 5),
        True,
    ),
    "rules": ("\n---\n".join("\n".join(glyph) for glyph in DRAWN), None, False),
    "titles with #": (
        "\n".join(f"# {i}\n" + "\n".join("".join(map(str, row)) for row in glyph) for i, glyph in enumerate(FONT)),
        None,
        False,
    ),
    "spaces are off": ("\n\n".join("\n".join(g) for g in DRAWN).replace(".", " ").replace("#", "@"), None, False),
    "squares": ("\n\n".join("\n".join(g) for g in DRAWN).replace(".", "⬜").replace("#", "⬛"), None, False),
}


@pytest.mark.parametrize("form", GLYPHS)
def test_a_font_is_read_as_it_is(form: str) -> None:
    text, size, named = GLYPHS[form]
    found = datasets.read(text.encode(), Options(size=size))
    assert (found.kind, found.images) == ("glyphs", 32)
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)
    if named:
        assert found.names == NAMES


@pytest.mark.parametrize("side", [9, 16])
@pytest.mark.parametrize("separator", [" ", ","])
def test_a_drawing_of_zeros_and_ones_is_no_table_of_images(side: int, separator: str) -> None:
    glyphs = np.random.default_rng(0).integers(0, 2, (6, side, side))
    blocks = ["\n".join(separator.join(map(str, row)) for row in glyph) for glyph in glyphs]
    titled = "\n".join(f"{letter}\n{block}" for letter, block in zip("ABCDEF", blocks, strict=True))
    for text, size in (("\n\n".join(blocks), None), ("\n".join(blocks), (side, side)), (titled, None)):
        found = datasets.read(text.encode(), Options(size=size))
        assert (found.kind, found.images) == ("glyphs", 6)
        assert np.array_equal(found.pixels[:, 0] // 255, glyphs)
    with pytest.raises(LabError, match=f"{side} zeros and ones in each line"):
        datasets.read("\n".join(blocks).encode())


def test_a_font_in_columns_says_how_to_turn_it() -> None:
    found = datasets.read(GLYPHS["columns"][0].encode())
    assert found.shape == (1, 5, 7)
    assert "if it is a column, say the height and width, such as 7x5" in str(found.notes[0])


def _lines(
    separator: str = ",", write: str = "d", scale: float = 1, head: bool = True, last: bool = False, end: str = "\n"
) -> str:
    names = [f"pixel{i}" for i in range(64)]
    lines = [[*names, "label"] if last else ["label", *names]] if head else []
    for image, label in zip(IMAGES, LABELS, strict=True):
        cells = [format(value / scale if scale != 1 else value, write) for value in image.ravel()]
        lines.append([*cells, str(label)] if last else [str(label), *cells])
    return end.join(separator.join(line) for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        _lines(";", ".4f", 255).replace(".", ","),
        _lines("\t", ".4f", 255).replace(".", ","),
        _lines(last=True),
        _lines(last=True, head=False),
        _lines(" ", "10.6f", 255, head=False),
        "# written by np.savetxt\n" + _lines(head=False),
        "@relation digits\n\n@data\n" + _lines(head=False, end="\r\n"),
        "sep=,\r\n" + _lines(end="\r\n"),
        "\n".join(f"{i or 'id'},{line}" for i, line in enumerate(_lines().splitlines())),
        "\n".join(f'"{i}" {line}' if i else line for i, line in enumerate(_lines(" ").splitlines())),
        ","
        + ",".join(map(str, range(65)))
        + "\n"
        + "\n".join(f"{i},{x}" for i, x in enumerate(_lines(head=False).split())),
        re.sub(r"(\d),(\d{4})", r'"\1,\2"', _lines(";", ".4f", 255).replace(".", ",")).replace(";", ","),
    ],
    ids=[
        "decimal commas",
        "tabs",
        "label last",
        "no header",
        "spaces",
        "savetxt",
        "ARFF",
        "sep",
        "numbered",
        "R",
        "pandas",
        "quoted",
    ],
)
def test_a_table_of_images_is_read_as_it_is(text: str) -> None:
    found = datasets.read(text.encode())
    assert (found.images, found.shape, found.classes) == (60, (1, 8, 8), 10)
    assert found.class_names == tuple("0123456789")
    assert found.labels is not None
    assert np.array_equal(found.labels, LABELS)
    assert np.abs(found.pixels[:, 0].astype(int) - IMAGES).max() <= 1


def test_letters_of_western_windows_may_come_late_in_a_table() -> None:
    lines = _lines().splitlines()
    lines[55:] = ["Kätzchen" + line[1:] for line in lines[55:]]
    found = datasets.read("\n".join(lines).encode("cp1252"))
    assert "Kätzchen" in found.class_names
    table = "char;" + ";".join(HEAD) + "\n" + "\n".join(";".join([n, *g]) for n, g in zip(NAMES, DRAWN, strict=True))
    assert "ä" in (datasets.read(table.replace("\nz;", "\nä;").encode("cp1252")).names or ())


@pytest.mark.parametrize(
    ("arrays", "parts"),
    [
        (
            {
                "train_dataset": IMAGES[:40],
                "train_labels": LABELS[:40],
                "test_dataset": IMAGES[40:],
                "test_labels": LABELS[40:],
            },
            {"train": 40, "test": 20},
        ),
        ({"Xtr": IMAGES[:40], "Ytr": LABELS[:40], "Xte": IMAGES[40:], "Yte": LABELS[40:]}, {"train": 40, "test": 20}),
        ({"X": IMAGES.transpose(1, 2, 0), "y": LABELS[None]}, None),
        ({"foo": IMAGES, "bar": LABELS}, None),
    ],
)
def test_keys_of_arrays_are_understood(arrays: dict[str, np.ndarray], parts: dict[str, int] | None) -> None:
    found = datasets.read(own_data.npz(**arrays))
    assert (found.images, found.shape, found.classes, found.skipped) == (60, (1, 8, 8), 10, ())
    assert np.array_equal(found.pixels[:, 0], IMAGES)
    if parts:
        assert found.parts == parts


def test_images_along_the_last_axis_are_found_and_it_is_said() -> None:
    colour = np.repeat(IMAGES[..., None], 3, axis=3)
    for array, shape in ((IMAGES.transpose(1, 2, 0), (1, 8, 8)), (colour.transpose(1, 2, 3, 0), (3, 8, 8))):
        found = datasets.read(own_data.npy(array))
        assert (found.images, found.shape) == (60, shape)
        assert np.array_equal(found.pixels[:, 0], IMAGES)
        assert "the last axis" in str(found.notes[0])


def test_labels_lie_beside_a_packed_file(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(own_data.idx(IMAGES)))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(own_data.idx(LABELS.astype(np.uint8) + 1)))
    found = datasets.read(tmp_path / "train-images-idx3-ubyte.gz")
    assert found.class_names == tuple(map(str, range(1, 11)))


def test_a_tar_archive_is_read_packed_or_not() -> None:
    entries = {f"d/{'ab'[i % 2]}/{i}.png": saved(Image.fromarray(IMAGES[i])) for i in range(30)}
    for content in (tarred(entries), gzip.compress(tarred(entries))):
        found = datasets.read(content, Options(side=8, colour=False))
        assert (found.images, found.class_names) == (30, ("a", "b"))
    for bad, says in (
        (tarred({"../x.png": b"1"}), "leads out of it"),
        (tarred(entries, "link.png"), "the link"),
        (tarred({"a.zip": b"PK"}), "unpack that first"),
        (tarred(entries)[:700], "cut off"),
    ):
        with pytest.raises(LabError, match=says):
            datasets.read(bad)


@pytest.mark.parametrize(
    ("name", "classes", "parts"),
    [
        ("{letter}/{part}/{i}.png", ("a", "b"), True),
        ("data/{part}/{letter}/{i}.png", ("a", "b"), True),
        ("{letter}/inner/{i}.png", ("a", "b"), False),
        ("deep/er/{letter}/images/{i}.png", ("a", "b"), False),
        ("{part}/{i}.png", (), True),
        ("{letter}.{i}.png", ("a", "b"), False),
        ("IMG_{i}.png", (), False),
    ],
)
def test_classes_are_found_where_they_are_said(
    tmp_path: Path, name: str, classes: tuple[str, ...], parts: bool
) -> None:
    names = [name.format(letter="ab"[i % 2], part="test" if i > 20 else "train", i=i) for i in range(30)]
    found = datasets.read(own_data.folder(tmp_path, "PNG", names), Options(side=8))
    assert (found.images, found.class_names) == (30, classes)
    assert (found.parts == {"train": 21, "test": 9}) == parts


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(60), "a 7-Zip archive: pack the files as ZIP"),
        (b"Rar!\x1a\x07\x01\0" + bytes(60), "a RAR archive: pack the files as ZIP"),
        (b"(dp0\nS'data'\np1\n.", "a pickle"),
        (b"MATLAB 7.3 MAT-file" + bytes(500), "a MATLAB file"),
        (b"\0\0\0\x20ftypisom" + bytes(60), "a film"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a drawing of lines"),
        (b"\0\0\1\0\1\0" + bytes(60), "an icon"),
        (b"\0\1\0\0\0\x0c" + bytes(60), "a font of outlines"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "one PNG picture"),
        (b"0x01,0x02,0x03\n0x01,0x02,0x03,0x04\n", "lines of numbers"),
    ],
)
def test_what_is_known_and_not_taken_is_named(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=says) as caught:
        datasets.read(content)
    assert "\n" not in str(caught.value)
    assert "in braces" not in str(caught.value)


def test_a_set_smaller_than_a_recipes_batch_trains() -> None:
    name = datasets.keep(np.random.default_rng(0).integers(0, 256, (23, 32, 32, 3), np.uint8))
    changed = change(presets.get("house-numbers-autoencoder"), {"dataset": name})
    assert changed.batch_size is None, "all 14 training images"
    assert resolve(changed).spec.splits.train == 14
    assert change(presets.get("house-numbers-autoencoder"), {"dataset": name, "batch_size": 7}).batch_size == 7


def _pixels_in_braces(on: str, off: str, open_: str = "{", close: str = "}") -> str:
    return ",".join(
        open_ + ",".join(open_ + ",".join(on if pixel else off for pixel in row) + close for row in glyph) + close
        for glyph in FONT
    )


def _blocks(on: str, off: str, between: str = "\n\n") -> str:
    return between.join("\n".join(glyph) for glyph in DRAWN).replace(".", off).replace("#", on)


def _framed() -> str:
    edge = f"+{'-' * 5}+"
    blocks = ("\n".join(f"|{row.replace('.', ' ')}|" for row in glyph) for glyph in DRAWN)
    return "\n".join(f"{edge}\n{block}\n{edge}" for block in blocks)


MORE: dict[str, tuple[str, bool]] = {
    "a number a line, drawn beside": (
        "const f[32][7] = {"
        + "".join("{\n" + "".join(f"  0b{value:05b}, // {value:05b}\n" for value in glyph) + "},\n" for glyph in ROWS)
        + "};",
        False,
    ),
    "a number a line, a comment before a glyph": (
        "byte f[] = {\n"
        + "\n".join(
            f"  // {name}\n" + "".join(f"  {value:#04x},\n" for value in glyph)
            for name, glyph in zip(NAMES, ROWS, strict=True)
        )
        + "};",
        False,
    ),
    "truth in C": (f"bool f[32][7][5] = {{{_pixels_in_braces('true', 'false')}}};", False),
    "truth in Python": (f"f = [{_pixels_in_braces('True', 'False', '[', ']')}]", False),
    "rows in round brackets": (
        "f = {\n"
        + "".join(
            f"  {name!r}: (\n" + "".join(f"    {row!r},\n" for row in rows) + "  ),\n"
            for name, rows in zip(NAMES, DRAWN, strict=True)
        )
        + "}",
        True,
    ),
    "tuples": ("f = [\n" + "".join(f"({', '.join(f'{v:#04x}' for v in glyph)}),\n" for glyph in ROWS) + "]", False),
    "JSON, objects": (
        json.dumps([{"char": name, "rows": glyph} for name, glyph in zip(NAMES, ROWS, strict=True)]),
        True,
    ),
    "JSON, a font": (
        json.dumps({"name": "mine", "width": 5, "glyphs": dict(zip(NAMES, ROWS, strict=True))}, indent=1),
        True,
    ),
    "-1 and 1": ("\n\n".join("\n".join(" ".join(f"{2 * int(p) - 1:2d}" for p in r) for r in g) for g in FONT), False),
    "O and .": (_blocks("O", "."), False),
    "% and -": (_blocks("%", "-"), False),
    "circles": (_blocks("⚫", "⚪"), False),
    "two signs a pixel": (_blocks("██", "  "), False),
    "frames": (_framed(), False),
    "Markdown": (
        "\n\n".join(f"## {name}\n\n```\n" + "\n".join(rows) + "\n```" for name, rows in zip(NAMES, DRAWN, strict=True)),
        False,
    ),
    "zeros and ones of 35 cells": (
        _table([["letter", *range(35)], *([n, *g.ravel()] for n, g in zip(NAMES, FONT, strict=True))]),
        True,
    ),
}


@pytest.mark.parametrize("form", MORE)
def test_a_font_is_read_without_a_size(form: str) -> None:
    text, named = MORE[form]
    found = datasets.read(text.encode())
    assert (found.kind, found.images) == ("glyphs", 32)
    assert np.array_equal(found.pixels[:, 0] // 255, FONT)
    if named:
        assert found.names == NAMES


def test_files_of_a_drawing_each_are_a_font(tmp_path: Path) -> None:
    for name, rows in zip("abcdef", DRAWN, strict=False):
        (tmp_path / f"{name}.txt").write_text("\n".join(rows) + "\n")
    found = datasets.read(tmp_path)
    assert (found.kind, found.names) == ("glyphs", tuple("abcdef"))
    assert np.array_equal(found.pixels[:, 0] // 255, FONT[:6])


@pytest.mark.parametrize(
    "bad", [{"a": 1}, {"images": [[1, 2], [3]]}, [{"a": "b"}], {"x": {"y": {}}}, {"images": [1e999]}]
)
def test_json_without_images_is_refused(bad: object) -> None:
    with pytest.raises(LabError) as caught:
        datasets.read(json.dumps(bad).encode())
    assert "\n" not in str(caught.value)


def test_images_in_json() -> None:
    lists = json.dumps({"images": IMAGES.tolist(), "labels": LABELS.tolist()})
    records = [{"label": int(y), "pixels": x.ravel().tolist()} for x, y in zip(IMAGES, LABELS, strict=True)]
    for text in (lists, json.dumps(records)):
        found = datasets.read(text.encode())
        assert (found.kind, found.images, found.class_names) == ("images", 60, tuple("0123456789"))
        assert np.array_equal(found.pixels[:, 0], IMAGES)
