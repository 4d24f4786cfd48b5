"""Tables of glyphs, good and bad."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import ImageSet
from aelib.datasets.user import glyphs


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


# what tables are made of, in any order: texts of letters alone are never nearly a table
_parts = st.sampled_from(
    ["char", "row0", "row1", "row2", "a", "b", "#.#", ".#.", "0x5", "101", ",", ",", ";", "\n", "\n"]
)


@given(st.text(max_size=300) | st.lists(_parts, max_size=40).map("".join))
@example("char,row0,row1,row2\na,#.#,.#.,0x5\nb,111,#.#,###\n")
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
