"""The bundled font against the file that the course gave out; glyph tables, good and bad."""

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import ImageSet, normalization
from aelib.datasets.user import glyphs


def test_the_font_is_the_courses(real_data: Path) -> None:
    with (real_data / "font5x7" / "font5x7.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    font = datasets.load("font5x7")
    assert font.names == tuple(row["char"] for row in rows)
    for row, glyph in zip(rows, font.pixels, strict=True):
        expected = [[int(bit) for bit in f"{int(row[f'row{i}'], 16):05b}"] for i in range(7)]
        assert (glyph[0] // 255).tolist() == expected, row["char"]


def test_a_table_in_hexadecimal_is_the_same_set(real_data: Path) -> None:
    name = glyphs.save((real_data / "font5x7" / "font5x7.csv").read_bytes())
    own, font = datasets.load(name), datasets.load("font5x7")
    assert own.names == font.names
    assert torch.equal(own.pixels, font.pixels)
    assert name in [spec.name for spec in datasets.available()]
    assert datasets.spec(name).shape == (1, 7, 5)


def test_the_same_glyphs_have_the_same_name_however_written() -> None:
    a = glyphs.save(b"char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n")
    b = glyphs.save("\ufeffcode,char,row0,row1,row2\r\n1,x,101,010,101\r\n2,o,111,101,111\r\n".encode())
    c = glyphs.save(b"char;row0;row1;row2\nx;#.#;.#.;#.#\no;###;#.#;###\n")
    assert a == b == c


GOOD = "char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("hello world", "first line"),
        ("char,row0,row1\nx,##,##\ny,##,##", "2 rows"),
        ("char,row0,row1,row3\nx,#.#,.#.,#.#", "first line"),
        ("char,row0,row1,row2\nx,#.#,.#.,#.#", "1 glyphs"),
        (GOOD + "z,#.#,.#.\n", "Line 4 has 3 cells"),
        (GOOD + "z,#.#,.#,#.#\n", "row1 has 2 pixels"),
        (GOOD + "z,#.#,.@.,#.#\n", "'.@.'"),
        (GOOD + "x,#.#,.#.,#.#\n", "already taken"),
        (GOOD + ",#.#,.#.,#.#\n", "1 to 20"),
        (GOOD + "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz,#.#,.#.,#.#\n", "1 to 20"),
        (GOOD + "z,0x3,0x1,0x2\n", "one way"),
        ("char,row0,row1,row2\nx,##,##,##\ny,##,#.,##\n", "2 pixels wide"),
        ("char," + ",".join(f"row{i}" for i in range(33)) + "\n", "33 rows"),
        ("char,row0,row1,row2\n" + "\n".join(f"g{i},#.#,.#.,#.#" for i in range(1025)), "1025 glyphs"),
        (
            f"char,row0,row1,row2\nx,{'#' * 33},{'#' * 33},{'#' * 33}\ny,{'.' * 33},{'.' * 33},{'.' * 33}",
            "33 pixels wide",
        ),
    ],
)
def test_a_bad_table_is_refused_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(LabError, match=says.replace("(", r"\(")) as caught:
        glyphs.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\xff\xfe", b"#" * 2_000_001])
def test_what_is_not_a_table_is_not_kept(content: bytes, home: Path) -> None:
    with pytest.raises(LabError):
        glyphs.save(content)
    assert not list((home / "datasets").glob("*"))


@given(st.text(max_size=300))
def test_any_text_is_a_table_or_a_sentence(text: str) -> None:
    try:
        images = glyphs.parse(text)
    except LabError as error:
        assert str(error).endswith(".")
    else:
        assert len(images) >= 2


@given(
    st.integers(3, 32),
    st.integers(3, 32),
    st.lists(
        st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20),
        min_size=2,
        max_size=5,
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
def test_what_is_written_is_read_back(height: int, width: int, names: list[str], random: object) -> None:
    bits = np.random.default_rng(random.randint(0, 9999)).integers(0, 2, (len(names), 1, height, width))  # type: ignore[attr-defined]
    images = ImageSet(torch.tensor(bits * 255, dtype=torch.uint8), tuple(names), torch.arange(len(names)))
    again = glyphs.parse(glyphs.write(images))
    assert again.names == images.names
    assert torch.equal(again.pixels, images.pixels)


@pytest.mark.parametrize(("kind", "low", "high"), [("none", 0, 1), ("symmetric", -1, 1)])
def test_normalisation_has_the_range_it_says(kind: str, low: float, high: float) -> None:
    images = datasets.load("font5x7").images()
    scaled = normalization(kind, datasets.load("font5x7").pixels).apply(images)
    assert (float(scaled.min()), float(scaled.max())) == (low, high)


def test_standardised_pixels_have_mean_0_and_deviation_1_and_come_back() -> None:
    images = datasets.load("font5x7").images()
    rule = normalization("standardized", datasets.load("font5x7").pixels)
    scaled = rule.apply(images)
    assert float(scaled.mean()) == pytest.approx(0, abs=1e-6)
    assert float(scaled.std(correction=0)) == pytest.approx(1, abs=1e-6)
    torch.testing.assert_close(rule.pixels(scaled), images)
