"""The bundled font is the one that the course gave out."""

import csv
from pathlib import Path

from aelib import datasets


def test_the_font_is_the_courses(real_data: Path) -> None:
    with (real_data / "font5x7" / "font5x7.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    font = datasets.load("font5x7")
    assert font.names == tuple(row["char"] for row in rows)
    for row, glyph in zip(rows, font.pixels, strict=True):
        expected = [[int(bit) for bit in f"{int(row[f'row{i}'], 16):05b}"] for i in range(7)]
        assert (glyph[0] // 255).tolist() == expected, row["char"]
