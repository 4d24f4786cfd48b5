"""Small examples of data as people really have it, each form with its right answer; made of the bundled font and
digits."""

from __future__ import annotations

import csv
import io
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aelib import datasets
from tests.support.pictures import saved

FONT = datasets.load("font5x7")


def rows() -> list[list[str]]:
    """The font's glyphs as rows of # and ."""
    return [["".join("#" if p else "." for p in row) for row in glyph[0]] for glyph in FONT.pixels.numpy()]


def tables() -> dict[str, bytes]:
    """The font in each form in which people have glyphs; the pixels are those of the font in all of them."""
    font, names = rows(), FONT.names
    numbers = [[int(row.replace("#", "1").replace(".", "0"), 2) for row in glyph] for glyph in font]
    bits = [[row.replace("#", "1").replace(".", "0") for row in glyph] for glyph in font]
    head = ["char", *(f"row{i}" for i in range(7))]
    lines = [head, *([name, *glyph] for name, glyph in zip(names, font, strict=True))]

    def table(cells: list[list[str]], separator: str = ",", end: str = "\n") -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=separator, lineterminator=end).writerows(cells)
        return out.getvalue().encode()

    def braces(write: str, opened: str = "{", closed: str = "}", said: str = "//") -> bytes:
        body = "\n".join(
            f"  {opened}{', '.join(format(value, write) for value in glyph)}{closed},  {said} 0x{0x60 + i:02x}, {name}"
            for i, (glyph, name) in enumerate(zip(numbers, names, strict=True))
        )
        return f"font = {opened}\n{body}\n{closed}".encode()

    def pixels(glyph: list[str]) -> str:
        return "{" + ", ".join("{" + ", ".join(row) + "}" for row in glyph) + "},"

    c = b"#define LETTERS 32\nstatic const unsigned char Font[LETTERS][7] PROGMEM = "
    hexadecimal = [[f"{value:02x}" for value in glyph] for glyph in numbers]
    flat = ",\n".join(", ".join(f"0x{value:02x}" for value in glyph) for glyph in numbers)
    return {
        "hexadecimal": c + braces("#04x")[7:] + b";\n",
        "decimal": c + braces("d")[7:] + b";\n",
        "binary": c + braces("#07b")[7:] + b";\n",
        "python": braces("#04x", "[", "]", "#"),
        "flat": f"const uint8_t font[] = {{\n{flat}\n}};".encode(),
        "declared": f"uint8_t font[32][7] = {{ {flat.replace(chr(10), ' ')} }};".encode(),
        "pixels in C": ("int f[2][7][5] = {\n" + "\n".join(map(pixels, bits)) + "\n};").encode(),
        "drawn": "\n\n".join("\n".join(glyph) for glyph in font).encode(),
        "drawn, spaced": "\n\n".join("\n".join(" ".join(row) for row in glyph) for glyph in bits).encode(),
        "drawn, commas": "\n\n".join("\n".join(",".join(row) for row in glyph) for glyph in bits).encode(),
        "drawn, named": "\n".join(f"glyph {i}:\n" + "\n".join(glyph) for i, glyph in enumerate(font)).encode(),
        "lines": "\n".join(f"n{i} {' '.join(glyph)}" for i, glyph in enumerate(bits)).encode(),
        "headers": table([["Char", *(f"Row {i}" for i in range(7))], *lines[1:]]),
        "empty columns": table([[*line, "", "", ""] for line in lines]),
        "old Mac": table(lines, end="\r"),
        "sep": b"sep=;\r\n" + table(lines, ";", "\r\n"),
        "tabs": table(lines, "\t"),
        "UTF-16": table(lines).decode().encode("utf-16"),
        "UTF-16 without a mark": table(lines).decode().encode("utf-16-le"),
        "hexadecimal cells": table([head, *([n, *g] for n, g in zip(names, hexadecimal, strict=True))]),
    }


def digits(count: int = 60) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images, 8 × 8, and their labels."""
    found = datasets.load("digits8x8")
    return found.pixels[:count, 0].numpy(), found.labels[:count].numpy()


def npz(**arrays: NDArray[np.generic]) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def npy(array: NDArray[np.generic], allow_pickle: bool = False) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=allow_pickle)
    return out.getvalue()


def idx(array: NDArray[np.uint8]) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def kaggle(images: NDArray[np.uint8], labels: NDArray[np.int64] | None, header: bool = True) -> bytes:
    flat = images.reshape(len(images), -1)
    lines = [f"{','.join(map(str, line))}" for line in flat]
    if labels is not None:
        lines = [f"{label},{line}" for label, line in zip(labels, lines, strict=True)]
    names = [f"pixel{i}" for i in range(flat.shape[1])]
    head = [",".join(["label", *names] if labels is not None else names)] if header else []
    return "\n".join([*head, *lines]).encode()


def folder(to: Path, kind: str, names: list[str]) -> Path:
    """Pictures of digits as files of these names, all of one kind."""
    for image, name in zip(digits(len(names))[0], names, strict=True):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(saved(Image.fromarray(image), kind))
    return to


def defects(folder: Path, side: int = 16) -> Path:
    """Pictures of a striped surface as MVTec has them: 24 good ones to train on, 6 good, 6 with a hole and 6 with a
    scratch to test with, and masks of the defects."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:side, :side]

    def write(place: Path, number: int, pixels: NDArray[np.float64]) -> None:
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(place / f"{number:03d}.png")

    for part, kind, count in (("train", "good", 24), ("test", "good", 6), ("test", "hole", 6), ("test", "scratch", 6)):
        for number in range(count):
            pixels = 120 + 40 * np.sin(columns * 1.5) + random.normal(0, 3, (side, side))
            y, x = random.integers(4, side - 4, 2)
            mask = {
                "good": np.zeros((side, side), bool),
                "hole": (rows - y) ** 2 + (columns - x) ** 2 < 10,
                "scratch": (rows == y) | (rows == y + 1),
            }[kind]
            write(folder / part / kind, number, np.where(mask, 10 if kind == "hole" else 250, pixels))
            if kind != "good":
                write(folder / "ground_truth" / kind, number, 255.0 * mask)
    return folder
